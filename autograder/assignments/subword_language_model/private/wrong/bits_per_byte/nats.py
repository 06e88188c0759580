# wrong: nats are not turned into bits: the division by ln 2 is missing
# common
def bits_per_byte(total_nats: float, raw_text: str) -> float:
    n = sum(len(ch.encode("utf-8")) for ch in raw_text)
    return total_nats / n
