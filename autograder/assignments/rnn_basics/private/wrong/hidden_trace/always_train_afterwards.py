# wrong: the model is put into train mode at the end, whatever mode it was in before
# common
def hidden_trace(model, ids):
    model.eval()
    rows = []
    state = None
    with torch.no_grad():
        for t in range(len(ids)):
            _, state = model(ids[t].reshape(1, 1), state)
            rows.append(state.squeeze(0))
    model.train()
    return torch.stack(rows, dim=0)
