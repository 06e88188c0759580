"""For each t anew: the rest of the sequence as a function of h_t."""


def state_gradient_norms(cell, x, h0):
    T = x.shape[0]
    norms = torch.zeros(T + 1, dtype=x.dtype)
    h = h0.detach()
    for t in range(T + 1):
        start = h.clone().requires_grad_(True)
        end = start
        for s in range(t, T):
            end = cell(x[s], end)
        grad = torch.autograd.grad(end.sum(), [start])[0]
        norms[t] = torch.norm(grad, p="fro")
        if t < T:
            h = cell(x[t], h).detach()
    return norms
