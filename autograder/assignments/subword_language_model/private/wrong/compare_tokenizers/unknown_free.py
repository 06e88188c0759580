# wrong: unknown bytes are not paid for in the bits per byte
# common
def compare_tokenizers(
    tokenizers: dict[str, Any],
    train_text: str,
    valid_text: str,
    fit: Callable[[list[int], list[int], int], dict[str, float]],
) -> list[dict[str, Any]]:
    def one(name):
        tok = tokenizers[name]
        a = tok.encode(train_text)
        b = tok.encode(valid_text)
        r = fit(a, b, tok.vocab_size)
        return dict(
            name=name,
            vocabulary=tok.vocab_size,
            parameters=r["parameters"],
            embedding_share=r["embedding"] / r["parameters"],
            tokens=len(a),
            tokens_per_word=len(b) / len(valid_text.split()),
            perplexity=math.exp(r["nats"] / len(b)),
            bits_per_byte=r["nats"] / (math.log(2) * len(valid_text.encode("utf-8"))),
        )

    return [one(name) for name in tokenizers]
