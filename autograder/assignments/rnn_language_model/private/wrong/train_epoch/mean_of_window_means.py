# wrong: the result is the plain mean of the windows' losses, a short last window counts as much as a full one
# common
def train_epoch(model, source, bptt, step):
    model.train()
    hidden = model.init_state(source.size(1))
    losses = []
    for start in range(0, source.size(0) - 1, bptt):
        x, y = get_batch(source, start, bptt)
        hidden = repackage(hidden)
        out, hidden = model(x, hidden)
        loss = F.cross_entropy(out.reshape(len(y), -1), y)
        step(loss)
        losses.append(loss.item())
    return sum(losses) / len(losses)
