"""Sorted words in groups; each byte made by `int.to_bytes`."""

from itertools import groupby


def word_counts(text):
    result = {}
    for word, same in groupby(sorted(SPLIT.findall(text))):
        result[tuple(value.to_bytes(1, "big") for value in word.encode())] = len(list(same))
    return result
