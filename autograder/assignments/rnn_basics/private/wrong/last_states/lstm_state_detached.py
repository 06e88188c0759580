# wrong: the h of an LSTM's pair is detached when it is taken out, so no gradient goes back; right for a GRU
# odd
def last_states(rnn, embedded, lengths):
    packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    _, h = rnn(packed)
    if isinstance(h, tuple):
        h = h[0].detach()
    if rnn.bidirectional:
        return torch.cat([h[-2], h[-1]], dim=1)
    return h[-1]
