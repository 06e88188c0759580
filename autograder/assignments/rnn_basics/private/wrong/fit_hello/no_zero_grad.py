# wrong: zero_grad is missing, so the gradients of all earlier steps add up
# common
def fit_hello(model, text, steps, lr):
    vocab = {ch: i for i, ch in enumerate(sorted(set(text)))}
    data = torch.tensor([vocab[ch] for ch in text]).unsqueeze(1)
    opt = torch.optim.Adam(model.parameters(), lr)
    criterion = nn.CrossEntropyLoss()
    history = []
    for step in range(steps):
        out, _ = model(data[:-1])
        loss = criterion(out.flatten(0, 1), data[1:].flatten())
        history.append(loss.item())
        loss.backward()
        opt.step()
    return history
