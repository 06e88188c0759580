"""One look-up with a table of positions."""


def batchify(ids, batch_size):
    steps = len(ids) // batch_size
    position = torch.arange(steps)[:, None] + steps * torch.arange(batch_size)
    return ids[position]
