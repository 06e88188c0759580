"""A table of all syllables for str.translate."""

import itertools

_ENDINGS = ["", *map(chr, range(0x11A8, 0x11C3))]
_LETTERS = itertools.product(map(chr, range(0x1100, 0x1113)), map(chr, range(0x1161, 0x1176)), _ENDINGS)
_TABLE = {0xAC00 + number: "".join(letters) for number, letters in enumerate(_LETTERS)}


def hangul_to_jamo(text):
    return text.translate(_TABLE)
