# wrong: the specials get the ids right behind the bytes, before those of the merges
# common
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    vocab = {i: bytes([i]) for i in range(256)}
    for s in specials:
        vocab[len(vocab)] = s.encode("utf-8")
    counts = word_counts(text)
    tokens = {w: w for w in counts}
    pairs = defaultdict(int)
    inside = defaultdict(set)
    for w, n in counts.items():
        for p in zip(w, w[1:]):
            pairs[p] += n
            inside[p].add(w)
    merges = []
    while len(vocab) < vocab_size and pairs:
        high = max(pairs.values())
        a, b = max([p for p in pairs if pairs[p] == high])
        for w in inside[a, b]:
            n = counts[w]
            for p in zip(tokens[w], tokens[w][1:]):
                pairs[p] -= n
                if pairs[p] == 0:
                    del pairs[p]
            tokens[w] = merge_pair(tokens[w], (a, b))
        for w in inside.pop((a, b)):
            for p in zip(tokens[w], tokens[w][1:]):
                pairs[p] += counts[w]
                inside[p].add(w)
        vocab[len(vocab)] = a + b
        merges.append((a, b))
    return vocab, merges
