"""Classes moved to dim 1, windows by split with one row of overlap, the state cut after each window."""


def train_epoch(model, source, bptt, step):
    def cut(state):
        return [s.clone().detach() for s in state] if type(state) is tuple else state.detach()

    model.train(True)
    state = model.init_state(source.size(1))
    losses, sizes = [], []
    for begin in range(0, source.size(0) - 1, bptt):
        window = source[begin : begin + bptt + 1]
        logits, state = model(window[:-1], tuple(state) if isinstance(state, list) else state)
        loss = nn.CrossEntropyLoss()(logits.permute(0, 2, 1), window[1:])
        step(loss)
        state = cut(state)
        losses.append(float(loss))
        sizes.append(window[1:].numel())
    return sum(a * b for a, b in zip(losses, sizes)) / sum(sizes)
