# wrong: after a context that never occurred the add-one unigram is used instead of 1 / V
# odd
def bigram_nats(train, valid, V):
    train = torch.as_tensor(train).tolist()
    valid = torch.as_tensor(valid).tolist()
    after = {}
    for a, b in pairwise(train):
        after.setdefault(a, Counter())[b] += 1
    single = Counter(train)
    result = []
    for a, b in pairwise(valid):
        if a in after:
            p = (after[a][b] + 1) / (sum(after[a].values()) + V)
        else:
            p = (single[b] + 1) / (len(train) + V)
        result.append(-math.log(p))
    return sum(result) / len(result)
