# wrong: always the longest piece from left to right instead of the most probable cut
# common
def unigram_segment(word: str, logp: dict[str, float]) -> tuple[list[str], float]:
    pieces, score = [], 0.0
    i = 0
    while i < len(word):
        for j in range(len(word), i, -1):
            if word[i:j] in logp:
                break
        else:
            raise ValueError("cannot be cut: " + word)
        pieces.append(word[i:j])
        score += logp[word[i:j]]
        i = j
    return pieces, score
