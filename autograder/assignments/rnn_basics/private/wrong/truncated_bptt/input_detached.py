# wrong: each chunk of x is detached, so whatever computed x gets no gradient
# odd
def truncated_bptt(rnn, x, chunk):
    state = None
    for start in range(0, len(x), chunk):
        outputs, state = rnn(x[start : start + chunk].detach(), state)
        yield outputs, state
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
