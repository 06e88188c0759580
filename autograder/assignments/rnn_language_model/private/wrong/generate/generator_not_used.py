# wrong: torch.multinomial is called without the generator, so chance comes from the global random state
# common
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    previous_mode = model.training
    model.eval()
    with torch.no_grad():
        state = model.init_state(1)
        for word in prompt:
            logits, state = model(torch.tensor([[word]]), state)
        output = []
        for _ in range(n):
            p = filter_logits(logits[0, 0], temperature, top_k, top_p)
            w = torch.multinomial(p, 1).item()
            output.append(w)
            logits, state = model(torch.tensor([[w]]), state)
    model.train(previous_mode)
    return output
