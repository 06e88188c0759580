# %% + check-rnn_forward
def rnn_step(x, h, W_xh, W_hh, b):  # an experiment: without the bias
    return torch.tanh(x @ W_xh.T + h @ W_hh.T)

cell = nn.RNNCell(1, 1)
def rnn_forward(x, h0, W_xh, W_hh, b):
    return nn.RNN(x.shape[-1], h0.shape[-1])(x, h0[None])

def pad_batch(sequences, pad_id):
    raise NotImplementedError
