# wrong: the global norm is computed as the sum of the single norms, not the root of the sum of squares
# odd
def clip_gradients_(parameters, max_norm):
    with_grad = list(filter(lambda p: p.grad is not None, parameters))
    whole = 0.0
    for p in with_grad:
        whole += float(torch.linalg.vector_norm(p.grad))
    factor = min(1.0, max_norm / whole) if whole > 0 else 1.0
    if factor < 1.0:
        for p in with_grad:
            p.grad.copy_(p.grad * factor)
    return whole
