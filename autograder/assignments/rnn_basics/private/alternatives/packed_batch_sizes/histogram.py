"""A reversed cumulative sum of how many rows end at each step."""


def packed_batch_sizes(lengths):
    endings = torch.bincount(lengths)
    return endings.flip(0).cumsum(0).flip(0)[1:]
