# wrong: an empty sequence gets length 1 instead of 0 (the student wanted to be safe for packing later)
# odd
def pad_batch(sequences, pad_id):
    tensors = [torch.tensor(s, dtype=torch.long) for s in sequences]
    ids = nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=pad_id)
    lengths = torch.tensor([max(1, t.numel()) for t in tensors], dtype=torch.long)
    return ids, lengths
