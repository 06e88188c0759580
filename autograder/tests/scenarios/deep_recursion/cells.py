# %% rnn_step
import sys

sys.setrecursionlimit(10**9)


def rnn_step(x, h, W_xh, W_hh, b):
    return rnn_step(x, h, W_xh, W_hh, b)
