"""Under no_grad; the norm comes out as a NumPy number."""

import numpy as np


def clip_gradients_(parameters, max_norm):
    with torch.no_grad():
        gradients = [p.grad for p in parameters if p.grad is not None]
        norm = np.sqrt(np.sum([float((g * g).sum()) for g in gradients]))
        for g in gradients:
            g /= max(1.0, norm / max_norm)
        return norm
