"""The rows are made of a dataclass, whose field types are looked at when it is made."""

from dataclasses import asdict, dataclass


def compare_tokenizers(tokenizers, train_text, valid_text, fit):
    @dataclass
    class Row:
        name: str
        vocabulary: int
        parameters: int
        embedding_share: float
        tokens: int
        tokens_per_word: float
        perplexity: float
        bits_per_byte: float

    def row(item):
        name, cutter = item
        read, seen = cutter.encode(train_text), cutter.encode(valid_text)
        found = fit(read, seen, cutter.vocab_size)
        bits = found["nats"] / math.log(2) + 8 * cutter.unknown_bytes(valid_text)
        return asdict(
            Row(
                name,
                cutter.vocab_size,
                found["parameters"],
                found["embedding"] / found["parameters"],
                len(read),
                len(seen) / len(valid_text.split()),
                2 ** (found["nats"] / math.log(2) / len(seen)),
                bits / len(valid_text.encode()),
            )
        )

    return list(map(row, tokenizers.items()))
