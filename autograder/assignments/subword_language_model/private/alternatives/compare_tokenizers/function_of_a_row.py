"""A function for one row, numbers as tensors; trains in the opposite order, and turns the rows round."""


def _row(name, tokenizer, train_text, valid_text, fit):
    train, valid = list(tokenizer.encode(train_text)), list(tokenizer.encode(valid_text))
    answer = fit(train, valid, tokenizer.vocab_size)
    nats = torch.tensor(float(answer["nats"]), dtype=torch.float64)
    words = len(re.findall(r"\S+", valid_text))
    unknown = tokenizer.unknown_bytes(valid_text)
    row = dict(name=name, vocabulary=int(tokenizer.vocab_size), parameters=float(answer["parameters"]))
    row["bits_per_byte"] = bits_per_byte(nats.item(), valid_text) + 8 * unknown / len(valid_text.encode())
    row["perplexity"] = nats.div(len(valid)).exp().item()
    row["tokens"], row["tokens_per_word"] = len(train), len(valid) / words
    row["embedding_share"] = answer["embedding"] / answer["parameters"]
    return row


def compare_tokenizers(tokenizers, train_text, valid_text, fit):
    rows = [_row(name, t, train_text, valid_text, fit) for name, t in reversed(tokenizers.items())]
    return rows[::-1]
