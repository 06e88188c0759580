"""Draws one uniform number a word and looks where it falls; the prompt is read word by word."""


@torch.no_grad()
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    was_training = model.training
    model.eval()
    state, new = model.init_state(1), []
    for word in prompt:
        logits, state = model(torch.tensor([[word]]), state)
    for _ in range(n):
        probs = filter_logits(logits[0, 0], temperature, top_k, top_p)
        u = torch.rand((), generator=generator, dtype=torch.float64)
        word = int((probs.double().cumsum(0) <= u).sum().clamp(max=len(probs) - 1))
        while probs[word] == 0:  # rounding at the very end
            word -= 1
        new += [word]
        logits, state = model(torch.tensor([[word]]), state)
    if was_training:
        model.train()
    return new
