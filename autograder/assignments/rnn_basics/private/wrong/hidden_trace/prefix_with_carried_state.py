# wrong: at each step the whole prefix is read again, although it starts from the carried state, so early symbols are read many times
# odd
@torch.no_grad()
def hidden_trace(model, ids):
    mode = model.training
    model.train(False)
    h = None
    trace = []
    for t in range(1, ids.numel() + 1):
        _, h = model(ids[:t].unsqueeze(1), h)
        trace.append(h)
    model.train(mode)
    return torch.cat(trace, dim=0)
