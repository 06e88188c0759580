# wrong: only whole chunks are read, a shorter last chunk is lost
# common
def truncated_bptt(rnn, x, chunk):
    count = len(x) // chunk
    state = None
    for k in range(count):
        piece = x[k * chunk : (k + 1) * chunk]
        outputs, state = rnn(piece) if state is None else rnn(piece, state)
        yield outputs, state
        if isinstance(state, tuple):
            state = tuple(part.detach() for part in state)
        else:
            state = state.detach()
