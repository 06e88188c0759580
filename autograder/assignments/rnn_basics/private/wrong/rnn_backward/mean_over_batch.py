# wrong: the gradients of the weights and the bias are averaged over the batch instead of summed
# common
def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    steps, batch, _ = x.shape
    g_x, g_wx, g_wh, g_b = [], torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
    prev = [h0] + [s for s in states[:-1]]
    g_h = torch.zeros_like(h0)
    for t in range(steps)[::-1]:
        delta = (g_h + d_states[t]) * (1.0 - states[t] ** 2)
        g_x.insert(0, delta.mm(W_xh))
        g_wx = g_wx + delta.t().mm(x[t]) / batch
        g_wh = g_wh + delta.t().mm(prev[t]) / batch
        g_b = g_b + delta.mean(0)
        g_h = delta.mm(W_hh)
    return dict(x=torch.stack(g_x), h0=g_h, W_xh=g_wx, W_hh=g_wh, b=g_b)
