# wrong: the last piece is lost when it does not belong to a merged pair
# common
def merge_pair(word: tuple[bytes, ...], pair: tuple[bytes, bytes]) -> tuple[bytes, ...]:
    new = ()
    i = 0
    while i < len(word) - 1:
        if word[i] == pair[0] and word[i + 1] == pair[1]:
            new += (word[i] + word[i + 1],)
            i = i + 2
        else:
            new += (word[i],)
            i = i + 1
    return new
