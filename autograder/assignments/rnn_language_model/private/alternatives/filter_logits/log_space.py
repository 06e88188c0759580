"""Logarithms to the end: log-softmax, running log-sum-exp, one exponential."""


def filter_logits(logits, temperature, top_k=None, top_p=None):
    order = torch.argsort(logits, descending=True, stable=True)
    if temperature == 0:
        result = torch.zeros_like(logits)
        result[order[0]] = 1.0
        return result
    k = len(logits) if top_k is None else min(top_k, len(logits))
    kept = order[:k]
    logp = torch.log_softmax(logits[kept] / temperature, dim=0)
    if top_p is not None and top_p < 1:
        enough = torch.nonzero(logp.exp().cumsum(0) >= top_p)
        size = int(enough[0]) + 1 if len(enough) else k
        kept, logp = kept[:size], logp[:size]
    result = torch.zeros_like(logits)
    result[kept] = (logp - torch.logsumexp(logp, dim=0)).exp()
    return result
