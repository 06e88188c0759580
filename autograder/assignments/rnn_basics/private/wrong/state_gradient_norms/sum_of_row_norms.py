# wrong: adds up the norms of the batch rows instead of taking one Frobenius norm over the whole gradient
# odd
def state_gradient_norms(cell, x, h0):
    current = h0.clone().detach().requires_grad_(True)
    path = [current]
    for step in range(len(x)):
        current = cell(x[step], current)
        path.append(current)
    gradients = torch.autograd.grad(current, path, grad_outputs=torch.ones_like(current))
    return torch.stack([torch.linalg.vector_norm(g, dim=-1).sum() for g in gradients])
