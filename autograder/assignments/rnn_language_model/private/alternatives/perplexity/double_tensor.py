"""With a tensor of float64, which overflows to infinity by itself."""


def perplexity(total_nats, tokens):
    nats = torch.tensor(total_nats, dtype=torch.float64)
    if not (tokens > 0 and nats.ge(0).item()):
        raise ValueError("no measurement")
    return nats.div(tokens).exp().item()
