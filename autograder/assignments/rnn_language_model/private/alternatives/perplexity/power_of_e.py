"""e to the power of the mean, and the limit written out."""

LARGEST = 709.78


def perplexity(total_nats, tokens):
    if tokens < 1:
        raise ValueError("no tokens")
    if total_nats != total_nats or total_nats < 0:
        raise ValueError("no nats")
    mean = total_nats / tokens
    return math.pow(math.e, mean) if mean < LARGEST else float("inf")
