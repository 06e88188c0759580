# wrong: temperature 0 is not treated apart, the scores are divided by 0 and nan comes out
# common
def filter_logits(logits, temperature, top_k=None, top_p=None):
    probs = torch.softmax(logits / temperature, dim=-1)
    ranking = torch.argsort(probs, descending=True, stable=True)
    keep = torch.ones_like(probs, dtype=torch.bool)
    if top_k is not None:
        keep[ranking[top_k:]] = False
    probs = probs * keep
    probs = probs / probs.sum()
    if top_p is not None and top_p < 1:
        mass = 0.0
        for place, word in enumerate(ranking.tolist()):
            if place > 0 and mass >= top_p:
                keep[word] = False
            mass += probs[word]
        probs = probs * keep
        probs = probs / probs.sum()
    return probs
