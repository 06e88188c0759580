# wrong: pieces inside of the word are looked up without ##
# common
def wordpiece_encode(word: str, vocab: set[str]) -> list[str]:
    tokens = []
    while word:
        end = len(word)
        while end > 0 and word[:end] not in vocab:
            end -= 1
        if end == 0:
            return ["[UNK]"]
        tokens.append(word[:end])
        word = word[end:]
    return tokens
