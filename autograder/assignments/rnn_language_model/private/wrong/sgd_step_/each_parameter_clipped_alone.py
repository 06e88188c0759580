# wrong: every parameter is clipped by its own norm instead of all of them by the global norm
# common
def sgd_step_(model, loss, lr, clip):
    for p in model.parameters():
        p.grad = None
    loss.backward()
    with torch.no_grad():
        squares = 0.0
        for p in model.parameters():
            if p.grad is None:
                continue
            n = p.grad.norm().item()
            squares += n**2
            g = p.grad * (clip / n) if n > clip else p.grad
            p.sub_(lr * g)
    return math.sqrt(squares)
