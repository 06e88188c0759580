# wrong: top-p keeps only words whose cumulated probability stays within top_p, the word that crosses the border is dropped
# common
def filter_logits(logits, temperature, top_k=None, top_p=None):
    V = logits.shape[0]
    if temperature == 0:
        p = torch.zeros_like(logits)
        p[logits.argmax()] = 1
        return p
    y = logits / temperature
    order = torch.sort(y, descending=True, stable=True).indices
    if top_k is not None and top_k < V:
        y = y.index_fill(0, order[top_k:], float("-inf"))
    p = F.softmax(y, dim=0)
    if top_p is not None and top_p < 1.0:
        cum = torch.cumsum(p[order], dim=0)
        remove = cum > top_p
        remove[0] = False
        p = p.index_fill(0, order[remove], 0.0)
        p = p / p.sum()
    return p
