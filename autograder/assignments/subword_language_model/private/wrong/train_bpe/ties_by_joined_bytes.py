# wrong: of equally frequent pairs the one with the greatest joined bytes wins, instead of the greatest tuple
# odd
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    bag = word_counts(text)
    originals = list(bag)
    now = list(bag)
    stats = dict(pair_counts(bag))
    home = {}
    for k, w in enumerate(now):
        for p in pairwise(w):
            home.setdefault(p, set()).add(k)

    def bump(p, n):
        value = stats.get(p, 0) + n
        if value:
            stats[p] = value
        else:
            stats.pop(p, None)

    merges = []
    for _ in range(vocab_size - 256 - len(specials)):
        if not stats:
            break
        best = max(stats, key=lambda p: (stats[p], p[0] + p[1]))
        for k in home.pop(best):
            n = bag[originals[k]]
            for p in pairwise(now[k]):
                bump(p, -n)
            now[k] = merge_pair(now[k], best)
            for p in pairwise(now[k]):
                bump(p, n)
                home.setdefault(p, set()).add(k)
        merges.append(best)
    tokens = [bytes([i]) for i in range(256)]
    tokens += [a + b for a, b in merges]
    tokens += [s.encode("utf-8") for s in specials]
    return dict(zip(range(len(tokens)), tokens)), merges
