# wrong: each window begins with a fresh state from init_state, nothing is carried
# common
def train_epoch(model, source, bptt, step):
    model.train()
    criterion = nn.CrossEntropyLoss()
    loss_sum = 0.0
    count = 0
    i = 0
    while i < len(source) - 1:
        data, targets = get_batch(source, i, bptt)
        state = model.init_state(data.shape[1])
        scores, state = model(data, state)
        loss = criterion(scores.view(-1, scores.shape[-1]), targets)
        step(loss)
        loss_sum += loss.item() * targets.numel()
        count += targets.numel()
        i += bptt
    return loss_sum / count
