# wrong: the model is put into eval mode and left there
# common
@torch.no_grad()
def sentence_log_prob(model, ids, eos_id=1):
    n = len(ids)
    if n == 0:
        return 0.0
    model.eval()
    inputs = torch.tensor([eos_id] + list(ids[:-1])).unsqueeze(1)
    logits, _ = model(inputs, model.init_state(1))
    logp = F.log_softmax(logits, dim=2)
    return float(sum(logp[t, 0, ids[t]] for t in range(n)))
