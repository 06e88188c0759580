# wrong: of equally frequent pairs the one that was counted first wins, since max looks at the count only
# common
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    bag = word_counts(text)
    segs = {w: w for w in bag}
    stats = pair_counts(bag)
    index = {}
    for w in bag:
        for i in range(len(w) - 1):
            index.setdefault((w[i], w[i + 1]), {})[w] = True
    vocab = {i: bytes([i]) for i in range(256)}
    merges = []
    for new_id in range(256, vocab_size - len(specials)):
        if not stats:
            break
        best = max(stats, key=stats.get)
        for w in list(index.pop(best)):
            before = segs[w]
            after = merge_pair(before, best)
            segs[w] = after
            for i in range(len(before) - 1):
                p = (before[i], before[i + 1])
                stats[p] = stats[p] - bag[w]
            for i in range(len(after) - 1):
                p = (after[i], after[i + 1])
                stats[p] = stats.get(p, 0) + bag[w]
                index.setdefault(p, {})[w] = True
        stats = {p: n for p, n in stats.items() if n > 0}
        merges.append(best)
        vocab[new_id] = best[0] + best[1]
    for s in specials:
        vocab[len(vocab)] = s.encode()
    return vocab, merges
