# wrong: tokens per word is measured on the training text instead of the validation text
# odd
def compare_tokenizers(
    tokenizers: dict[str, Any],
    train_text: str,
    valid_text: str,
    fit: Callable[[list[int], list[int], int], dict[str, float]],
) -> list[dict[str, Any]]:
    rows = []
    size = len(valid_text.encode("utf-8"))
    for name, tok in tokenizers.items():
        ids = {"train": tok.encode(train_text), "valid": tok.encode(valid_text)}
        got = fit(ids["train"], ids["valid"], tok.vocab_size)
        params, emb, nats = got["parameters"], got["embedding"], got["nats"]
        bits = nats / math.log(2) + 8 * tok.unknown_bytes(valid_text)
        rows.append(
            {
                "name": name,
                "vocabulary": tok.vocab_size,
                "parameters": params,
                "embedding_share": emb / params,
                "tokens": len(ids["train"]),
                "tokens_per_word": len(ids["train"]) / len(train_text.split()),
                "perplexity": math.exp(nats / len(ids["valid"])),
                "bits_per_byte": bits / size,
            }
        )
    return rows
