# wrong: the bytes are counted line by line without the line ends
# odd
def bits_per_byte(total_nats: float, raw_text: str) -> float:
    size = 0
    for line in raw_text.split("\n"):
        size += len(bytes(line, encoding="utf8"))
    return total_nats * math.log2(math.e) / size
