"""A walk along the cumulated probabilities in plain Python, with one number of the generator a word."""

import itertools


def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    def choose(scores):
        probs = filter_logits(scores, temperature, top_k, top_p).tolist()
        throw = torch.rand(1, generator=generator).item() * sum(probs)
        possible = [i for i, p in enumerate(probs) if p > 0]
        sums = itertools.accumulate(probs[i] for i in possible)
        return next((i for i, s in zip(possible, sums) if throw < s), possible[-1])

    was, ids = model.training, []
    model.train(False)
    with torch.no_grad():
        y, state = model(torch.tensor([[i] for i in prompt]), model.init_state(1))
        for _ in range(n):
            ids.append(choose(y[-1, 0]))
            y, state = model(torch.tensor([[ids[-1]]]), state)
    model.train(was)
    return ids
