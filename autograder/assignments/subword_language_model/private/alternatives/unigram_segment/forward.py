"""From left to right; of equal ways the whole list of lengths is compared."""


def unigram_segment(word, logp):
    n = len(word)
    ways = {0: (0.0, 0, [])}
    for end in range(1, n + 1):
        candidates = []
        for start in range(end):
            piece = word[start:end]
            if start in ways and piece in logp:
                score, count, lengths = ways[start]
                candidates.append((score + logp[piece], count - 1, lengths + [end - start]))
        if candidates:
            ways[end] = max(candidates)
    if n not in ways:
        raise ValueError(word)
    score, _, lengths = ways[n]
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    return [word[a:b] for a, b in zip(ends, ends[1:])], score
