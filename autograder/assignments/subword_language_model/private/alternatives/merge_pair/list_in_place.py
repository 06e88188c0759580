"""`list.index` looks for the first half; the list is changed in place."""


def merge_pair(word, pair):
    pieces, start = list(word), 0
    while pair[0] in pieces[start:]:
        start = pieces.index(pair[0], start)
        if pieces[start + 1 : start + 2] == [pair[1]]:
            pieces[start : start + 2] = [pair[0] + pair[1]]
        start += 1
    return tuple(pieces)
