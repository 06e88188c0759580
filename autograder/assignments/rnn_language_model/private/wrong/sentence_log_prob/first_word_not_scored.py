# wrong: the sentence is read without <eos> in front, so the probability of the first word is missing
# common
def sentence_log_prob(model, ids, eos_id=1):
    if len(ids) < 2:
        return 0.0
    mode = model.training
    model.eval()
    x = torch.tensor(ids[:-1]).view(-1, 1)
    y = torch.tensor(ids[1:])
    with torch.no_grad():
        out, _ = model(x, model.init_state(1))
        nll = F.cross_entropy(out.squeeze(1), y, reduction="sum")
    model.train(mode)
    return -nll.item()
