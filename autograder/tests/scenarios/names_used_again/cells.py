# %% + first
SLOPE = 1.0

def affine(x, weights):
    return SLOPE * (x @ weights.T)

# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    return torch.tanh(affine(x, W_xh) + affine(h, W_hh) + b)

# %% + check-rnn_step
SLOPE = 96485
h = torch.zeros(2, 3)

# %% + check-rnn_forward
del affine
rnn_step = rnn_step(torch.ones(1, 1), torch.ones(1, 1), *[torch.ones(1, 1)] * 2, torch.ones(1)) if False else 0.5
rnn_forward = [0.1, 0.2]
pad_batch = None
max = 3
len = 7
