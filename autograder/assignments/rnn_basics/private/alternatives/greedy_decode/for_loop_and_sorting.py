"""A for loop with an early return, the best id by sorting (score, -id)."""


def greedy_decode(step, state, first_id, eos_id, max_len):
    result = []
    last = first_id
    for _ in range(max_len):
        logits, state = step(last, state)
        scores = logits.tolist()
        last = max(range(len(scores)), key=lambda i: (scores[i], -i))
        if last == eos_id:
            return result
        result += [last]
    return result
