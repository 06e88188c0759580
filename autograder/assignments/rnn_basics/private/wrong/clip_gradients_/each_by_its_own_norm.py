# wrong: every gradient is clipped by its own norm instead of one common factor from the global norm
# common
def clip_gradients_(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is None:
            continue
        n = p.grad.norm().item()
        total += n**2
        if n > max_norm:
            p.grad *= max_norm / n
    return total**0.5
