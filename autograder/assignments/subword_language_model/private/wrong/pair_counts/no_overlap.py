# wrong: overlapping equal pairs count once, as if they were merged: 'aaa' has only one pair
# odd
def pair_counts(words: dict[tuple[bytes, ...], int]) -> dict[tuple[bytes, bytes], int]:
    total = Counter()
    for w, n in words.items():
        i = 0
        last = None  # where a pair was counted last
        while i + 1 < len(w):
            p = w[i : i + 2]
            if last == (i - 1, p):
                last = None
            else:
                total[p] += n
                last = (i, p)
            i += 1
    return total
