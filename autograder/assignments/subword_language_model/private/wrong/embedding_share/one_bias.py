# wrong: each LSTM layer has one bias vector instead of PyTorch's two
# common
def embedding_share(vocab_size: int, embed: int, hidden: int, layers: int, tied: bool) -> float:
    table = vocab_size * embed
    if not tied:
        table += hidden * vocab_size
    first = 4 * (embed * hidden + hidden * hidden + hidden)
    others = 4 * (hidden * hidden + hidden * hidden + hidden)
    everything = table + vocab_size + first + (layers - 1) * others
    return table / everything
