# wrong: the state is detached before it is yielded, so that a loss on the yielded state has no graph
# common
def truncated_bptt(rnn, x, chunk):
    def cut(s):
        return tuple(map(torch.Tensor.detach, s)) if isinstance(s, tuple) else s.detach()

    state, position = None, 0
    while position < x.shape[0]:
        outputs, state = rnn(x[position : position + chunk], state)
        state = cut(state)
        yield outputs, state
        position += chunk
