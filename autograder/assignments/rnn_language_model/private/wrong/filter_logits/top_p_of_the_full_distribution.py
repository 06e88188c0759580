# wrong: the mass of top-p is measured in the distribution before top-k, not in what top-k has left
# odd
def filter_logits(logits, temperature, top_k=None, top_p=None):
    n = logits.size(0)
    if temperature == 0:
        return F.one_hot(logits.argmax(), n).to(logits.dtype)
    p = (logits / temperature).softmax(0)
    sorted_p, where = p.sort(descending=True, stable=True)
    m = n
    if top_p is not None and top_p < 1:
        m, reached = 0, 0.0
        while m < n and (m == 0 or reached < top_p):
            reached = float(sorted_p[: m + 1].sum())
            m += 1
    if top_k is not None:
        m = min(m, top_k)
    kept = where[:m]
    result = torch.zeros_like(p)
    result[kept] = p[kept] / p[kept].sum()
    return result
