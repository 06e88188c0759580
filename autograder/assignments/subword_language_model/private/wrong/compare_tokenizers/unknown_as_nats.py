# wrong: 8 for each unknown byte is added to the nats before the division by ln 2, as if it were nats
# common
def compare_tokenizers(
    tokenizers: dict[str, Any],
    train_text: str,
    valid_text: str,
    fit: Callable[[list[int], list[int], int], dict[str, float]],
) -> list[dict[str, Any]]:
    table = []
    n_words = len(valid_text.split())
    for name in tokenizers:
        t = tokenizers[name]
        train_ids = t.encode(train_text)
        valid_ids = t.encode(valid_text)
        res = fit(train_ids, valid_ids, t.vocab_size)
        row = {"name": name, "vocabulary": t.vocab_size, "parameters": res["parameters"]}
        row["embedding_share"] = res["embedding"] / res["parameters"]
        row["tokens"] = len(train_ids)
        row["tokens_per_word"] = len(valid_ids) / n_words
        row["perplexity"] = math.exp(res["nats"] / len(valid_ids))
        row["bits_per_byte"] = bits_per_byte(res["nats"] + 8 * t.unknown_bytes(valid_text), valid_text)
        table.append(row)
    return table
