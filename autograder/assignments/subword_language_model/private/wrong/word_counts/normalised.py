# wrong: the text is brought into the form NFC before it is counted, so decomposed text is lost
# odd
def word_counts(text: str) -> dict[tuple[bytes, ...], int]:
    import unicodedata

    clean = unicodedata.normalize("NFC", text)
    pieces = [re.findall(rb"(?s).", w.encode("utf-8")) for w in SPLIT.findall(clean)]
    return Counter(map(tuple, pieces))
