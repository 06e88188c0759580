# wrong: the fraction is upside down: tokens for each byte
# common
def compression(tokenizer: Any, text: str) -> float:
    ids = tokenizer.encode(text)
    raw = bytes(text, "utf-8")
    return len(ids) / len(raw)
