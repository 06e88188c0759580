# wrong: the prompt is returned in front of the new ids
# common
@torch.no_grad()
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    mode = model.training
    model.eval()
    text = list(prompt)
    state = model.init_state(1)
    logits, state = model(torch.tensor(text).view(-1, 1), state)
    while len(text) < len(prompt) + n:
        probs = filter_logits(logits[-1, 0, :], temperature, top_k=top_k, top_p=top_p)
        nxt = torch.multinomial(probs, 1, generator=generator).item()
        text.append(nxt)
        logits, state = model(torch.tensor([[nxt]]), state)
    model.train(mode)
    return text
