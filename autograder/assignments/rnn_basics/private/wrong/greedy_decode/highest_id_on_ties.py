# wrong: the maximum over pairs (score, id) takes the highest id when scores are equal
# odd
def greedy_decode(step, state, first_id, eos_id, max_len):
    words, previous = [], first_id
    for position in range(max_len):
        logits, state = step(previous, state)
        best_score, previous = max((score, number) for number, score in enumerate(logits.tolist()))
        if previous == eos_id:
            break
        words += [previous]
    return words
