# wrong: the bias of the output layer is counted above the line, too
# common
def embedding_share(vocab_size: int, embed: int, hidden: int, layers: int, tied: bool) -> float:
    V, E, H, L = vocab_size, embed, hidden, layers
    rnn = 0
    size_in = E
    for _ in range(L):
        rnn += 4 * H * (size_in + H + 2)
        size_in = H
    emb = V * E
    out = V if tied else V * H + V
    return (emb + out) / (emb + out + rnn)
