# wrong: code points instead of bytes above the line
# common
def compression(tokenizer: Any, text: str) -> float:
    n_tokens = 0
    for _ in tokenizer.encode(text):
        n_tokens += 1
    return len(text) / n_tokens
