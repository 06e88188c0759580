# wrong: the global random state is seeded with the generator's seed and drawn from, the generator itself is never advanced
# odd
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    torch.manual_seed(generator.initial_seed())
    mode_was = model.training
    model.eval()
    state = model.init_state(1)
    tokens = torch.tensor(list(prompt)).unsqueeze(-1)
    words = []
    with torch.no_grad():
        for _ in range(n):
            y, state = model(tokens, state)
            p = filter_logits(y[-1].squeeze(0), temperature, top_k, top_p)
            tokens = torch.multinomial(p, 1).unsqueeze(-1)
            words.append(int(tokens))
    model.train(mode_was)
    return words
