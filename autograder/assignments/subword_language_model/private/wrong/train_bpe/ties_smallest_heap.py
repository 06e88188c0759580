# wrong: a heap of (-count, pair) gives the smallest of equally frequent pairs, not the greatest
# common
def train_bpe(
    text: str, vocab_size: int, specials: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    import heapq

    bag = word_counts(text)
    words = [list(w) for w in bag]
    freqs = list(bag.values())
    count = defaultdict(int)
    where = defaultdict(set)
    for k, w in enumerate(words):
        for p in zip(w, w[1:]):
            count[p] += freqs[k]
            where[p].add(k)
    heap = [(-n, p) for p, n in count.items()]
    heapq.heapify(heap)
    merges = []
    room = vocab_size - 256 - len(specials)
    while heap and len(merges) < room:
        n, best = heapq.heappop(heap)
        if count.get(best, 0) != -n or n == 0:
            continue  # out of date
        merges.append(best)
        touched = set()
        for k in where.pop(best):
            old = words[k]
            for p in zip(old, old[1:]):
                count[p] -= freqs[k]
                touched.add(p)
            words[k] = list(merge_pair(tuple(old), best))
            for p in zip(words[k], words[k][1:]):
                count[p] += freqs[k]
                where[p].add(k)
                touched.add(p)
        for p in touched:
            if count[p] > 0:
                heapq.heappush(heap, (-count[p], p))
    vocab = {i: bytes([i]) for i in range(256)}
    for a, b in merges:
        vocab[len(vocab)] = a + b
    for s in specials:
        vocab[len(vocab)] = s.encode("utf-8")
    return vocab, merges
