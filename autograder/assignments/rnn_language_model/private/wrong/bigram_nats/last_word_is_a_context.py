# wrong: contexts are counted over the whole training text, the last word too, which has no successor
# common
def bigram_nats(train, valid, V):
    train = list(map(int, train))
    valid = list(map(int, valid))
    pair_count, count = {}, {}
    for w in train:
        count[w] = count.get(w, 0) + 1
    for k in range(len(train) - 1):
        key = (train[k], train[k + 1])
        pair_count[key] = pair_count.get(key, 0) + 1
    s = 0.0
    for k in range(1, len(valid)):
        a, b = valid[k - 1], valid[k]
        s -= math.log((pair_count.get((a, b), 0) + 1) / (count.get(a, 0) + V))
    return s / (len(valid) - 1)
