# wrong: a cell that moves by less than 1e-4 counts as constant
# odd
def find_cell(trace, feature):
    t, f = trace.double(), feature.double()
    t, f = t - t.mean(0), f - f.mean()
    best, value = None, 0.0
    for j in range(t.shape[1]):
        if trace[:, j].max() - trace[:, j].min() < 1e-4:
            continue
        r = float((t[:, j] * f).sum() / (t[:, j].norm() * f.norm()))
        if best is None or abs(r) > abs(value):
            best, value = j, r
    return best, value
