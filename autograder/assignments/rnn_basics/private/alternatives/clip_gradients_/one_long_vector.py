"""All gradients as one vector, which is clipped and dealt out again."""


def clip_gradients_(parameters, max_norm):
    owners = [p for p in parameters if p.grad is not None]
    if not owners:
        return 0.0
    vector = torch.hstack([p.grad.reshape(-1) for p in owners])
    norm = float(torch.linalg.vector_norm(vector))
    if norm <= max_norm:
        return norm
    vector = vector / norm * max_norm
    for p, piece in zip(owners, vector.split([p.numel() for p in owners])):
        p.grad.copy_(piece.view_as(p))
    return norm
