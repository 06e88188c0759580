# wrong: (directions, B, H) is reshaped to (B, directions * H) without a transpose, which mixes up rows and directions
# odd
def last_states(rnn, embedded, lengths):
    B = embedded.size(0)
    dirs = 2 if rnn.bidirectional else 1
    packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    result = rnn(packed)[1]
    h_n = result[0] if type(result) is tuple else result
    h_n = h_n.view(rnn.num_layers, dirs, B, rnn.hidden_size)
    return h_n[-1].reshape(B, dirs * rnn.hidden_size)
