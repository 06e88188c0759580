"""As PyTorch does it: a clamped coefficient with 1e-6 in the divisor, new .grad tensors."""


def clip_gradients_(parameters, max_norm):
    parameters = list(parameters)
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += p.grad.data.norm(2).item() ** 2
    total = total**0.5
    coefficient = min(1.0, max_norm / (total + 1e-6))
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad * coefficient
    return total
