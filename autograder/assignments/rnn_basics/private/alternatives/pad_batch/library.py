"""Padding by PyTorch's own helper."""


def pad_batch(sequences, pad_id):
    rows = [torch.tensor(sequence, dtype=torch.long) for sequence in sequences]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)
    return ids, torch.tensor([len(row) for row in rows])
