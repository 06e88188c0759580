"""Padding in Python lists, before any tensor is made."""


def pad_batch(sequences, pad_id):
    width = max(map(len, sequences))
    rectangle = [list(sequence) + [pad_id] * (width - len(sequence)) for sequence in sequences]
    return torch.tensor(rectangle, dtype=torch.int64), torch.tensor(list(map(len, sequences)))
