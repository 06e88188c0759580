# wrong: after the whole prompt has been read its last word is read a second time
# odd
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    mode = model.training
    model.eval()
    written = []
    with torch.no_grad():
        _, state = model(torch.tensor([[w] for w in prompt]), model.init_state(1))
        last = prompt[-1]
        for _ in range(n):
            scores, state = model(torch.tensor([[last]]), state)
            p = filter_logits(scores[0, 0], temperature, top_k, top_p)
            last = torch.multinomial(p, 1, generator=generator).item()
            written.append(last)
    model.train(mode)
    return written
