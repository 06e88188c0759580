# wrong: right, but the whole text, a list of pieces with walls between the words, is counted anew for each merge
# odd


def train_bpe(text, vocab_size, specials=()):
    stream = []
    for word in SPLIT.findall(text):
        stream += [bytes([b]) for b in word.encode()] + [None]
    merges = []
    while len(merges) < vocab_size - 256 - len(specials):
        counts = Counter(pair for pair in zip(stream, stream[1:]) if None not in pair)
        if not counts:
            break
        most = max(counts.values())
        best = sorted(pair for pair in counts if counts[pair] == most)[-1]
        merges.append(best)
        out, items = [], iter(stream)
        held = next(items)
        for item in items:
            if held == best[0] and item == best[1]:
                out.append(held + item)
                held = next(items)
            else:
                out.append(held)
                held = item
        stream = [*out, held]
    vocab = dict(zip(range(256), (bytes([b]) for b in range(256))))
    vocab.update(enumerate(map(b"".join, merges), 256))
    vocab.update(enumerate((s.encode("utf-8") for s in specials), len(vocab)))
    return vocab, merges
