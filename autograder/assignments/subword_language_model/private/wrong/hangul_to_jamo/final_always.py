# wrong: a final is always written, so a syllable without one gets U+11A7
# common
def hangul_to_jamo(text: str) -> str:
    out = ""
    for ch in text:
        if "\uac00" <= ch <= "\ud7a3":
            k = ord(ch) - 0xAC00
            out += chr(0x1100 + k // 588)
            out += chr(0x1161 + k % 588 // 28)
            out += chr(0x11A7 + k % 28)
        else:
            out += ch
    return out
