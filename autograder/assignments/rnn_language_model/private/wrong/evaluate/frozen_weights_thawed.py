# wrong: every weight of the model requires a gradient afterwards, also one that was frozen
# odd
@torch.no_grad()
def evaluate(model, source, bptt):
    was = model.training
    model.eval()
    state = model.init_state(source.shape[1])
    total, count = 0.0, 0
    for i in range(0, len(source) - 1, bptt):
        data, target = get_batch(source, i, bptt)
        logits, state = model(data, state)
        total += F.cross_entropy(logits.flatten(0, 1), target, reduction="sum").item()
        count += len(target)
    model.train(was)
    model.requires_grad_(True)
    return total / count
