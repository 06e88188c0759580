"""NumPy for the correlations, max() for the choice."""

import numpy as np


def find_cell(trace, feature):
    t = trace.detach().numpy().astype(np.float64)
    f = feature.numpy().astype(np.float64)
    rs = {}
    for k, column in enumerate(t.T):
        if column.ptp() if hasattr(column, "ptp") else column.max() - column.min():
            rs[k] = np.corrcoef(column, f)[0, 1]
    index = max(rs, key=lambda k: abs(rs[k]))
    return index, rs[index]
