"""A Counter for each word, multiplied and added; a Counter is returned."""


def pair_counts(words):
    total = Counter()
    for word, times in words.items():
        total.update({pair: here * times for pair, here in Counter(zip(word, word[1:])).items()})
    return total
