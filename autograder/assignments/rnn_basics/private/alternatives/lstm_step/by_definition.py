"""The squashing functions by their definitions, everything transposed."""


def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    def squash(a):
        return 1 / (1 + torch.exp(-a))

    a = W_x @ x.T + W_h @ h.T + (b_x + b_h)[:, None]
    i, f, g, o = torch.split(a, h.shape[1])
    c = (squash(f) * c.T + squash(i) * (2 * squash(2 * g) - 1)).T
    return (squash(o) * torch.tanh(c).T).T, c
