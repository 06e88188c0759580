"""One row at a time, with the Jacobian written out as a matrix."""


def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    T, B, H = states.shape
    d_x, d_h0 = torch.zeros_like(x), torch.zeros_like(h0)
    d_W_xh, d_W_hh, d_b = torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
    for row in range(B):
        arriving = torch.zeros_like(h0[row])
        for t in reversed(range(T)):
            slope = torch.diag(1 - states[t, row] ** 2)
            d_a = slope @ (d_states[t, row] + arriving)
            d_x[t, row] = W_xh.T @ d_a
            d_W_xh += torch.outer(d_a, x[t, row])
            d_W_hh += torch.outer(d_a, states[t - 1, row] if t else h0[row])
            d_b += d_a
            arriving = W_hh.T @ d_a
        d_h0[row] = arriving
    return {"x": d_x, "h0": d_h0, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}
