# wrong: where sums are equal, the first one found (the shortest first piece) stays; the number of pieces is not looked at
# common
def unigram_segment(word: str, logp: dict[str, float]) -> tuple[list[str], float]:
    n = len(word)
    score = [-math.inf] * n + [0.0]
    step = [0] * n
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n + 1):
            piece = word[i:j]
            if piece in logp and logp[piece] + score[j] > score[i]:
                score[i] = logp[piece] + score[j]
                step[i] = j
    if score[0] == -math.inf:
        raise ValueError("no way")
    out, i = [], 0
    while i < n:
        out.append(word[i : step[i]])
        i = step[i]
    return out, score[0]
