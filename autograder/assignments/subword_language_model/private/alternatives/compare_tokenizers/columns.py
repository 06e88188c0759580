"""Column by column; spells the formula of bits per byte out."""


def compare_tokenizers(tokenizers, train_text, valid_text, fit):
    n_bytes, n_words = len(valid_text.encode()), len(valid_text.split())
    encoded = {n: (t.encode(train_text), t.encode(valid_text)) for n, t in tokenizers.items()}
    fits = {n: fit(*encoded[n], tokenizers[n].vocab_size) for n in tokenizers}
    columns = {
        "name": list(tokenizers),
        "vocabulary": [t.vocab_size for t in tokenizers.values()],
        "parameters": [f["parameters"] for f in fits.values()],
        "embedding_share": [f["embedding"] / f["parameters"] for f in fits.values()],
        "tokens": [len(train) for train, _ in encoded.values()],
        "tokens_per_word": [len(valid) / n_words for _, valid in encoded.values()],
        "perplexity": [math.exp(fits[n]["nats"] / len(encoded[n][1])) for n in tokenizers],
        "bits_per_byte": [
            (fits[n]["nats"] / math.log(2) + 8 * t.unknown_bytes(valid_text)) / n_bytes
            for n, t in tokenizers.items()
        ],
    }
    return [dict(zip(columns, values)) for values in zip(*columns.values())]
