# wrong: parameters is walked through twice, so with a generator the second loop scales nothing
# common
def clip_gradients_(parameters, max_norm):
    squares = sum((p.grad.detach() ** 2).sum().item() for p in parameters if p.grad is not None)
    total_norm = math.sqrt(squares)
    if total_norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / total_norm)
    return total_norm
