# wrong: each different word counts once, its frequency is ignored
# common
def pair_counts(words: dict[tuple[bytes, ...], int]) -> dict[tuple[bytes, bytes], int]:
    result = {}
    for w in words:
        for i in range(len(w) - 1):
            p = (w[i], w[i + 1])
            result[p] = result.get(p, 0) + 1
    return result
