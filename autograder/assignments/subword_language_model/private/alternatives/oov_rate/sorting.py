"""Counts by hand, and sorts: Python's sort keeps the order of what is equal."""


def oov_rate(train_words, test_words, max_vocab):
    counts = {}
    for word in train_words:
        counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts, key=counts.get, reverse=True)[:max_vocab]
    unknown = [word for word in test_words if word not in ranked]
    return len(unknown) / len(test_words)
