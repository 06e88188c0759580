# %% + first
import gc
import random
import sys
import warnings

import torch

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.set_num_threads(2)
random.seed = lambda *a: None
gc.disable()
sys.setrecursionlimit(200)
warnings.simplefilter("error")

# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    return torch.sigmoid(x @ W_xh.T + h @ W_hh.T + b)
