# wrong: the recurrent gradient is accumulated in place into the argument d_states
# odd
def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    T, B, H = states.shape
    deltas = []
    for t in range(T - 1, -1, -1):
        delta = d_states[t] * (1 - states[t] ** 2)
        deltas.append(delta)
        back = delta @ W_hh
        if t > 0:
            d_states[t - 1] += back
    deltas = torch.stack(deltas[::-1])
    h_before = torch.cat((h0.unsqueeze(0), states[:-1]), 0)
    flat = deltas.reshape(T * B, H)
    return {
        "x": torch.matmul(deltas, W_xh),
        "h0": back,
        "W_xh": flat.T @ x.reshape(T * B, -1),
        "W_hh": flat.T @ h_before.reshape(T * B, H),
        "b": flat.sum(0),
    }
