"""Counts the bytes of each character, and the tokens one by one."""


def compression(tokenizer, text):
    total = 0
    for character in text:
        code = ord(character)
        total += 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000)
    tokens = sum(1 for _ in tokenizer.encode(text))
    return float(total) / tokens
