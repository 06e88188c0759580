"""The lecture's [h, x] and [r * h, x], with stacked matrices."""


def gru_step_lecture(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    W, b = torch.cat((W_h, W_x), dim=1), b_x + b_h
    gates = torch.sigmoid(torch.cat((h, x), dim=1) @ W[: 2 * H].T + b[: 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    n = torch.tanh(torch.cat((r * h, x), dim=1) @ W[2 * H :].T + b[2 * H :])
    return torch.lerp(h, n, z)
