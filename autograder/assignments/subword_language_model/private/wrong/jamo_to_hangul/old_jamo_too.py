# wrong: all jamo of the block are composed, the older ones beyond today's 19, 21 and 27 included, which gives wrong syllables
# common
def jamo_to_hangul(text: str) -> str:
    out = []
    i = 0
    n = len(text)
    while i < n:
        a = ord(text[i])
        b = ord(text[i + 1]) if i + 1 < n else 0
        c = ord(text[i + 2]) if i + 2 < n else 0
        if 0x1100 <= a <= 0x115F and 0x1161 <= b <= 0x11A7:
            s = 0xAC00 + ((a - 0x1100) * 21 + (b - 0x1161)) * 28
            i += 2
            if 0x11A8 <= c <= 0x11FF:
                s += c - 0x11A7
                i += 1
            out.append(chr(s))
        elif 0xAC00 <= a <= 0xD7A3 and (a - 0xAC00) % 28 == 0 and 0x11A8 <= b <= 0x11FF:
            out.append(chr(a + b - 0x11A7))
            i += 2
        else:
            out.append(text[i])
            i += 1
    return "".join(out)
