# wrong: a final that a vowel follows stays alone, as if it were the initial of the next syllable
# odd
def jamo_to_hangul(text):
    out, i = [], 0
    while i < len(text):
        l = ord(text[i]) - 0x1100
        v = ord(text[i + 1]) - 0x1161 if i + 1 < len(text) else -1
        if 0 <= l < 19 and 0 <= v < 21:
            t = ord(text[i + 2]) - 0x11A7 if i + 2 < len(text) else 0
            if not 0 < t < 28 or i + 3 < len(text) and 0 <= ord(text[i + 3]) - 0x1161 < 21:
                t = 0
            out.append(chr(0xAC00 + (l * 21 + v) * 28 + t))
            i += 3 if t else 2
        else:
            out.append(text[i])
            i += 1
    return "".join(out)
