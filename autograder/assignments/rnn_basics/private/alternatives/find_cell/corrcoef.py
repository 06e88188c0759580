"""torch.corrcoef, cell by cell."""


def find_cell(trace, feature):
    best, best_r = 0, 0.0
    found = False
    for i in range(trace.shape[1]):
        cell = trace[:, i].double()
        if cell.max() == cell.min():
            continue
        r = torch.corrcoef(torch.stack([cell, feature.double()]))[0, 1].item()
        if not found or abs(r) > abs(best_r):
            best, best_r, found = i, r, True
    return best, best_r
