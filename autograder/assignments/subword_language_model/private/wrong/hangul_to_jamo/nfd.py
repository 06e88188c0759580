# wrong: unicodedata's NFD is used, which takes apart other characters, too, such as é
# common
def hangul_to_jamo(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFD", text)
