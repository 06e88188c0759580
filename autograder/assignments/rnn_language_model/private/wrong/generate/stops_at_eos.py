# wrong: writing stops as soon as <eos> is drawn, so fewer than n ids may come back
# common
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    training_before = model.training
    model.eval()
    new = []
    with torch.no_grad():
        x = torch.tensor(prompt).unsqueeze(1)
        state = model.init_state(1)
        for _ in range(n):
            out, state = model(x, state)
            p = filter_logits(out[-1, 0], temperature, top_k, top_p)
            word = int(torch.multinomial(p, num_samples=1, generator=generator))
            new.append(word)
            if word == 1:
                break
            x = torch.tensor([[word]])
    model.train(training_before)
    return new
