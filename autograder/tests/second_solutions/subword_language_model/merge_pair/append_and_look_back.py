"""A list that is shortened in place, by an iterator that skips what was used."""


def merge_pair(word, pair):
    result, joined = [], False
    for piece in word:
        if result and not joined and result[-1] == pair[0] and piece == pair[1]:
            result[-1], joined = result[-1] + piece, True
        else:
            result, joined = [*result, piece], False
    return tuple(result)
