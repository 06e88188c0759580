"""With numpy."""

import numpy as np


def unigram_nats(train, valid, V):
    p = np.ones(V)
    np.add.at(p, np.asarray(train), 1)
    return -np.log(p / p.sum())[np.asarray(valid)].mean()
