# wrong: the gradient of h0 is multiplied once more by 1 - h0**2, as if h0 had come out of a tanh too
# odd
def rnn_backward(x, h0, states, W_xh, W_hh, d_states):
    everything = torch.cat([h0[None], states])
    slope = 1 - everything**2
    grad_h = torch.zeros_like(h0)
    grads = {"W_xh": torch.zeros_like(W_xh), "W_hh": torch.zeros_like(W_hh), "b": h0.new_zeros(h0.size(1))}
    grad_x = []
    for t in range(len(x), 0, -1):
        inner = (grad_h + d_states[t - 1]) * slope[t]
        grads["W_xh"] += inner.T @ x[t - 1]
        grads["W_hh"] += inner.T @ everything[t - 1]
        grads["b"] += inner.sum(0)
        grad_x.append(inner @ W_xh)
        grad_h = inner @ W_hh
    grads["h0"] = grad_h * slope[0]
    grads["x"] = torch.stack(grad_x).flip(0)
    return grads
