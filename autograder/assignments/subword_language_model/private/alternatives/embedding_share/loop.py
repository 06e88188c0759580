"""One layer after the other, bias by bias."""


def embedding_share(vocab_size, embed, hidden, layers, tied):
    E, H, V = embed, hidden, vocab_size
    body, width = 0, E
    for _ in range(layers):
        for _gate in "ifgo":
            body += H * width + H * H + H + H
        width = H
    vocabulary = V * E
    if not tied:
        vocabulary += V * H
    return 1.0 - (body + V) / (body + V + vocabulary)
