# wrong: the loop condition compares the current id with eos_id, so nothing is written if first_id equals eos_id
# common
def greedy_decode(step, state, first_id, eos_id, max_len):
    result = []
    token = first_id
    while token != eos_id and len(result) < max_len:
        scores, state = step(token, state)
        token = torch.argmax(scores).item()
        if token != eos_id:
            result.append(token)
    return result
