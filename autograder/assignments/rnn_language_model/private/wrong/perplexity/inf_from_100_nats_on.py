# wrong: everything above 100 nats per token is called inf, although exp fits into a float up to about 709
# odd
def perplexity(total_nats, tokens):
    ok = tokens > 0 and total_nats >= 0
    if not ok:
        raise ValueError(f"no perplexity of {total_nats} nats for {tokens} tokens")
    per_token = total_nats / tokens
    return math.inf if per_token > 100 else math.e**per_token
