# wrong: U+11A7 behind a syllable is taken for the final number 0 and vanishes
# odd
def jamo_to_hangul(text: str) -> str:
    def together(m):
        initial, vowel, final = m.groups()
        f = ord(final) - 0x11A7 if final else 0
        return chr(0xAC00 + 588 * (ord(initial) - 0x1100) + 28 * (ord(vowel) - 0x1161) + f)

    def join_final(m):
        syllable, final = m.group()
        if (ord(syllable) - 0xAC00) % 28:
            return m.group()
        return chr(ord(syllable) + ord(final) - 0x11A7)

    text = re.sub("([\u1100-\u1112])([\u1161-\u1175])([\u11a7-\u11c2])?", together, text)
    return re.sub("[\uac00-\ud7a3][\u11a8-\u11c2]", join_final, text)
