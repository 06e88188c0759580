# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    kept = []
    while True:
        kept.append(torch.ones(500_000_000))
