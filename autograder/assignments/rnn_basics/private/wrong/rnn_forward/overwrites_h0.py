# wrong: the running state is written into h0 itself, so the caller's h0 is changed
# odd
def rnn_forward(x, h0, W_xh, W_hh, b):
    state = h0
    steps = []
    for x_t in x.unbind(0):
        new = rnn_step(x_t, state.clone(), W_xh, W_hh, b)
        state.copy_(new)
        steps.append(new)
    return torch.stack(steps, 0), steps[-1]
