# wrong: the rows are sorted by length for packing, and the result stays in the sorted order
# common
def last_states(rnn, embedded, lengths):
    sorted_lengths, perm = torch.sort(lengths, descending=True)
    packed = pack_padded_sequence(embedded[perm], sorted_lengths, batch_first=True)
    _, hidden = rnn(packed)
    if isinstance(hidden, tuple):
        hidden = hidden[0]
    if rnn.bidirectional:
        final = torch.cat((hidden[-2], hidden[-1]), dim=1)
    else:
        final = hidden[-1]
    return final
