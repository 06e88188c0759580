"""Step by step, every gradient added up as one goes; `grad` is a name like any other."""


def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    grad = {"x": torch.zeros_like(x), "h0": torch.zeros_like(h0), "W_xh": torch.zeros_like(W_xh)}
    grad["W_hh"], grad["b"] = torch.zeros_like(W_hh), W_hh.new_zeros(W_hh.shape[0])
    d_next = torch.zeros_like(h0)
    for t in range(x.shape[0] - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h0
        d_a = (d_states[t] + d_next) * (1 - states[t].pow(2))
        grad["x"][t] = d_a.mm(W_xh)
        grad["W_xh"] += d_a.t().mm(x[t])
        grad["W_hh"] += d_a.t().mm(previous)
        grad["b"] += d_a.sum(0)
        d_next = d_a.mm(W_hh)
    grad["h0"] = d_next
    return grad
