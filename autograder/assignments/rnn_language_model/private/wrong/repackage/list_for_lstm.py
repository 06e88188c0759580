# wrong: the state of an LSTM comes back as a list instead of a tuple
# common
def repackage(state):
    if isinstance(state, torch.Tensor):
        return state.detach()
    new = []
    for s in state:
        new.append(s.detach())
    return new
