"""Minus the library's summed cross-entropy."""


def sentence_log_prob(model, ids, eos_id=1):
    if not ids:
        return 0.0
    before = model.training
    model.eval()
    target = torch.tensor(ids)
    read = torch.cat([torch.tensor([eos_id]), target[:-1]]).unsqueeze(1)
    with torch.no_grad():
        logits, _state = model(read, model.init_state(1))
    model.train(before)
    return -F.cross_entropy(logits.squeeze(1), target, reduction="sum").item()
