# wrong: instead of calling eval() only model.training is set to False, so the submodules stay in train mode and dropout is active
# odd
def evaluate(model, source, bptt):
    old = model.training
    model.training = False
    try:
        with torch.no_grad():
            rows, cols = source.shape
            state = model.init_state(cols)
            nats = 0.0
            for first in range(0, rows - 1, bptt):
                x, y = get_batch(source, first, bptt)
                scores, state = model(x, state)
                nats += F.cross_entropy(scores.flatten(0, 1), y, reduction="sum").item()
            return nats / ((rows - 1) * cols)
    finally:
        model.training = old
