# wrong: the loss that is reported is computed by a second forward pass after the step, with the updated model
# odd
def train_epoch(model, source, bptt, step):
    model.train()
    state = model.init_state(source.shape[1])
    total = 0.0
    n = 0
    for i in range(0, source.shape[0] - 1, bptt):
        data, target = get_batch(source, i, bptt)
        before = repackage(state)
        logits, state = model(data, before)
        V = logits.size(2)
        step(F.cross_entropy(logits.view(-1, V), target))
        with torch.no_grad():
            again, _ = model(data, before)
            total += F.cross_entropy(again.view(-1, V), target, reduction="sum").item()
        n += len(target)
    return total / n
