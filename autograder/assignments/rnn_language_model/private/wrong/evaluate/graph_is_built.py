# wrong: the measurement runs with gradients switched on, without no_grad
# common
def evaluate(model, source, bptt):
    mode = model.training
    model.eval()
    state = model.init_state(source.shape[1])
    tot, cnt = 0.0, 0
    for i in range(0, source.shape[0] - 1, bptt):
        x, y = get_batch(source, i, bptt)
        logits, state = model(x, state)
        state = repackage(state)
        logp = torch.log_softmax(logits.flatten(0, 1), dim=-1)
        tot -= logp[torch.arange(len(y)), y].sum().item()
        cnt += len(y)
    model.train(mode)
    return tot / cnt
