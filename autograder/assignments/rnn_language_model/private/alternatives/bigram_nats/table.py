"""A V x V table of counts, each row normalised."""


def bigram_nats(train, valid, V):
    train, valid = torch.as_tensor(train), torch.as_tensor(valid)
    table = torch.ones(V, V)
    table.index_put_((train[:-1], train[1:]), torch.ones(len(train) - 1), accumulate=True)
    logp = (table / table.sum(dim=1, keepdim=True)).log()
    return -logp[valid[:-1], valid[1:]].mean().item()
