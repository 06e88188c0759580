# wrong: each new word is read with a fresh state, so the model forgets all that came before it
# common
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    was_training = model.training
    model.eval()
    result = []
    inp = torch.tensor(list(prompt)).reshape(-1, 1)
    with torch.no_grad():
        for step in range(n):
            state = model.init_state(1)
            scores, state = model(inp, state)
            probs = filter_logits(scores[-1][0], temperature, top_k, top_p)
            choice = torch.multinomial(probs, 1, generator=generator)
            result.append(choice.item())
            inp = choice.view(1, 1)
    if was_training:
        model.train()
    return result
