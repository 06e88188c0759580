# wrong: at every step the whole text so far is read again, and on top of that the state from the step before is carried
# odd
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    old_mode = model.training
    model.eval()
    text = list(prompt)
    state = model.init_state(1)
    with torch.no_grad():
        for _ in range(n):
            column = torch.tensor(text)[:, None]
            logits, state = model(column, state)
            distribution = filter_logits(logits[-1, 0], temperature, top_k, top_p)
            text.append(torch.multinomial(distribution, 1, generator=generator).item())
    model.train(old_mode)
    return text[len(prompt) :]
