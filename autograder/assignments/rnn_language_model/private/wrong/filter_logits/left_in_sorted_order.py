# wrong: the probabilities come back in sorted order, not each at the place of its own word
# common
def filter_logits(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        greedy = torch.zeros_like(logits)
        greedy[logits.argmax()] = 1.0
        return greedy
    values, _ = torch.sort(logits / temperature, descending=True, stable=True)
    if top_k is not None:
        values = torch.cat([values[:top_k], torch.full_like(values[top_k:], -math.inf)])
    probs = torch.softmax(values, 0)
    if top_p is not None and top_p < 1:
        m = 1
        while m < len(probs) and probs[:m].sum() < top_p:
            m += 1
        probs = torch.cat([probs[:m], torch.zeros_like(probs[m:])])
        probs = probs / probs.sum()
    return probs
