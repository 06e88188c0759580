# wrong: a piece that is used up is used again: a a a becomes aa aa
# common
def merge_pair(word: tuple[bytes, ...], pair: tuple[bytes, bytes]) -> tuple[bytes, ...]:
    a, b = pair
    out = []
    used = False  # was the last piece the right half of a pair
    for i, piece in enumerate(word):
        if i + 1 < len(word) and piece == a and word[i + 1] == b:
            out.append(a + b)
            used = True
        elif used:
            used = False
        else:
            out.append(piece)
    return tuple(out)
