# wrong: tied is computed as half of the untied share, with the second matrix still below the line
# odd
def embedding_share(vocab_size: int, embed: int, hidden: int, layers: int, tied: bool) -> float:
    def lstm(layer):
        return 4 * (hidden * (embed if layer == 0 else hidden) + hidden**2 + 2 * hidden)

    words = vocab_size * embed + vocab_size * hidden
    share = words / (words + sum(map(lstm, range(layers))) + vocab_size)
    if tied:
        share = share / 2
    return share
