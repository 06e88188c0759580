# wrong: the state is made anew for every window, so the result depends on bptt
# common
def evaluate(model, source, bptt):
    was = model.training
    model.eval()
    sums = []
    with torch.no_grad():
        for i in range(0, len(source) - 1, bptt):
            data, target = get_batch(source, i, bptt)
            logits, _ = model(data, model.init_state(source.shape[1]))
            loss = nn.functional.cross_entropy(logits.reshape(-1, logits.shape[2]), target, reduction="none")
            sums.append(loss.sum().item())
    if was:
        model.train()
    return sum(sums) / ((source.shape[0] - 1) * source.shape[1])
