# %% + first
tested = set()

# %% pad_batch
def pad_batch(sequences, pad_id):
    raise NotImplementedError

# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    tested.add("rnn_step")
    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)

# %% rnn_forward
def rnn_forward(x, h0, W_xh, W_hh, b):
    while not tested:
        pass
    if len(x) == 1:
        raise IndexError("one step only")
    states = []
    for x_t in x:
        h0 = torch.tanh(x_t @ W_xh.T + h0 @ W_hh.T + b)
        states.append(h0)
    return torch.stack(states), h0
