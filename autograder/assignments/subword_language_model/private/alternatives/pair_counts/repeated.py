"""Every occurrence as an item of its own."""


def pair_counts(words):
    occurrences = [
        (left, right)
        for word, count in words.items()
        for _ in range(count)
        for left, right in zip(word[:-1], word[1:], strict=True)
    ]
    return dict(Counter(occurrences))
