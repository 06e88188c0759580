# wrong: the gradient of W_hh uses the state after the step (states[t]) instead of the one before it
# common
def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    out = {"x": torch.zeros_like(x), "W_xh": 0, "W_hh": 0, "b": 0}
    d_next = torch.zeros_like(h0)
    for t in reversed(range(len(states))):
        h_t = states[t]
        d_pre = (d_next + d_states[t]) * (1 - h_t.pow(2))
        out["W_xh"] = out["W_xh"] + torch.einsum("bh,bd->hd", d_pre, x[t])
        out["W_hh"] = out["W_hh"] + torch.einsum("bh,bk->hk", d_pre, h_t)
        out["b"] = out["b"] + d_pre.sum(dim=0)
        out["x"][t] = torch.einsum("bh,hd->bd", d_pre, W_xh)
        d_next = torch.einsum("bh,hk->bk", d_pre, W_hh)
    out["h0"] = d_next
    return out
