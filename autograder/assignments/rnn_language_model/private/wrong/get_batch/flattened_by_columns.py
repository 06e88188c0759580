# wrong: the target is flattened column by column instead of row by row
# odd
def get_batch(source, i, bptt):
    stop = min(i + bptt, source.shape[0] - 1)
    data = source[i:stop]
    following = source[i + 1 : stop + 1]
    target = torch.cat([following[:, b] for b in range(following.shape[1])])
    return data, target
