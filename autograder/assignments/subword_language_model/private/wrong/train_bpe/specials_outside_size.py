# wrong: the specials are not counted in vocab_size, so there are too many merges and the vocabulary is too large
# common
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    bag = list(word_counts(text).items())
    current = [w for w, _ in bag]
    stats, places = Counter(), defaultdict(set)

    def add(k, sign):
        w, n = current[k], bag[k][1]
        for p in zip(w[:-1], w[1:]):
            stats[p] += sign * n
            if stats[p] <= 0:
                del stats[p]
            if sign > 0:
                places[p].add(k)

    for k in range(len(bag)):
        add(k, +1)
    merges, pieces = [], [bytes([b]) for b in range(256)]
    while stats and len(pieces) < vocab_size:
        best = max(stats.items(), key=lambda kv: kv[::-1])[0]
        merges.append(best)
        pieces.append(b"".join(best))
        for k in list(places[best]):
            add(k, -1)
            current[k] = merge_pair(current[k], best)
            add(k, +1)
        del places[best]
    pieces.extend(s.encode("utf-8") for s in specials)
    return {i: p for i, p in enumerate(pieces)}, merges
