"""The model reads one row at a time inside a window; the loss is the mean over the rows."""


def train_epoch(model, source, bptt, step):
    model.train()
    state = model.init_state(source.shape[1])
    nats = torch.zeros((), dtype=torch.float64)
    for inputs, targets in zip(source[:-1].split(bptt), source[1:].split(bptt)):
        state = repackage(state)
        costs = []
        for now, following in zip(inputs, targets):
            scores, state = model(now.unsqueeze(0), state)
            costs.append(F.cross_entropy(scores.squeeze(0), following))
        loss = torch.stack(costs).mean()
        step(loss)
        nats += loss.detach() * targets.numel()
    return (nats / source[1:].numel()).item()
