# wrong: of an LSTM's state only h is detached, the graph goes on through c
# common
def truncated_bptt(rnn, x, chunk):
    hidden = None
    for start in range(0, x.size(0), chunk):
        if hidden is not None:
            if isinstance(hidden, tuple):
                h, c = hidden
                hidden = (h.detach(), c)
            else:
                hidden = hidden.detach()
        out, hidden = rnn(x[start : start + chunk], hidden)
        yield out, hidden
