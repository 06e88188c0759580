# wrong: splitlines also ends lines at form feeds, carriage returns and U+2028, which are white space but no line ends here
# odd
def word_perplexity(total_nats: float, raw_text: str) -> float:
    total = 0
    for line in raw_text.splitlines():
        total += len(line.split()) + 1
    return math.exp(total_nats / total)
