# wrong: at temperature 0 all words with the best score share the probability, instead of the one with the lowest id getting all
# odd
def filter_logits(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        winners = (logits == logits.max()).to(logits.dtype)
        return winners / winners.sum()
    scaled = logits / temperature
    ranked = sorted(range(len(scaled)), key=lambda v: -scaled[v].item())
    if top_k is not None:
        ranked = ranked[:top_k]
    index = torch.tensor(ranked)
    q = torch.softmax(scaled[index], dim=0)
    if top_p is not None and top_p < 1:
        total = q.cumsum(0)
        for m in range(len(ranked)):
            if total[m] >= top_p:
                q, index = q[: m + 1], index[: m + 1]
                break
        q = q / q.sum()
    answer = torch.zeros_like(logits)
    answer[index] = q
    return answer
