"""`fit` is called by the names of its arguments, as its docstring gives them; a list comprehension."""


def compare_tokenizers(tokenizers, train_text, valid_text, fit):
    def row(name, tokenizer):
        train_ids, valid_ids = tokenizer.encode(text=train_text), tokenizer.encode(text=valid_text)
        fitted = fit(vocab_size=tokenizer.vocab_size, train_ids=train_ids, valid_ids=valid_ids)
        bits = fitted["nats"] / math.log(2) + 8 * tokenizer.unknown_bytes(valid_text)
        return {
            "name": name,
            "vocabulary": tokenizer.vocab_size,
            "parameters": fitted["parameters"],
            "embedding_share": fitted["embedding"] / fitted["parameters"],
            "tokens": len(train_ids),
            "tokens_per_word": len(valid_ids) / len(valid_text.split()),
            "perplexity": math.exp(fitted["nats"] / len(valid_ids)),
            "bits_per_byte": bits / len(valid_text.encode()),
        }

    return [row(name, tokenizer) for name, tokenizer in tokenizers.items()]
