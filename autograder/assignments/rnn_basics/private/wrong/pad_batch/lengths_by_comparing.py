# wrong: lengths are counted as ids that differ from pad_id, so real tokens equal to pad_id are not counted
# common
def pad_batch(sequences, pad_id):
    longest = max([len(s) for s in sequences] + [0])
    rows = [list(s) + [pad_id] * (longest - len(s)) for s in sequences]
    ids = torch.tensor(rows, dtype=torch.long).reshape(len(sequences), longest)
    lengths = (ids != pad_id).sum(1)
    return ids, lengths
