"""The logarithms of the counts are scores: the library's cross-entropy does the rest."""


def bigram_nats(train, valid, V):
    train, valid = (torch.tensor([int(word) for word in text]) for text in (train, valid))
    pairs = torch.bincount(train[:-1] * V + train[1:], minlength=V * V).view(V, V)
    return F.cross_entropy(torch.log1p(pairs.double())[valid[:-1]], valid[1:]).item()
