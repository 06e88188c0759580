# wrong: the scores are divided and masked in place, so the caller's logits are changed
# common
def filter_logits(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        best = int(logits.argmax())
        return torch.eye(len(logits), dtype=logits.dtype)[best]
    logits /= temperature
    order = logits.argsort(descending=True, stable=True)
    if top_k is not None:
        logits[order[top_k:]] = -math.inf
    probs = logits.softmax(dim=0)
    if top_p is not None and top_p < 1:
        running = probs[order].cumsum(dim=0)
        m = int((running < top_p).sum()) + 1
        probs[order[m:]] = 0
        probs /= probs.sum()
    return probs
