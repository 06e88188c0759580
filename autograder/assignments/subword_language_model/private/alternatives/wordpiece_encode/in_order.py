"""The lines of the notebook in order."""


def wordpiece_encode(word, vocab):
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = "##" * (start > 0) + word[start:end]
            if piece in vocab:
                pieces.append(piece)
                break
        else:
            return ["[UNK]"]
        start = end
    return pieces
