# wrong: a choice is taken back when the rest cannot be cut, so it finds cuts that the greedy rule does not
# odd
def wordpiece_encode(word: str, vocab: set[str]) -> list[str]:
    from functools import cache

    @cache
    def cut(start):
        if start == len(word):
            return ()
        sign = "" if start == 0 else "##"
        for end in range(len(word), start, -1):
            piece = sign + word[start:end]
            if piece in vocab:
                rest = cut(end)
                if rest is not None:
                    return (piece, *rest)
        return None

    answer = cut(0)
    return ["[UNK]"] if answer is None else list(answer)
