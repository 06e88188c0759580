"""A while loop over indices, zeros made by hand, the state cut on the way in."""


def truncated_bptt(rnn, x, chunk):
    T, B, _ = x.size()
    layers = rnn.num_layers * (2 if rnn.bidirectional else 1)
    h = torch.zeros(layers, B, rnn.hidden_size, dtype=x.dtype, device=x.device)
    state = (h, h.clone()) if isinstance(rnn, nn.LSTM) else h
    start = 0
    while start < T:
        stop = min(start + chunk, T)
        if isinstance(state, tuple):
            state = tuple(s.detach() for s in state)
        else:
            state = state.detach()
        outputs, state = rnn(x[start:stop], state)
        yield outputs, state
        start = stop
