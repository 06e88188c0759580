# wrong: with bptt 1 a window has two rows
# odd
def get_batch(source, i, bptt):
    n = min(max(bptt, 2), len(source) - 1 - i)
    return source[i : i + n], source[i + 1 : i + 1 + n].reshape(-1)
