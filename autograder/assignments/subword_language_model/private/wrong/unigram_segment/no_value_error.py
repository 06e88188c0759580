# wrong: a word that cannot be cut gives an empty list and minus infinity instead of a ValueError
# common
def unigram_segment(word: str, logp: dict[str, float]) -> tuple[list[str], float]:
    table = {len(word): (0.0, 0, 0, [])}
    for i in range(len(word) - 1, -1, -1):
        options = []
        for j in range(i + 1, len(word) + 1):
            if word[i:j] in logp and j in table:
                s, k, _, rest = table[j]
                options.append((logp[word[i:j]] + s, k - 1, j - i, [word[i:j]] + rest))
        if options:
            table[i] = max(options, key=lambda o: o[:3])
    if 0 not in table:
        return [], float("-inf")
    return table[0][3], table[0][0]
