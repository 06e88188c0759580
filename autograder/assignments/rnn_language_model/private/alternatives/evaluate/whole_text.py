"""All scores of the text first, then one cross-entropy."""


def evaluate(model, source, bptt):
    was = model.training
    model.eval()
    state = model.init_state(source.shape[1])
    scores = []
    with torch.no_grad():
        for part in source[:-1].split(bptt):
            logits, state = model(part, state)
            scores.append(logits)
    if was:
        model.train()
    return F.cross_entropy(torch.cat(scores).permute(0, 2, 1), source[1:]).item()
