"""Letter by letter, the state carried by hand; gradients cleared by setting them to None."""


def fit_hello(model, text, steps, lr):
    alphabet = "".join(sorted(set(text)))
    codes = [alphabet.index(letter) for letter in text]
    optimizer = torch.optim.Adam(model.parameters(), lr, betas=(0.9, 0.999))
    criterion = nn.CrossEntropyLoss()
    losses, step = [], 0
    model.train()
    while step < steps:
        state, scores = None, []
        for code in codes[:-1]:
            logits, state = model(torch.tensor([[code]]), state)
            scores.append(logits[0])
        loss = criterion(torch.cat(scores), torch.tensor(codes[1:]))
        losses.append(loss.detach().item())
        loss.backward()
        optimizer.step()
        for parameter in model.parameters():
            parameter.grad = None
        step += 1
    return losses
