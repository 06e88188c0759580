"""The greatest of logarithms with Gumbel noise is a sample; a generator function inside."""


def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    def words():
        logits, state = model(torch.tensor(list(prompt)).reshape(-1, 1), model.init_state(1))
        while True:
            probs = filter_logits(logits[-1].squeeze(0), temperature, top_k, top_p)
            noise = torch.empty_like(probs).exponential_(generator=generator)
            word = torch.argmax(probs / noise).item()
            yield word
            logits, state = model(torch.tensor([[word]]), state)

    mode = model.training
    model.eval()
    with torch.inference_mode():
        source = words()
        result = [next(source) for _ in range(n)]
    model.train(mode)
    return result
