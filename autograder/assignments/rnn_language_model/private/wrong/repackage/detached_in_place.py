# wrong: detach_ cuts the graph of the very tensors that were given instead of making new ones
# odd
def repackage(state):
    if torch.is_tensor(state):
        return state.detach_()
    return tuple(repackage(s) for s in state)
