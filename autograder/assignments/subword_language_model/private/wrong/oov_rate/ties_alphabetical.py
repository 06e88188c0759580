# wrong: of equally frequent words the alphabetically smallest are kept, not the first seen
# common
def oov_rate(train_words: Sequence[str], test_words: Sequence[str], max_vocab: int) -> float:
    freq = defaultdict(int)
    for w in train_words:
        freq[w] += 1
    ranked = sorted(freq.items(), key=lambda kv: (-kv[1], kv[0]))
    vocab = [w for w, _ in ranked][:max_vocab]
    vocab = set(vocab)
    missing = 0
    for w in test_words:
        if w not in vocab:
            missing += 1
    return missing / len(test_words)
