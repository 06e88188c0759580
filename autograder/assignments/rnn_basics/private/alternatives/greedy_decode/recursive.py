"""By recursion, on log-probabilities."""


def greedy_decode(step, state, first_id, eos_id, max_len):
    if max_len == 0:
        return []
    logits, state = step(first_id, state)
    logp = torch.log_softmax(logits.double(), dim=-1)
    best = torch.nonzero(logp == logp.max())[0].item()
    return [] if best == eos_id else [best] + greedy_decode(step, state, best, eos_id, max_len - 1)
