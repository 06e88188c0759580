"""The whole text as a chain of pieces with walls between the words; every place of a pair is known."""


def train_bpe(text, vocab_size, specials=()):
    piece = []
    for word in SPLIT.findall(text):
        piece += [bytes([b]) for b in word.encode()] + [None]
    before, after = list(range(-1, len(piece) - 1)), list(range(1, len(piece) + 1))
    counts, places = defaultdict(int), defaultdict(set)

    def pair_at(place):
        if place < 0 or after[place] >= len(piece) or piece[place] is None or piece[after[place]] is None:
            return None
        return piece[place], piece[after[place]]

    def count(place, sign):
        pair = pair_at(place)
        if pair is not None:
            counts[pair] += sign
            if counts[pair] == 0:
                del counts[pair]
            (places[pair].add if sign > 0 else places[pair].discard)(place)

    for place in range(len(piece)):
        count(place, 1)
    merges = []
    while counts and len(merges) < vocab_size - 256 - len(specials):
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        for place in sorted(places[best]):
            if pair_at(place) != best:  # its first half was used up by the merge before it
                continue
            left, right = before[place], after[place]
            for old in (left, place, right):
                count(old, -1)
            piece[place], piece[right] = best[0] + best[1], None
            after[place] = after[right]
            if after[right] < len(piece):
                before[after[right]] = place
            before[right], after[right] = -1, len(piece)
            for new in (left, place):
                count(new, 1)
    vocab = dict(zip(range(256), (bytes([b]) for b in range(256))))
    vocab.update(enumerate(map(b"".join, merges), 256))
    vocab.update(enumerate((s.encode("utf-8") for s in specials), len(vocab)))
    return vocab, merges
