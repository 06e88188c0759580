"""A dictionary of dictionaries, filled and read in plain loops."""


def bigram_nats(train, valid, V):
    if isinstance(train, torch.Tensor):
        train, valid = train.numpy().tolist(), valid.numpy().tolist()
    followers = {}
    for before, after in zip(train[:-1], train[1:]):
        inner = followers.setdefault(before, {})
        inner[after] = inner.get(after, 0) + 1
    total = 0.0
    for i in range(1, len(valid)):
        inner = followers.get(valid[i - 1], {})
        total += math.log((inner.get(valid[i], 0) + 1) / (sum(inner.values()) + V))
    return -total / (len(valid) - 1)
