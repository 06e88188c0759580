"""From the end to the beginning, one vector-Jacobian product a step."""


def state_gradient_norms(cell, x, h0):
    with torch.no_grad():
        states = [h0]
        for x_t in x:
            states.append(cell(x_t, states[-1]))
    upstream = torch.ones_like(h0)
    norms = [torch.linalg.norm(upstream)]
    for x_t, h in zip(reversed(x.unbind(0)), reversed(states[:-1])):
        _new, upstream = torch.autograd.functional.vjp(lambda h: cell(x_t, h), h, upstream)
        norms.insert(0, torch.linalg.matrix_norm(upstream))
    return torch.stack(norms)
