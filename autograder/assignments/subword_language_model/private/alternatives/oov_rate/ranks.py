"""With the rank of each word, and the mean of a tensor."""


def oov_rate(train_words, test_words, max_vocab):
    first = {}
    for place, word in enumerate(train_words):
        first.setdefault(word, place)
    order = sorted((-list(train_words).count(word), place, word) for word, place in first.items())
    rank = {word: r for r, (_n, _p, word) in enumerate(order)}
    outside = torch.tensor([rank.get(word, math.inf) >= max_vocab for word in test_words])
    return outside.double().mean().item()
