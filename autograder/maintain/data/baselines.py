"""Measures the perplexities that a trained model is compared with, on the same tokens and the same vocabulary."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from autograder.grading.hidden_text import hidden_lines
from autograder.student.core.language import _
from autograder.student.corpora import END_OF_LINE, lines, vocabulary
from autograder.student.models.kneser_ney import KneserNey
from autograder.student.models.measured_models import MEASURED_MODELS

Ids = NDArray[np.int64]
KNESER_NEY_ORDERS = (2, 3, 5)
FLOOR, TARGET = "kneser_ney_2", "kneser_ney_5"


@dataclass(frozen=True)
class Streams:
    """The three splits as ids, each one stream with an `<eos>` (id 1) after every line."""

    train: Ids
    valid: Ids
    hidden: Ids
    vocabulary_size: int


@dataclass(frozen=True)
class Baselines:
    """What was measured, by name and split, and which numbers bound the marks."""

    vocabulary_size: int
    tokens: Mapping[str, int]  # of valid and hidden text
    baselines: Mapping[str, Mapping[str, float]]
    floor: Mapping[str, float]
    target: Mapping[str, float]


def measured(assignment: str, report: Callable[[str], None] = lambda step: None) -> Baselines:
    """The perplexities of a prepared corpus; marks begin at the bigram model and are full at the 5-gram model."""
    text = streams(MEASURED_MODELS[assignment].corpus)
    found = baselines(text, report)
    tokens = {"valid": len(text.valid), "hidden": len(text.hidden)}
    return Baselines(text.vocabulary_size, tokens, found, found[FLOOR], found[TARGET])


def streams(corpus: str) -> Streams:
    """The ids of a prepared corpus."""
    words = vocabulary(corpus)
    train, valid, hidden = (
        encode(text, words) for text in (lines(corpus, "train"), lines(corpus, "valid"), hidden_lines(corpus))
    )
    return Streams(train, valid, hidden, len(words))


def encode(text: Iterable[str], words: list[str]) -> Ids:
    """One stream: the words of every line and its `<eos>`; a word without an id is 0."""
    ids = {word: position for position, word in enumerate(words)}
    stream = [ids.get(word, 0) for line in text for word in (*line.split(), END_OF_LINE)]
    return np.array(stream, dtype=np.int64)


def baselines(
    text: Streams, report: Callable[[str], None] = lambda step: None
) -> dict[str, dict[str, float]]:
    """The perplexity on valid and hidden text of every baseline, by its name."""
    size = text.vocabulary_size
    report(_("Counting words and pairs"))
    found = {
        "uniform": {"valid": float(size), "hidden": float(size)},
        "unigram": _of(text, lambda ids: unigram_nats(text.train, ids, size)),
        "bigram": _of(text, lambda ids: bigram_nats(text.train, ids, size)),
    }
    for order in KNESER_NEY_ORDERS:
        report(_("Counting {order}-grams").format(order=order))
        model = KneserNey(text.train, order, size)
        found[f"kneser_ney_{order}"] = _of(text, partial(model.nats, before=[1]))  # 1: a line ended before
    return found


def _of(text: Streams, nats: Callable[[Ids], float]) -> dict[str, float]:
    return {"valid": math.exp(nats(text.valid)), "hidden": math.exp(nats(text.hidden))}


def unigram_nats(train: Ids, ids: Ids, size: int) -> float:
    """Add-one: every word was seen once more than it was."""
    counts = np.bincount(train, minlength=size) + 1
    return float(-np.log(counts[ids] / counts.sum()).mean())


def bigram_nats(train: Ids, ids: Ids, size: int) -> float:
    """Add-one over pairs; the last word of the training text is not a context, since nothing follows it."""
    pairs, counts = np.unique(train[:-1] * size + train[1:], return_counts=True)
    contexts = np.bincount(train[:-1], minlength=size)
    wanted = ids[:-1] * size + ids[1:]
    places = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    seen = np.where(pairs[places] == wanted, counts[places], 0)
    return float(-np.log((seen + 1) / (contexts[ids[:-1]] + size)).mean())
