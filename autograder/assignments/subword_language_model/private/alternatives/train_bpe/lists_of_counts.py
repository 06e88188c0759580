"""Sorts before it chooses, keeps the counts of each word apart, and drops pairs as soon as they are gone."""


def train_bpe(text, vocab_size, specials=()):
    frequency = word_counts(text)
    now = {word: word for word in frequency}
    inside = {word: Counter(zip(word, word[1:])) for word in frequency}
    total, holders = Counter(), {}
    for word, pairs in inside.items():
        for pair, n in pairs.items():
            total[pair] += n * frequency[word]
            holders.setdefault(pair, {})[word] = None
    merges = []
    for _ in range(vocab_size - 256 - len(specials)):
        ranking = sorted(total.items(), key=lambda item: item[::-1])
        if not ranking:
            break
        best = ranking[-1][0]
        merges.append(best)
        for word in list(holders[best]):
            for pair, n in inside[word].items():
                total[pair] -= n * frequency[word]
                holders[pair].pop(word)
                if not total[pair]:
                    del total[pair]
            now[word] = merge_pair(now[word], best)
            inside[word] = Counter(zip(now[word], now[word][1:]))
            for pair, n in inside[word].items():
                total[pair] += n * frequency[word]
                holders.setdefault(pair, {})[word] = None
    pieces = [bytes([b]) for b in range(256)] + [b"".join(pair) for pair in merges]
    return dict(enumerate([*pieces, *(special.encode() for special in specials)])), merges
