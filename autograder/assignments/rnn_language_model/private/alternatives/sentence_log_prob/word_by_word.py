"""One word at a time, with a running state and a running sum; an empty sentence needs no exception."""


def sentence_log_prob(model, ids, eos_id=1):
    was, state, last, total = model.training, model.init_state(1), eos_id, 0.0
    model.eval()
    for word in ids:
        with torch.inference_mode():
            logits, state = model(torch.tensor([[last]]), state)
        total += (logits[0, 0, word] - torch.logsumexp(logits[0, 0], dim=0)).item()
        last = word
    model.train(was)
    return total
