# wrong: right, but all pairs of all words are counted anew for every merge, which is far too slow
# common
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    words = word_counts(text)
    merges = []
    while 256 + len(merges) + len(specials) < vocab_size:
        stats = pair_counts(words)
        if len(stats) == 0:
            break
        best = sorted(stats, key=lambda p: (stats[p], p))[-1]
        merged_words = defaultdict(int)
        for w, n in words.items():
            merged_words[merge_pair(w, best)] += n
        words = merged_words
        merges.append(best)
    vocab = dict()
    for i in range(256):
        vocab[i] = bytes((i,))
    for i, (a, b) in enumerate(merges):
        vocab[256 + i] = a + b
    n = len(vocab)
    for i, s in enumerate(specials):
        vocab[n + i] = bytes(s, "utf-8")
    return vocab, merges
