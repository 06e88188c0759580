# wrong: the pieces are joined by spaces and replaced as one string, which matches ends of longer pieces and breaks pieces that hold a space
# odd
def merge_pair(word: tuple[bytes, ...], pair: tuple[bytes, bytes]) -> tuple[bytes, ...]:
    line = b" ".join(word)
    line = line.replace(b" ".join(pair), b"".join(pair))
    return tuple(line.split(b" "))
