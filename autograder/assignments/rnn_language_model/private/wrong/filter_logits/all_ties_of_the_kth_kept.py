# wrong: top-k keeps everything not smaller than the k-th best score, so with ties more than k words are left
# common
def filter_logits(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return F.one_hot(torch.argmax(logits), logits.numel()).to(logits)
    scores = logits / temperature
    if top_k is not None:
        k = min(top_k, scores.numel())
        threshold = torch.topk(scores, k).values[-1]
        scores = torch.where(scores < threshold, torch.full_like(scores, -float("inf")), scores)
    probs = scores.softmax(-1)
    if top_p is not None and top_p < 1:
        sorted_probs, idx = torch.sort(probs, descending=True, stable=True)
        before = sorted_probs.cumsum(0) - sorted_probs
        cut = before >= top_p
        cut[0] = False
        sorted_probs[cut] = 0
        probs = torch.zeros_like(probs)
        probs[idx] = sorted_probs
        probs = probs / probs.sum()
    return probs
