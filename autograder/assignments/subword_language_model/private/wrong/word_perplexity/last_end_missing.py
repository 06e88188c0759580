# wrong: a last line without its newline has no line end
# common
def word_perplexity(total_nats: float, raw_text: str) -> float:
    tokens = []
    for ch_line in raw_text.split("\n"):
        tokens.extend(ch_line.split())
        tokens.append("<eos>")
    tokens.pop()
    return math.e ** (total_nats / len(tokens))
