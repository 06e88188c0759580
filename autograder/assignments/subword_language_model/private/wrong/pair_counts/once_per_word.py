# wrong: a pair that stands twice in a word counts only once for it
# common
def pair_counts(words: dict[tuple[bytes, ...], int]) -> dict[tuple[bytes, bytes], int]:
    total = defaultdict(int)
    for w, n in words.items():
        for p in set(zip(w, w[1:])):
            total[p] += n
    return dict(total)
