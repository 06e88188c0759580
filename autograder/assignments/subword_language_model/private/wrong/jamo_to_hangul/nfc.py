# wrong: unicodedata's NFC is used, which composes other characters, too, such as e and an accent
# common
def jamo_to_hangul(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", text)
