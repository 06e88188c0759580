"""Packs, unpacks, and gathers: the forward half at the last word, the backward half at the first."""


def last_states(rnn, embedded, lengths):
    packed = pack_padded_sequence(embedded, lengths.tolist(), batch_first=True, enforce_sorted=False)
    outputs, lens = pad_packed_sequence(rnn(packed)[0], batch_first=True)
    H = rnn.hidden_size
    index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, H)
    forward = outputs[:, :, :H].gather(1, index).squeeze(1)
    if outputs.shape[2] == H:
        return forward
    backward = outputs[:, 0, H:]
    return torch.hstack((forward, backward))
