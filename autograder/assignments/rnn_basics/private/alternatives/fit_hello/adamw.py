"""AdamW without decay is Adam; flattened scores."""


def fit_hello(model, text, steps, lr):
    vocabulary = sorted(set(text))
    ids = torch.LongTensor([vocabulary.index(c) for c in text]).view(-1, 1)
    x, y = ids[:-1], ids[1:]
    opt = torch.optim.AdamW(list(model.parameters()), lr=lr, weight_decay=0.0)

    def closure():
        opt.zero_grad(set_to_none=False)
        logits, _ = model(x)
        loss = F.nll_loss(F.log_softmax(logits, dim=-1).flatten(0, 1), y.flatten())
        loss.backward()
        return loss

    return [opt.step(closure).item() for _ in range(steps)]
