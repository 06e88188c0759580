# wrong: infinitely many nats, those of an impossible token, are a ValueError instead of inf
# odd
def perplexity(total_nats, tokens):
    if tokens <= 0:
        raise ValueError("no tokens")
    if not math.isfinite(total_nats) or total_nats < 0:
        raise ValueError("bad nats")
    try:
        return math.exp(total_nats / tokens)
    except OverflowError:
        return math.inf
