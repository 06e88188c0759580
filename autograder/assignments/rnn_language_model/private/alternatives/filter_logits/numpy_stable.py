"""With numpy's stable argsort, back to a tensor at the end."""

import numpy as np


def filter_logits(logits, temperature, top_k=None, top_p=None):
    x = logits.detach().double().numpy()
    order = np.argsort(-x, kind="stable")
    p = np.zeros_like(x)
    if temperature == 0:
        p[order[0]] = 1.0
        return torch.from_numpy(p).to(logits.dtype)
    keep = order[: top_k or len(x)]
    p[keep] = np.exp((x[keep] - x.max()) / temperature)
    p /= p.sum()
    if top_p is not None and top_p < 1:
        reached = np.cumsum(p[keep])
        n = max(1, int(np.searchsorted(reached, top_p, side="left")) + 1)
        p[keep[n:]] = 0
        p /= p.sum()
    return torch.from_numpy(p).to(logits.dtype)
