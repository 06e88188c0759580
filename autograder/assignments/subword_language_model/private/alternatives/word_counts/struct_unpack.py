"""The library takes the bytes apart; a Counter of tuples is returned as it is."""

import struct


def word_counts(text):
    def single_bytes(word):
        raw = word.encode("utf8")
        return struct.unpack("c" * len(raw), raw)

    return Counter(map(single_bytes, re.findall(SPLIT, text)))
