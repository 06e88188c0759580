"""A tree of letters: the deepest node with a piece wins."""


def wordpiece_encode(word, vocab):
    root = {}
    for piece in vocab:
        node = root
        for letter in piece:
            node = node.setdefault(letter, {})
        node[None] = piece

    pieces, place = [], 0
    while place < len(word):
        node, best, end = root, None, place
        if place:
            node = root.get("#", {}).get("#", {})
        for i in range(place, len(word)):
            node = node.get(word[i])
            if node is None:
                break
            if None in node:
                best, end = node[None], i + 1
        if best is None:
            return ["[UNK]"]
        pieces.append(best)
        place = end
    return pieces
