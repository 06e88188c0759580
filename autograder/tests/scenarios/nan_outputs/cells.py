# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    return torch.full_like(h, float("nan"))

# %% pad_batch
def pad_batch(sequences, pad_id):
    return float("nan"), float("inf")
