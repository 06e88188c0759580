"""No yield: a lazy map that keeps the state in a closure."""


def truncated_bptt(rnn, x, chunk):
    memory = {"state": None}

    def cut(state):
        return [cut(s) for s in state] if isinstance(state, tuple) else state.detach()

    def run(part):
        outputs, state = rnn(part, memory["state"])
        kept = cut(state)
        memory["state"] = tuple(kept) if isinstance(kept, list) else kept
        return outputs, state

    return map(run, torch.split(x, chunk, dim=0))
