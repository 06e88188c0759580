"""Builds the layers without memory, and counts."""


def embedding_share(vocab_size, embed, hidden, layers, tied):
    lstm = nn.LSTM(embed, hidden, layers, device="meta")
    inside = sum(p.numel() for p in lstm.parameters())
    table = vocab_size * embed + (0 if tied else vocab_size * hidden)
    return table / (table + inside + vocab_size)
