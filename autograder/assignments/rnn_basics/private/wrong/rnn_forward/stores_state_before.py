# wrong: the state is stored before the step, so states[t] is the state before reading x[t]
# common
def rnn_forward(x, h0, W_xh, W_hh, b):
    T = x.size(0)
    hidden = h0
    collected = []
    for t in range(T):
        collected.append(hidden)
        hidden = torch.tanh(F.linear(x[t], W_xh, b) + F.linear(hidden, W_hh))
    return torch.stack(collected, dim=0), hidden
