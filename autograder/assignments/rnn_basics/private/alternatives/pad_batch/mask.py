"""All tokens at once, through a mask."""


def pad_batch(sequences, pad_id):
    lengths = torch.LongTensor([len(sequence) for sequence in sequences])
    mask = torch.arange(lengths.max()) < lengths.unsqueeze(1)
    ids = torch.empty(mask.shape, dtype=torch.long).fill_(pad_id)
    ids[mask] = torch.LongTensor([token for sequence in sequences for token in sequence])
    return ids, lengths
