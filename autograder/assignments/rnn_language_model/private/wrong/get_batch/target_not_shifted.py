# wrong: the target is the same window as data, not the one a row further down
# common
def get_batch(source, i, bptt):
    last = source.size(0) - 1
    end = i + bptt if i + bptt < last else last
    data = source[i:end, :]
    target = source[i:end, :].flatten()
    return data, target
