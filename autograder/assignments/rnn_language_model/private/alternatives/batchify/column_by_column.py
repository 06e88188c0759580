"""Each column sliced out and stacked."""


def batchify(ids, batch_size):
    T = ids.size(0) // batch_size
    columns = [ids[b * T : (b + 1) * T] for b in range(batch_size)]
    return torch.stack(columns, dim=1)
