"""Gathers log-probabilities; the mean weighs windows by their rows."""


def train_epoch(model, source, bptt, step):
    model.train()
    rows, batch = source.shape
    state, mean, i = model.init_state(batch), 0.0, 0
    while i < rows - 1:
        data, target = get_batch(source, i, bptt)
        scores, new_state = model(data, state)
        logp = torch.log_softmax(scores, dim=-1).reshape(-1, scores.shape[-1])
        loss = -logp[torch.arange(len(target)), target].mean()
        mean += loss.detach().item() * len(data) / (rows - 1)
        state = repackage(new_state)
        step(loss)
        i += len(data)
    return mean
