"""Each row alone, cut to its length: no packing at all."""


def last_states(rnn, embedded, lengths):
    rows = []
    for i in range(embedded.size(0)):
        n = int(lengths[i])
        out = rnn(embedded[i : i + 1, :n, :])
        h = out[1]
        if isinstance(h, tuple):
            h = h[0]
        h = h.view(rnn.num_layers, -1, 1, rnn.hidden_size)[-1]  # (directions, 1, H)
        rows.append(h.transpose(0, 1).flatten())
    return torch.stack(rows)
