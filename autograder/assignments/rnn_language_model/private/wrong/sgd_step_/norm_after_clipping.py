# wrong: the norm that is returned is the one after clipping
# common
def sgd_step_(model, loss, lr, clip):
    model.zero_grad()
    loss.backward()
    params = [p for p in model.parameters() if p.grad is not None]
    nn.utils.clip_grad_norm_(params, clip)
    total = 0.0
    with torch.no_grad():
        for p in params:
            total += (p.grad**2).sum().item()
            p -= lr * p.grad
    return total**0.5
