# wrong: every weight of the cell requires a gradient afterwards, also one that was frozen
# odd
def state_gradient_norms(cell, x, h0):
    states = [h0.detach().clone().requires_grad_(True)]
    for x_t in x.detach():
        states.append(cell(x_t, states[-1]))
    for p in cell.parameters() if isinstance(cell, nn.Module) else []:
        p.requires_grad_(True)
    grads = torch.autograd.grad(states[-1].sum(), states)
    return torch.stack([g.norm() for g in grads]).detach()
