"""Looks ahead in a table of what can stand together."""

import itertools

_FIRST = {}
for _i, (_a, _b) in enumerate(itertools.product(range(0x1100, 0x1113), range(0x1161, 0x1176))):
    _FIRST[chr(_a) + chr(_b)] = chr(0xAC00 + 28 * _i)
_CLOSED = {_open + chr(0x11A7 + _f): chr(ord(_open) + _f) for _open in _FIRST.values() for _f in range(1, 28)}


def jamo_to_hangul(text):
    result, place = "", 0
    while place < len(text):
        pair = text[place : place + 2]
        one, step = (_FIRST[pair], 2) if pair in _FIRST else (text[place], 1)
        with_final = one + text[place + step : place + step + 1]
        if with_final in _CLOSED:
            one, step = _CLOSED[with_final], step + 1
        result, place = result + one, place + step
    return result
