# %% rnn_step
while True:
    pass

# %% rnn_forward
def rnn_forward(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = torch.tanh(x_t @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return torch.stack(states), h
