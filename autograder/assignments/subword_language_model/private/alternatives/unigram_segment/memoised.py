"""Recursive, with a memory: the best way for what is left of the word."""

from functools import lru_cache


def unigram_segment(word, logp):
    @lru_cache(maxsize=None)
    def best(rest):
        if not rest:
            return 0.0, 0, (), ()
        ways = []
        for size in range(1, len(rest) + 1):
            tail = best(rest[size:]) if rest[:size] in logp else None
            if tail is not None:
                score, count, lengths, pieces = tail
                ways.append((logp[rest[:size]] + score, count - 1, (size, *lengths), (rest[:size], *pieces)))
        return max(ways) if ways else None

    found = best(word)
    if found is None:
        raise ValueError("no way to cut it")
    return list(found[3]), found[0]
