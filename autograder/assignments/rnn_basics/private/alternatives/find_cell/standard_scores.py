"""z-scores of all cells at once, in the trace's own dtype; constant cells are set to -1 before the argmax."""


def find_cell(trace, feature):
    f = feature.to(trace.dtype)
    f = (f - f.mean()) / f.std(unbiased=False)
    changing = trace.max(0).values != trace.min(0).values
    std = trace.std(0, unbiased=False)
    z = (trace - trace.mean(0)) / torch.where(changing, std, torch.ones_like(std))
    r = (z * f[:, None]).mean(0)
    index = torch.where(changing, r.abs(), torch.full_like(r, -1.0)).argmax().item()
    return index, float(r[index])
