# wrong: each entry holds the bytes of a whole character instead of one byte
# common
def word_counts(text: str) -> dict[tuple[bytes, ...], int]:
    result = defaultdict(int)
    for match in SPLIT.finditer(text):
        key = tuple(ch.encode("utf-8") for ch in match.group())
        result[key] += 1
    return dict(result)
