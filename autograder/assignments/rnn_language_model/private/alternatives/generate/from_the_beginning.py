"""Reads everything from the beginning for every word: slow, and right."""


def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    mode = model.training
    model.eval()
    text = list(prompt)
    with torch.no_grad():
        for _ in range(n):
            logits = model(torch.tensor(text)[:, None], model.init_state(1))[0]
            probs = filter_logits(logits[-1, 0], temperature, top_k=top_k, top_p=top_p)
            text.append(int(torch.multinomial(probs, num_samples=1, generator=generator)))
    model.train(mode)
    return text[len(prompt) :]
