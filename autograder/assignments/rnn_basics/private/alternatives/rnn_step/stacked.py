"""One product of the stacked matrix with the stacked input."""


def rnn_step(x, h, W_xh, W_hh, b):
    W = torch.cat((W_hh, W_xh), dim=1)
    return torch.tanh((W @ torch.cat((h, x), dim=1).T).T + b)
