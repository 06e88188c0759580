# wrong: when two merged pairs stand side by side, the counts are updated with the neighbour from before the merge
# odd
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    bag = word_counts(text)
    words, freqs = [list(w) for w in bag], list(bag.values())
    stats = Counter(pair_counts(bag))
    where = defaultdict(set)
    for k, w in enumerate(words):
        for p in pairwise(w):
            where[p].add(k)
    merges = []
    while len(merges) + 256 + len(specials) < vocab_size:
        alive = [(n, p) for p, n in stats.items() if n > 0]
        if not alive:
            break
        _, best = max(alive)
        new = best[0] + best[1]
        merges.append(best)
        for k in where[best]:
            w, n = words[k], freqs[k]
            i = 0
            out = []
            while i < len(w):
                if i + 1 < len(w) and (w[i], w[i + 1]) == best:
                    if i > 0:
                        stats[w[i - 1], w[i]] -= n
                        stats[w[i - 1], new] += n
                        where[w[i - 1], new].add(k)
                    if i + 2 < len(w):
                        stats[w[i + 1], w[i + 2]] -= n
                        stats[new, w[i + 2]] += n
                        where[new, w[i + 2]].add(k)
                    out.append(new)
                    i += 2
                else:
                    out.append(w[i])
                    i += 1
            words[k] = out
        del stats[best]
        del where[best]
    vocab = {i: bytes([i]) for i in range(256)}
    for a, b in merges:
        vocab[len(vocab)] = a + b
    for s in specials:
        vocab[len(vocab)] = s.encode("utf-8")
    return vocab, merges
