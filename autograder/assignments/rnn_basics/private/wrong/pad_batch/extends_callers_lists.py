# wrong: the caller's own lists are extended with padding in place
# common
def pad_batch(sequences, pad_id):
    lens = []
    for s in sequences:
        lens.append(len(s))
    T = max(lens) if lens else 0
    for s in sequences:
        while len(s) < T:
            s.append(pad_id)
    ids = torch.tensor(sequences, dtype=torch.int64).view(len(lens), T)
    return ids, torch.tensor(lens, dtype=torch.int64)
