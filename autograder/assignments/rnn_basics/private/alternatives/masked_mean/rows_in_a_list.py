"""A loop over the rows."""


def masked_mean(states, lengths):
    return torch.stack([row[:n].mean(0) for row, n in zip(states, lengths.tolist())])
