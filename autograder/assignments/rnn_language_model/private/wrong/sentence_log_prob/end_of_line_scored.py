# wrong: the <eos> after the last word is scored too
# common
def sentence_log_prob(model, ids, eos_id=1):
    if not len(ids):
        return 0.0
    was_training = model.training
    model.eval()
    tokens = [eos_id] + list(ids) + [eos_id]
    total = 0.0
    with torch.no_grad():
        state = model.init_state(1)
        for current, following in zip(tokens[:-1], tokens[1:]):
            scores, state = model(torch.tensor([[current]]), state)
            total += torch.log_softmax(scores[0, 0], dim=0)[following].item()
    model.train(was_training)
    return total
