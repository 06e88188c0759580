# wrong: the new state is thrown away, every step starts from the first state
# common
def greedy_decode(step, state, first_id, eos_id, max_len):
    output = []
    last = first_id
    for _ in range(max_len):
        logits, new_state = step(last, state)
        last = logits.argmax(-1).item()
        if last == eos_id:
            return output
        output.append(last)
    return output
