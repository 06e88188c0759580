"""Multiplies by log2(e)."""


def bits_per_byte(total_nats, raw_text):
    return total_nats * math.log2(math.e) / len(bytearray(raw_text, "utf-8"))
