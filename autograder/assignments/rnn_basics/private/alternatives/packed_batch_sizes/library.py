"""By PyTorch's own packing, of rows that have a token."""


def packed_batch_sizes(lengths):
    lengths = lengths[lengths > 0]
    padded = torch.zeros(len(lengths), int(lengths.max()))
    return pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False).batch_sizes
