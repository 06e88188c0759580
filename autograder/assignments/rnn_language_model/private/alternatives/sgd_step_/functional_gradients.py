"""Asks autograd for the gradients and never touches .grad."""


def sgd_step_(model, loss, lr, clip):
    parameters = [p for p in model.parameters() if p.requires_grad]
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    norm = torch.stack([g.norm() for g in gradients if g is not None]).norm()
    scale = (clip / (norm + 1e-6)).clamp(max=1.0)
    with torch.no_grad():
        for p, g in zip(parameters, gradients):
            if g is not None:
                p.sub_(g * scale, alpha=lr)
    return norm.item()
