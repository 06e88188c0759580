# wrong: math.exp raises an OverflowError for a large mean instead of inf being returned
# common
def perplexity(total_nats, tokens):
    if tokens <= 0:
        raise ValueError("tokens must be positive")
    if math.isnan(total_nats):
        raise ValueError("total_nats is nan")
    if total_nats < 0:
        raise ValueError("total_nats is negative")
    average = total_nats / tokens
    return math.exp(average)
