# wrong: the gradient is sent back through W_hh.T instead of W_hh
# common
def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    T = x.shape[0]
    dx = torch.zeros_like(x)
    dWx = torch.zeros_like(W_xh)
    dWh = torch.zeros_like(W_hh)
    db = W_hh.new_zeros(W_hh.shape[0])
    carry = torch.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        dh = d_states[t] + carry
        dz = dh * (1 - states[t] * states[t])
        before = states[t - 1] if t > 0 else h0
        dx[t] = dz @ W_xh
        dWx += dz.T @ x[t]
        dWh += dz.T @ before
        db += dz.sum(0)
        carry = dz @ W_hh.T
    return {"x": dx, "h0": carry, "W_xh": dWx, "W_hh": dWh, "b": db}
