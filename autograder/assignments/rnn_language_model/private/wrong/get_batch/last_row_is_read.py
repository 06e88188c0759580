# wrong: the window may include the last row, so at the end of the text data has one row more than target
# common
def get_batch(source, i, bptt):
    seq_len = min(bptt, len(source) - i)
    data = source[i : i + seq_len]
    target = source[i + 1 : i + 1 + seq_len].reshape(-1)
    return data, target
