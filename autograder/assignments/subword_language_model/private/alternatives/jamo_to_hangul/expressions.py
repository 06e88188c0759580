"""Regular expressions: first initial and vowel, then a final behind what is open."""


def jamo_to_hangul(text):
    def open_syllable(found):
        return chr(0xAC00 + 588 * (ord(found[1]) - 0x1100) + 28 * (ord(found[2]) - 0x1161))

    def closed_syllable(found):
        syllable, final = found.groups()
        return chr(ord(syllable) + ord(final) - 0x11A7)

    text = re.sub("([\u1100-\u1112])([\u1161-\u1175])", open_syllable, text)
    is_open = "[" + "".join(chr(c) for c in range(0xAC00, 0xD7A4, 28)) + "]"
    return re.sub(f"({is_open})([\u11a8-\u11c2])", closed_syllable, text)
