"""Incremental counts, and a heap whose stale entries are skipped when they come out."""

import heapq


class Greatest:
    def __init__(self, count, pair):
        self.count, self.pair = count, pair

    def __lt__(self, other):
        return (self.count, self.pair) > (other.count, other.pair)


def train_bpe(text, vocab_size, specials=()):
    words = [[list(word), count] for word, count in word_counts(text).items()]
    counts, where = defaultdict(int), defaultdict(set)
    for number, (word, count) in enumerate(words):
        for pair in zip(word, word[1:]):
            counts[pair] += count
            where[pair].add(number)
    heap = [Greatest(count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < vocab_size - 256 - len(specials):
        top = heapq.heappop(heap)
        if counts.get(top.pair, 0) != top.count or top.count <= 0:
            continue
        pair, touched = top.pair, set()
        merges.append(pair)
        for number in list(where[pair]):
            word, count = words[number]
            for old in zip(word, word[1:]):
                counts[old] -= count
                where[old].discard(number)
                touched.add(old)
            word = list(merge_pair(tuple(word), pair))
            words[number][0] = word
            for new in zip(word, word[1:]):
                counts[new] += count
                where[new].add(number)
                touched.add(new)
        for changed in touched:
            if counts[changed] > 0:
                heapq.heappush(heap, Greatest(counts[changed], changed))
            else:
                del counts[changed]
    tokens = [bytes((b,)) for b in range(256)] + [a + b for a, b in merges] + [s.encode() for s in specials]
    return {i: token for i, token in enumerate(tokens)}, merges
