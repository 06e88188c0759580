"""Looks before it computes; numpy's exponential knows infinity."""

import numpy as np


def perplexity(total_nats, tokens):
    if tokens == 0 or total_nats < 0 or math.isnan(total_nats):
        raise ValueError(f"{total_nats} nats in {tokens} tokens")
    with np.errstate(over="ignore"):
        return float(np.exp(np.float64(total_nats) / tokens))
