"""One-hot counts in float32, a softmax of their logarithms, and the frequencies in `valid` as weights."""


def unigram_nats(train, valid, V):
    one_hot = F.one_hot(torch.as_tensor(train), V)
    scores = (1 + one_hot.sum(dim=0)).float().log()
    seen = torch.bincount(torch.as_tensor(valid), minlength=V)
    return float(-(scores.log_softmax(dim=0) * seen).sum() / seen.sum())
