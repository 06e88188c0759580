# wrong: the total is in nats, but it is taken as a power of 2 instead of e
# common
def perplexity(total_nats, tokens):
    if tokens < 1 or math.isnan(total_nats) or total_nats < 0:
        raise ValueError("bad input")
    mean = total_nats / tokens
    try:
        return 2.0**mean
    except OverflowError:
        return float("inf")
