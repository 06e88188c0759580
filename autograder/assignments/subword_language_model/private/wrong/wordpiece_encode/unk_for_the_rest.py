# wrong: the pieces found so far are kept and [UNK] stands only for the rest
# common
def wordpiece_encode(word: str, vocab: set[str]) -> list[str]:
    def go(rest, prefix):
        if rest == "":
            return []
        for size in range(len(rest), 0, -1):
            if prefix + rest[:size] in vocab:
                return [prefix + rest[:size]] + go(rest[size:], "##")
        return ["[UNK]"]

    return go(word, "")
