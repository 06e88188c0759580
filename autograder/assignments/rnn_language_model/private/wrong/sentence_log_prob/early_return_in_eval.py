# wrong: the early return for no words leaves the model in eval mode
# odd
def sentence_log_prob(model, ids, eos_id=1):
    was = model.training
    model.eval()
    if not len(ids):
        return 0.0
    state, last, total = model.init_state(1), eos_id, 0.0
    with torch.no_grad():
        for word in ids:
            scores, state = model(torch.tensor([[last]]), state)
            total += scores[0, 0].log_softmax(0)[word].item()
            last = word
    model.train(was)
    return total
