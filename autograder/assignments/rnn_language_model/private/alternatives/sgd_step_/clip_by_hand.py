"""Clears with None, clips by a factor of its own, replaces the data of each parameter."""


def sgd_step_(model, loss, lr, clip):
    parameters = list(model.parameters())
    for p in parameters:
        p.grad = None
    loss.backward()
    moving = [p for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(p.grad.pow(2).sum().item() for p in moving))
    factor = clip / norm if norm > clip else 1.0
    for p in moving:
        p.data = p.data - lr * factor * p.grad
    return norm
