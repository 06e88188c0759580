# wrong: the place moves on by the length of the piece with its ##, so two letters are skipped after each continuation
# common
def wordpiece_encode(word: str, vocab: set[str]) -> list[str]:
    pos, result = 0, []
    while pos < len(word):
        found = None
        end = len(word)
        while end > pos:
            piece = word[pos:end]
            if pos > 0:
                piece = "##" + piece
            if piece in vocab:
                found = piece
                break
            end -= 1
        if not found:
            return ["[UNK]"]
        result.append(found)
        pos += len(found)
    return result
