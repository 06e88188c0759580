"""Sorts ids in plain Python and multiplies by a mask; log-probabilities throughout."""


def filter_logits(logits, temperature, top_k=None, top_p=None):
    scores = logits.tolist()
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    if temperature == 0:
        order, temperature = order[:1], 1.0
    if top_k is not None:
        order = order[:top_k]
    mask = torch.full_like(logits, float("-inf"))
    mask[order] = 0
    probs = F.softmax(logits / temperature + mask, dim=-1)
    if top_p is not None and top_p < 1:
        kept, mass = [], 0.0
        for i in order:
            kept.append(i)
            mass += probs[i].item()
            if mass >= top_p:
                break
        mask = torch.zeros_like(logits)
        mask[kept] = 1
        probs = probs * mask
    return probs / probs.sum()
