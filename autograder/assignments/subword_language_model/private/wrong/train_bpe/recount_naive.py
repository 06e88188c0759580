# wrong: right, but everything is counted anew for each merge
# common


def train_bpe(text, vocab_size, specials=()):
    corpus = {}
    for word in SPLIT.findall(text):
        corpus[word] = corpus.get(word, 0) + 1
    corpus = [([bytes([b]) for b in word.encode()], n) for word, n in corpus.items()]
    vocab = {i: bytes([i]) for i in range(256)}
    merges = []
    for _ in range(vocab_size - 256 - len(specials)):
        stats = {}
        for pieces, n in corpus:
            for pair in zip(pieces, pieces[1:]):
                stats[pair] = stats.get(pair, 0) + n
        if len(stats) == 0:
            break
        pair = max(stats, key=lambda p: (stats[p], p[0], p[1]))
        for pieces, _n in corpus:
            i, kept = 0, []
            while i < len(pieces):
                if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == pair:
                    kept.append(pieces[i] + pieces[i + 1])
                    i += 1
                else:
                    kept.append(pieces[i])
                i += 1
            pieces[:] = kept
        merges.append(pair)
        vocab[len(vocab)] = pair[0] + pair[1]
    for special in specials:
        vocab[len(vocab)] = bytes(special, "utf-8")
    return vocab, merges
