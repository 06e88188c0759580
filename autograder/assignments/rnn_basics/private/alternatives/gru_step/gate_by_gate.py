"""Gate by gate, and the new state as the old one plus a step towards the candidate."""


def gru_step(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[-1]
    W_xr, W_xz, W_xn = W_x.split(H)
    W_hr, W_hz, W_hn = W_h.split(H)
    b_r, b_z = b_x[:H] + b_h[:H], b_x[H : 2 * H] + b_h[H : 2 * H]
    r = torch.sigmoid(x.mm(W_xr.t()) + h.mm(W_hr.t()) + b_r)
    z = torch.sigmoid(x.mm(W_xz.t()) + h.mm(W_hz.t()) + b_z)
    n = torch.tanh(F.linear(x, W_xn, b_x[2 * H :]) + r * F.linear(h, W_hn, b_h[2 * H :]))
    return h + (1 - z) * (n - h)
