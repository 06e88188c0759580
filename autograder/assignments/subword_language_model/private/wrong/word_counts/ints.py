# wrong: the tuples hold ints (tuple of a bytes object), not bytes of length 1
# common
def word_counts(text: str) -> dict[tuple[bytes, ...], int]:
    c = {}
    for w in SPLIT.findall(text):
        t = tuple(w.encode())
        if t in c:
            c[t] += 1
        else:
            c[t] = 1
    return c
