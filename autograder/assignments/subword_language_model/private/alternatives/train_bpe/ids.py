"""Words as lists of ids; only the words with the pair are touched, and bytes are looked up only to compare."""


def train_bpe(text, vocab_size, specials=()):
    vocab = {number: number.to_bytes(1, "little") for number in range(256)}
    words = [[list(word.encode()), count] for word, count in Counter(SPLIT.findall(text)).items()]
    counts, users = Counter(), defaultdict(set)

    def change(number, sign):
        ids, count = words[number]
        for pair in zip(ids, ids[1:]):
            counts[pair] += sign * count
            if sign > 0:
                users[pair].add(number)
            else:
                users[pair].discard(number)

    for number in range(len(words)):
        change(number, +1)
    merges = []
    while len(vocab) + len(specials) < vocab_size:
        best = max(
            (pair for pair in counts if counts[pair] > 0),
            key=lambda pair: (counts[pair], vocab[pair[0]], vocab[pair[1]]),
            default=None,
        )
        if best is None:
            break
        new = len(vocab)
        vocab[new] = vocab[best[0]] + vocab[best[1]]
        merges.append((vocab[best[0]], vocab[best[1]]))
        for number in sorted(users[best]):
            change(number, -1)
            merged = []
            for here in words[number][0]:
                if merged and (merged[-1], here) == best:
                    merged[-1] = new
                else:
                    merged.append(here)
            words[number][0] = merged
            change(number, +1)
        counts.pop(best, None)
    return vocab | {len(vocab) + i: special.encode() for i, special in enumerate(specials)}, merges
