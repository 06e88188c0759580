# wrong: a row of length t is still counted at step t (>= instead of >), off by one
# common
def packed_batch_sizes(lengths):
    lens = lengths.tolist()
    out = []
    for t in range(max(lens)):
        out.append(sum(1 for n in lens if n >= t))
    return torch.tensor(out, dtype=torch.int64)
