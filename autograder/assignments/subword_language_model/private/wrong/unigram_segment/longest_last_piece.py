# wrong: the tables run from left to right, so of equal cuts the one with the longest last piece wins, not the longest first
# odd
def unigram_segment(word: str, logp: dict[str, float]) -> tuple[list[str], float]:
    best = [(0.0, 0, 0)] + [None] * len(word)  # up to here: score, -pieces, length of the last piece
    for end in range(1, len(word) + 1):
        ways = [
            (best[start][0] + logp[word[start:end]], best[start][1] - 1, end - start)
            for start in range(end)
            if best[start] is not None and word[start:end] in logp
        ]
        if ways:
            best[end] = max(ways)
    if best[-1] is None:
        raise ValueError(f"{word} cannot be cut")
    pieces = []
    end = len(word)
    while end:
        size = best[end][2]
        pieces.insert(0, word[end - size : end])
        end -= size
    return pieces, best[-1][0]
