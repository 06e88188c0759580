# wrong: elements of a tensor are used as keys of a Counter, where no two are equal, so for tensors nothing is ever found
# common
def bigram_nats(train, valid, V):
    bigrams = Counter(zip(train[:-1], train[1:]))
    firsts = Counter(train[:-1])
    total = 0.0
    for prev, cur in zip(valid[:-1], valid[1:]):
        p = (bigrams[(prev, cur)] + 1) / (firsts[prev] + V)
        total -= math.log(p)
    return total / (len(valid) - 1)
