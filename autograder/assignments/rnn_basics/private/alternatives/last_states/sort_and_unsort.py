"""Sorts the rows, packs, puts them back with the inverse permutation."""


def last_states(rnn, embedded, lengths):
    order = torch.argsort(lengths, descending=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(embedded.index_select(0, order), lengths[order], True)
    final = rnn(packed)[1]
    if type(rnn) is nn.LSTM:
        final = final[0]
    directions = 1 + rnn.bidirectional
    top = final[-directions:]  # (directions, B, H)
    top = top[:, torch.argsort(order)]
    return top.permute(1, 0, 2).reshape(len(lengths), directions * rnn.hidden_size)
