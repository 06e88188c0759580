# wrong: right, but the pairs of all words, held as ids, are counted anew for each merge
# common


def train_bpe(text, vocab_size, specials=()):
    vocab = {number: number.to_bytes(1, "little") for number in range(256)}
    words = Counter(tuple(word.encode()) for word in SPLIT.findall(text))
    merges = []
    while len(vocab) + len(specials) < vocab_size:
        pairs = Counter()
        for ids, count in words.items():
            for pair in pairwise(ids):
                pairs[pair] += count
        if not pairs:
            break
        (first, second), _ = max(pairs.items(), key=lambda item: (item[1], [vocab[i] for i in item[0]]))
        new = len(vocab)
        vocab[new] = vocab[first] + vocab[second]
        merges.append((vocab[first], vocab[second]))
        merged = Counter()
        for ids, count in words.items():
            out, skip = [], False
            for here, following in zip(ids, (*ids[1:], None)):
                if skip:
                    skip = False
                elif (here, following) == (first, second):
                    out.append(new)
                    skip = True
                else:
                    out.append(here)
            merged[tuple(out)] += count
        words = merged
    return vocab | {len(vocab) + i: special.encode() for i, special in enumerate(specials)}, merges
