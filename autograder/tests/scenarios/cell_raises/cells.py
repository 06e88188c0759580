# %% rnn_step
threshold = 1 / 0

def rnn_step(x, h, W_xh, W_hh, b):
    return h
