# wrong: covariance is divided by T - 1 but the standard deviations by T, so r is too large by T / (T - 1)
# odd
def find_cell(trace, feature):
    T = trace.shape[0]
    cells = trace.double().t().contiguous()
    target = feature.double()
    centred = cells - cells.mean(1, keepdim=True)
    cov = (centred * (target - target.mean())).sum(1) / (T - 1)
    r = cov / (cells.std(1, unbiased=False) * target.std(unbiased=False))
    r[cells.max(1).values == cells.min(1).values] = 0.0
    index = r.abs().argmax().item()
    return index, r[index].item()
