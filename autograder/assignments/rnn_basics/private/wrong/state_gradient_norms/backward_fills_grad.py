# wrong: backward() is used, which leaves .grad on the parameters of the cell
# common
def state_gradient_norms(cell, x, h0):
    h = h0.detach().clone().requires_grad_(True)
    all_h = [h]
    for x_t in x:
        h = cell(x_t, h)
        h.retain_grad()
        all_h.append(h)
    h.sum().backward()
    return torch.stack([s.grad.flatten().norm() for s in all_h])
