"""What comes is joined to what was appended last, unless that has just been joined itself."""


def merge_pair(word, pair):
    result, joined = [], False
    for piece in word:
        joined = bool(result) and not joined and (result[-1], piece) == pair
        if joined:
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)
