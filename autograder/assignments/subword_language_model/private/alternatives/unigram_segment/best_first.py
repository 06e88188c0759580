"""A shortest path: edges relaxed in the order of their places, costs positive; a node remembers its way."""


def unigram_segment(word, logp):
    pieces_by_first = defaultdict(list)
    for piece in logp:
        if piece:
            pieces_by_first[piece[0]].append(piece)
    queue = [(0.0, 0, ()) if i == 0 else None for i in range(len(word) + 1)]  # cost, pieces, minus lengths
    for place, letter in enumerate(word):
        if queue[place] is None:
            continue
        cost, number, lengths = queue[place]
        for piece in pieces_by_first[letter]:
            if word.startswith(piece, place):
                new = (cost - logp[piece], number + 1, (*lengths, -len(piece)))
                target = place + len(piece)
                if queue[target] is None or new < queue[target]:
                    queue[target] = new
    if queue[len(word)] is None:
        raise ValueError(f"{word}: no way")
    cost, _number, lengths = queue[len(word)]
    pieces, place = [], 0
    for length in lengths:
        pieces.append(word[place : place - length])
        place -= length
    return pieces, -cost
