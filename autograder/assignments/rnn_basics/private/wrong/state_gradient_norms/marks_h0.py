# wrong: requires_grad_() is called on h0 itself, so the caller's h0 keeps requires_grad
# common
def state_gradient_norms(cell, x, h0):
    h0.requires_grad_(True)
    hs = [h0]
    for t in range(x.shape[0]):
        hs.append(cell(x[t], hs[t]))
    grads = torch.autograd.grad(torch.sum(hs[-1]), hs)
    norms = [torch.sqrt((g**2).sum()) for g in grads]
    return torch.stack(norms)
