# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    raise ValueError("as it was checked")

# %% + check-rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    raise ValueError("as it was left")
