"""By the student's own `evaluate`: the mean times the number of words."""


def sentence_log_prob(model, ids, eos_id=1):
    source = torch.tensor([eos_id, *ids]).view(-1, 1)
    return -evaluate(model, source, len(ids)) * len(ids) if ids else 0.0
