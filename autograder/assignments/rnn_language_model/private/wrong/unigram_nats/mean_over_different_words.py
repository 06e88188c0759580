# wrong: the mean goes over the different words of valid, a word that occurs several times counts only once
# odd
def unigram_nats(train, valid, V):
    c = [0] * V
    for w in train:
        c[int(w)] += 1
    N = sum(c)
    nats = [math.log(N + V) - math.log(n + 1) for n in c]
    words = sorted({int(w) for w in valid})
    return sum(nats[w] for w in words) / len(words)
