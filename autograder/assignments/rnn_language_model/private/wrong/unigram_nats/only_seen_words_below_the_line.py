# wrong: the number of different training words is added below the line instead of V, so the probabilities do not add up to 1
# common
def unigram_nats(train, valid, V):
    train = [int(x) for x in train]
    valid = [int(x) for x in valid]
    counts = Counter(train)
    denominator = len(train) + len(counts)
    total = 0.0
    for w in valid:
        total += -math.log((counts[w] + 1) / denominator)
    return total / len(valid)
