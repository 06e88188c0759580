"""Squeezed without an axis: for two letters a vector of scores and one target, which cross-entropy takes too."""


def fit_hello(model, text, steps, lr):
    stoi = {c: i for i, c in enumerate(sorted(set(text)))}
    data = torch.tensor([[stoi[c]] for c in text])
    opt, losses = torch.optim.Adam(model.parameters(), lr), []
    for _ in range(steps):
        opt.zero_grad()
        loss = F.cross_entropy(model(data[:-1])[0].squeeze(), data[1:].squeeze())
        loss.backward()
        opt.step()
        losses.append(float(loss))
    return losses
