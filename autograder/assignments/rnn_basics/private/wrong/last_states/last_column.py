# wrong: takes the output at the last column of the padded batch (forward) without looking at lengths
# common
def last_states(rnn, embedded, lengths):
    out, _ = rnn(embedded)
    H = rnn.hidden_size
    if rnn.bidirectional:
        return torch.cat([out[:, -1, :H], out[:, 0, H:]], dim=-1)
    return out[:, -1]
