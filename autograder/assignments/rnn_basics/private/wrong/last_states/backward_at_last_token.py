# wrong: both directions are taken at the row's last token, where the backward one has read only a single token
# common
def last_states(rnn, embedded, lengths):
    seq = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    out, _ = pad_packed_sequence(rnn(seq)[0], batch_first=True)
    rows = []
    for i, n in enumerate(lengths.tolist()):
        rows.append(out[i, n - 1])
    return torch.stack(rows)
