"""Counts in a Counter, adds up logarithms in plain Python."""


def unigram_nats(train, valid, V):
    train, valid = [int(word) for word in train], [int(word) for word in valid]
    counts = Counter(train)
    return math.log(len(train) + V) - sum(math.log(1 + counts[word]) for word in valid) / len(valid)
