# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    return torch.zeros(1).expand(10**6, 10**5)
