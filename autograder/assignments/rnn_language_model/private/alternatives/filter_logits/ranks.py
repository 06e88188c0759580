"""The rank of every word by comparing all pairs: nothing is sorted, nothing scattered."""


def filter_logits(logits, temperature, top_k=None, top_p=None):
    V = len(logits)
    ids = torch.arange(V)
    higher = (logits[None] > logits[:, None]) | (
        (logits[None] == logits[:, None]) & (ids[None] < ids[:, None])
    )
    rank = higher.sum(dim=1)  # 0 for the best
    if temperature == 0:
        return (rank == 0).to(logits.dtype)
    scaled = logits / temperature
    if top_k is not None:
        scaled = torch.where(rank < top_k, scaled, -math.inf)
    probs = torch.softmax(scaled, 0)
    if top_p is not None and top_p < 1:
        above = (higher.to(probs.dtype) * probs[None]).sum(dim=1)  # the mass of all better words
        probs = torch.where((above < top_p) | (rank == 0), probs, 0.0)
        probs = probs / probs.sum()
    return probs
