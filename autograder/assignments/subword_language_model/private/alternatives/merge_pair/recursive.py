"""What comes first, and then the rest."""


def merge_pair(word, pair):
    if len(word) < 2:
        return tuple(word)
    if (word[0], word[1]) == tuple(pair):
        return (b"".join(pair), *merge_pair(word[2:], pair))
    return (word[0], *merge_pair(word[1:], pair))
