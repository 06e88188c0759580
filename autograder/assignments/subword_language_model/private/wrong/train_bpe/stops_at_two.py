# wrong: learning ends when the best pair occurs only once, although such a pair may be merged
# common
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    freq = word_counts(text)
    state = [[w, n] for w, n in freq.items()]
    stats = defaultdict(int, pair_counts(freq))
    users = defaultdict(set)
    for i in range(len(state)):
        w = state[i][0]
        for pair in pairwise(w):
            users[pair].add(i)
    merges = []
    todo = vocab_size - 256 - len(specials)
    while todo > 0 and stats:
        top, n_top = None, 0
        for pair, n in stats.items():
            if n > n_top or (n == n_top and (top is None or pair > top)):
                top, n_top = pair, n
        if n_top < 2:
            break
        for i in users.pop(top):
            w, n = state[i]
            for pair in pairwise(w):
                stats[pair] -= n
            w = merge_pair(w, top)
            state[i][0] = w
            for pair in pairwise(w):
                stats[pair] += n
                users[pair].add(i)
        for pair in [p for p in stats if stats[p] <= 0]:
            stats.pop(pair)
        merges.append(top)
        todo -= 1
    vocab = {i: bytes([i]) for i in range(256)}
    vocab.update({256 + i: x + y for i, (x, y) in enumerate(merges)})
    for s in specials:
        vocab[len(vocab)] = s.encode("utf-8")
    return vocab, merges
