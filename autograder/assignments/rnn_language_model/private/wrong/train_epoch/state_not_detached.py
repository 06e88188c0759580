# wrong: the state goes on to the next window with its graph, it is never detached
# common
def train_epoch(model, source, bptt, step):
    model.train(True)
    T, B = source.shape
    s = model.init_state(B)
    nats = 0
    for i in range(0, T - 1, bptt):
        x, t = get_batch(source, i, bptt)
        y, s = model(x, s)
        y = y.flatten(end_dim=1)
        window_loss = F.cross_entropy(y, t)
        nats += window_loss.detach().item() * t.size(0)
        step(window_loss)
    return nats / ((T - 1) * B)
