# wrong: the range ends before U+D7A3, so the last syllable is not taken apart
# odd
def hangul_to_jamo(text: str) -> str:
    def apart(match):
        k = ord(match.group()) - ord("가")
        k, final = divmod(k, 28)
        initial, vowel = divmod(k, 21)
        jamo = [0x1100 + initial, 0x1161 + vowel] + ([0x11A7 + final] if final else [])
        return "".join(map(chr, jamo))

    return re.sub("[\uac00-\ud7a2]", apart, text)
