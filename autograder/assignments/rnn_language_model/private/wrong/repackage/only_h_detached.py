# wrong: of the LSTM's state only h is detached, c keeps its graph
# common
def repackage(state):
    if type(state) is tuple:
        h, c = state
        return h.detach(), c
    else:
        return state.detach()
