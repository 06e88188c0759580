"""What can be predicted of each task of the third notebook: the student's own code is asked, and says what it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

Outcome = Mapping[str, Any]


def count_parameters(code: Any) -> Outcome:
    """Two linear layers that share a weight, and a dropout."""
    module = nn.ModuleDict({"a": nn.Linear(3, 4), "b": nn.Dropout(), "c": nn.Linear(3, 4)})
    module["c"].weight = module["a"].weight
    return dict(code.count_parameters(module))


def embedding_share(code: Any) -> Outcome:
    """V = 10, E = H = 2, one layer."""
    return {
        "tied": code.embedding_share(10, 2, 2, 1, True),
        "untied": code.embedding_share(10, 2, 2, 1, False),
    }


def oov_rate(code: Any) -> Outcome:
    """Two words of `a a b c` are known, and `b b b c d` is read."""
    return {"rate": code.oov_rate(["a", "a", "b", "c"], ["b", "b", "b", "c", "d"], 2)}


def word_counts(code: Any) -> Outcome:
    """Two spaces, a newline, and a Korean syllable."""
    words = code.word_counts("to  be\n")
    (syllable,) = code.word_counts("한")
    return {"words": len(words), "longest_has_bytes": max(map(len, words)), "han_has_bytes": len(syllable)}


def pair_counts(code: Any) -> Outcome:
    """`aaa` five times, `ba` twice."""
    counts = code.pair_counts({(b"a", b"a", b"a"): 5, (b"b", b"a"): 2})
    return {"a_a": counts[b"a", b"a"], "b_a": counts[b"b", b"a"]}


def merge_pair(code: Any) -> Outcome:
    """(a, a) in five of them, and (ab, ab) in `ab ab c ab`."""
    runs = code.merge_pair((b"a",) * 5, (b"a", b"a"))
    pieces = code.merge_pair((b"ab", b"ab", b"c", b"ab"), (b"ab", b"ab"))
    return {"five": b" ".join(runs).decode(), "four": b" ".join(pieces).decode()}


def train_bpe(code: Any) -> Outcome:
    """The text `low low lower`."""
    vocab, merges = code.train_bpe("low low lower", 1000)
    return {"first_merge": " ".join(part.decode() for part in merges[0]), "entries": len(vocab)}


def BPETokenizer(code: Any) -> Outcome:
    """Two merges in both orders, and two specials of which one begins the other."""

    def pieces(*merges: tuple[bytes, bytes]) -> str:
        vocab = dict(enumerate([*(bytes([byte]) for byte in range(256)), *(a + b for a, b in merges)]))
        ids = code.BPETokenizer(vocab, list(merges)).encode("abc")
        return b" ".join(vocab[number] for number in ids).decode()

    specials = ["<a>", "<a><b>"]
    vocab, merges = code.train_bpe("abc", 258, specials)
    return {
        "bc_first": pieces((b"b", b"c"), (b"a", b"b")),
        "ab_first": pieces((b"a", b"b"), (b"b", b"c")),
        "ids_of_the_special": len(code.BPETokenizer(vocab, merges, specials).encode("<a><b>")),
    }


def wordpiece_encode(code: Any) -> Outcome:
    """Three words."""
    vocab = {"a", "ab", "##b", "##c", "##cd"}
    return {word: " ".join(code.wordpiece_encode(word, vocab)) for word in ("abcd", "abd", "ba")}


def unigram_segment(code: Any) -> Outcome:
    """`aab`, with a cheap and with a dear `ab`."""
    cheap, dear = (code.unigram_segment("aab", {"a": -1.0, "b": -2.0, "ab": score}) for score in (-2.5, -3.0))
    return {"best": " ".join(cheap[0]), "score": cheap[1], "best_if_ab_is_dear": " ".join(dear[0])}


def hangul_to_jamo(code: Any) -> Outcome:
    """All syllables, and three short texts."""
    changed = sum(code.hangul_to_jamo(chr(number)) != chr(number) for number in range(0xAC00, 0xD7B0))
    ga, gak, mixed = (len(code.hangul_to_jamo(text)) for text in ("가", "각", "a가"))
    return {"syllables": changed, "ga": ga, "gak": gak, "a_ga": mixed}


def jamo_to_hangul(code: Any) -> Outcome:
    """Initials i, vowels v and finals f in three orders: how many characters are left?"""
    letters = {"i": "\u1100", "v": "\u1161", "f": "\u11a8"}

    def characters(order: str) -> int:
        return len(code.jamo_to_hangul("".join(letters[letter] for letter in order)))

    return {order: characters(order) for order in ("iviv", "ivfv", "f")}


class _Cuts:
    """Makes so many tokens of any text."""

    vocab_size = 100

    def __init__(self, tokens: int, unknown: int = 0) -> None:
        self.tokens, self.unknown = tokens, unknown

    def encode(self, _text: str) -> list[int]:
        return [7] * self.tokens

    def unknown_bytes(self, _text: str) -> int:
        return self.unknown


def compression(code: Any) -> Outcome:
    """Each byte a token, and three tokens of nine bytes."""
    return {
        "without_merges": float(code.compression(_Cuts(9), "한국어")),
        "three_tokens": float(code.compression(_Cuts(3), "한국어")),
    }


def bits_per_byte(code: Any) -> Outcome:
    """256 bytes equally likely, and 11,172 syllables."""
    return {
        "bytes": code.bits_per_byte(9 * math.log(256), "한국어"),
        "syllables": code.bits_per_byte(3 * math.log(11172), "한국어"),
    }


def word_perplexity(code: Any) -> Outcome:
    """How many words and line ends share the cost."""

    def shared_by(text: str) -> int:
        return round(100 / math.log(code.word_perplexity(100.0, text)))

    text = "we the people\nof us"
    return {"without_newline": shared_by(text), "with_newline": shared_by(f"{text}\n")}


def compare_tokenizers(code: Any) -> Outcome:
    """`to be` in two ids that cost ln 32 each; then with two bytes to be spelled."""

    def fit(_train: list[int], _valid: list[int], _size: int) -> dict[str, float]:
        return {"parameters": 5000, "embedding": 2000, "nats": 2 * math.log(32)}

    known, unknown = code.compare_tokenizers(
        {"known": _Cuts(2), "unknown": _Cuts(2, 2)}, "to be", "to be", fit
    )
    return {
        "perplexity": known["perplexity"],
        "bits": known["bits_per_byte"],
        "bits_with_unknown": unknown["bits_per_byte"],
    }


OUTCOMES: Mapping[str, Callable[[Any], Outcome]] = {
    outcome.__name__: outcome
    for outcome in (
        *(count_parameters, embedding_share, oov_rate, word_counts, pair_counts, merge_pair, train_bpe),
        *(BPETokenizer, wordpiece_encode, unigram_segment, hangul_to_jamo, jamo_to_hangul, compression),
        *(bits_per_byte, word_perplexity, compare_tokenizers),
    )
}
