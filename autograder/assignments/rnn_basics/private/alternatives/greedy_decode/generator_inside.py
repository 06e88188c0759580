"""An endless generator, cut by itertools."""

import itertools


def greedy_decode(step, state, first_id, eos_id, max_len):
    def ids(current, state):
        while True:
            logits, state = step(current, state)
            current = int(torch.argmax(logits, dim=-1))
            yield current

    return list(itertools.takewhile(lambda i: i != eos_id, itertools.islice(ids(first_id, state), max_len)))
