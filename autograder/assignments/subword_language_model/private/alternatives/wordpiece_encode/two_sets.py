"""Sorts the pieces into those that begin and those that continue, and cuts the rest of the word recursively."""


def wordpiece_encode(word, vocab):
    first = {piece for piece in vocab if not piece.startswith("##")}
    later = {piece[2:] for piece in vocab if piece.startswith("##") and len(piece) > 2}
    result, rest, pieces = [], word, first
    while rest:
        fitting = [piece for piece in pieces if piece and rest.startswith(piece)]
        if not fitting:
            return ["[UNK]"]
        longest = max(fitting, key=len)
        result.append(longest if pieces is first else f"##{longest}")
        rest, pieces = rest[len(longest) :], later
    return result
