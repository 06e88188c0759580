"""The library's functions for lists of tensors."""


def sgd_step_(model, loss, lr, clip):
    parameters = [p for p in model.parameters() if p.requires_grad]
    for p in parameters:
        p.grad = None
    loss.backward()
    moved = [p for p in parameters if p.grad is not None]
    norm = torch.nn.utils.get_total_norm([p.grad for p in moved])
    steps = torch._foreach_mul([p.grad for p in moved], -lr * min(1.0, clip / max(norm.item(), 1e-30)))
    with torch.no_grad():
        torch._foreach_add_(moved, steps)
    return norm.item()
