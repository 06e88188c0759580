# wrong: the probabilities are multiplied before the logarithm is taken, so a long sentence underflows to minus infinity
# odd
def sentence_log_prob(model, ids, eos_id=1):
    if len(ids) == 0:
        return 0.0
    before = model.training
    model.eval()
    with torch.no_grad():
        read = torch.tensor([eos_id, *ids[:-1]]).reshape(-1, 1)
        scores, _ = model(read, model.init_state(1))
        probs = torch.softmax(scores[:, 0, :], dim=-1)
        chosen = probs[torch.arange(len(ids)), torch.tensor(list(ids))]
        answer = torch.log(torch.prod(chosen)).item()
    model.train(before)
    return answer
