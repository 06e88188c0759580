# wrong: the cell with the largest signed correlation is chosen, strong negative ones are overlooked
# common
def find_cell(trace, feature):
    f = feature.to(torch.float64)
    f = f - f.mean()
    best, best_r = 0, -2.0
    for k in range(trace.shape[1]):
        column = trace[:, k].to(torch.float64)
        if column.max() == column.min():
            continue
        column = column - column.mean()
        r = ((column * f).sum() / (column.pow(2).sum().sqrt() * f.pow(2).sum().sqrt())).item()
        if r > best_r:
            best, best_r = k, r
    return best, best_r
