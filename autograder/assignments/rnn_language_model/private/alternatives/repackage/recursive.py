"""Recursion, as in PyTorch's example."""


def repackage(state):
    if isinstance(state, torch.Tensor):
        return state.detach()
    else:
        return tuple(repackage(part) for part in state)
