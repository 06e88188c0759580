# wrong: the global norm is taken as the sum of the parameters' norms instead of the root of the sum of their squares
# odd
def sgd_step_(model, loss, lr, clip):
    weights = list(model.parameters())
    for w in weights:
        w.grad = None
    loss.backward()
    weights = [w for w in weights if w.grad is not None]
    norm = sum(float(torch.linalg.vector_norm(w.grad)) for w in weights)
    factor = 1.0
    if norm > clip:
        factor = clip / norm
    with torch.no_grad():
        for w in weights:
            w.copy_(w - lr * factor * w.grad)
    return norm
