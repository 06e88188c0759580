"""A defaultdict that counts by hand, and slices of length 1 out of the bytes."""


def word_counts(text):
    counted = defaultdict(int)
    for match in SPLIT.finditer(text):
        raw = match.group().encode()
        counted[tuple(raw[i : i + 1] for i in range(len(raw)))] += 1
    return counted
