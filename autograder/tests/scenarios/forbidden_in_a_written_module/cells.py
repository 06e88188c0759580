# %% + first
%%writefile steps.py
import torch
from torch import nn


def rnn_step(x, h, W_xh, W_hh, b):
    cell = nn.RNNCell(x.shape[1], h.shape[1]).to(x.dtype)
    weights = {"weight_ih": W_xh, "weight_hh": W_hh, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
    return torch.func.functional_call(cell, weights, (x, h))

# %% rnn_step
from steps import rnn_step
