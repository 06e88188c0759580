# wrong: a score of exactly 0.0 is taken for 'not reachable' (truth value instead of is None)
# odd
def unigram_segment(word: str, logp: dict[str, float]) -> tuple[list[str], float]:
    n = len(word)
    best = {n: (0.0, 0, ())}
    for i in reversed(range(n)):
        for length in range(n - i, 0, -1):
            end = i + length
            lp = logp.get(word[i:end])
            if not lp or end not in best:
                continue
            s, m, tail = best[end]
            new = (lp + s, m - 1)
            if i not in best or new > best[i][:2]:
                best[i] = (*new, (word[i:end], *tail))
    if 0 not in best:
        raise ValueError(word)
    return list(best[0][2]), best[0][0]
