# wrong: r multiplies the product W_hn h (as in PyTorch) instead of h before the product
# common
def gru_step_lecture(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[-1]
    W_rz, W_n = W_h[: 2 * H], W_h[2 * H :]
    in_all = F.linear(x, W_x, b_x)
    rz = torch.sigmoid(in_all[:, : 2 * H] + F.linear(h, W_rz, b_h[: 2 * H]))
    r, z = rz[:, :H], rz[:, H:]
    n = torch.tanh(in_all[:, 2 * H :] + r * F.linear(h, W_n) + b_h[2 * H :])
    return h - z * h + z * n
