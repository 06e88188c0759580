"""Only jamo are joined: a final behind a syllable that was composed before stays what it is."""


def jamo_to_hangul(text):
    def syllable(match):
        initial, vowel, final = match.groups()
        number = (ord(initial) - 0x1100) * 588 + (ord(vowel) - 0x1161) * 28
        return chr(0xAC00 + number + (ord(final) - 0x11A7 if final else 0))

    return re.sub("([\u1100-\u1112])([\u1161-\u1175])([\u11a8-\u11c2])?", syllable, text)
