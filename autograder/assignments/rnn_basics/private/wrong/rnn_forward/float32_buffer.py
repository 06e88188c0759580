# wrong: the buffer for the states is created with the default dtype, so float64 input gives float32 states
# common
def rnn_forward(x, h0, W_xh, W_hh, b):
    T, B, _ = x.shape
    H = h0.shape[1]
    states = torch.zeros(T, B, H)
    h = h0
    for t in range(T):
        h = rnn_step(x[t], h, W_xh, W_hh, b)
        states[t] = h
    return states, h
