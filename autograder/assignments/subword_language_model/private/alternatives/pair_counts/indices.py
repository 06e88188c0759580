"""Indices and `dict.get`."""


def pair_counts(words):
    totals = {}
    for pieces in words:
        for i in range(len(pieces) - 1):
            key = (pieces[i], pieces[i + 1])
            totals[key] = totals.get(key, 0) + words[pieces]
    return totals
