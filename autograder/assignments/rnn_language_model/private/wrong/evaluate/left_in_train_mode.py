# wrong: the model is always put into train mode at the end, whatever mode it was in before
# common
@torch.no_grad()
def evaluate(model, source, bptt):
    model.eval()
    hidden = model.init_state(source.size(1))
    total_loss = 0.0
    for i in range(0, source.size(0) - 1, bptt):
        data, targets = get_batch(source, i, bptt)
        output, hidden = model(data, hidden)
        total_loss += len(data) * F.cross_entropy(output.flatten(0, 1), targets).item()
    model.train()
    return total_loss / (len(source) - 1)
