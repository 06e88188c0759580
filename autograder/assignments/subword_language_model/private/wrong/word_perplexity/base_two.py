# wrong: two to the power of nats for each word, instead of e
# common
def word_perplexity(total_nats: float, raw_text: str) -> float:
    n = len(re.findall(r"\S+", raw_text))
    n += raw_text.count("\n")
    if raw_text[-1] != "\n":
        n += 1
    return 2 ** (total_nats / n)
