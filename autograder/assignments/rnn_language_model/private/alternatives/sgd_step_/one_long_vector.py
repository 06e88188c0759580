"""Parameters and gradients as one long vector each; what has no gradient gets zeros."""

from torch.nn.utils import parameters_to_vector, vector_to_parameters


def sgd_step_(model, loss, lr, clip):
    model.zero_grad(set_to_none=False)
    loss.backward()
    gradient = torch.cat(
        [(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in model.parameters()]
    )
    norm = float(gradient.norm(p=2))
    if norm > clip:
        gradient *= clip / norm
    with torch.inference_mode(False), torch.no_grad():
        vector_to_parameters(parameters_to_vector(model.parameters()) - lr * gradient, model.parameters())
    return norm
