"""Copies made without recording."""


@torch.no_grad()
def repackage(state):
    if torch.is_tensor(state):
        return state.clone()
    h, c = state
    return h.clone(), c.clone()
