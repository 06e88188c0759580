# wrong: share of the different words (types) instead of the running words
# common
def oov_rate(train_words: Sequence[str], test_words: Sequence[str], max_vocab: int) -> float:
    freq = {}
    for w in train_words:
        freq[w] = freq.get(w, 0) + 1
    ranked = sorted(freq, key=freq.get, reverse=True)
    vocab = set(ranked[:max_vocab])
    types = set(test_words)
    return len(types - vocab) / len(types)
