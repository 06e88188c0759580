# wrong: the letters are numbered in the order in which they first appear in the text, not sorted
# odd
def fit_hello(model, text, steps, lr):
    char_to_id = {}
    for ch in text:
        if ch not in char_to_id:
            char_to_id[ch] = len(char_to_id)
    seq = torch.LongTensor([char_to_id[ch] for ch in text])
    inp, tgt = seq[:-1].view(-1, 1), seq[1:]
    adam = torch.optim.Adam(params=model.parameters(), lr=lr)
    result = []
    for _ in range(steps):
        adam.zero_grad()
        pred = model(inp)[0].squeeze(1)
        nll = -pred.log_softmax(-1).gather(1, tgt.view(-1, 1)).mean()
        nll.backward()
        adam.step()
        result.append(float(nll.detach()))
    return result
