"""Tells a model that predicts from one that remembers: puts strange words into a text, and looks at those behind them.

A model that knows a text by heart finds its place in it by what it has just read, or by counting. With a word too many
it loses the place, and is no longer sure of the words behind, which are as they were. A model that predicts is sure of
few words, and loses few of them.

Which words come in, and where, is drawn from a secret seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from autograder.student.core.language import _
from autograder.student.core.metric import BITS_PER_BYTE, PERPLEXITY
from autograder.student.scoring.prequential import Predictor, log_probabilities

ROWS = 32  # of a text that are read once more
EVERY = 10  # tokens, before one of which a strange one is put
BEHIND = 3  # tokens behind it that are looked at
SURE, LOST = 0.5, 0.05  # the probability that a token had at least, and that it has at most now
# The share of tokens that may be lost in any text. See `test_strange_words.py` for what models were measured at. A text
# may be such that all models lose more; then it counts how much more than in the text that they were trained on.
USUAL = {PERPLEXITY.name: 0.05, BITS_PER_BYTE.name: 0.15}
_TIMES = 1.5


@dataclass(frozen=True)
class Disturbed:
    """A text with strange tokens in it; the tokens behind them, by their places in the text and in this one."""

    text: torch.Tensor
    before: Sequence[int]
    after: Sequence[int]


def disturbed(text: torch.Tensor, seed: int) -> Disturbed:
    """A text (T,) with a token of its own too many among every ten.

    >>> found = disturbed(torch.arange(20), seed=1)
    >>> len(found.text), [found.text[place].item() for place in found.after] == list(found.before)
    (22, True)
    """
    chance = random.Random(seed)
    tokens = text.tolist()
    places = {start + chance.randrange(EVERY - BEHIND) for start in range(0, len(tokens) - EVERY + 1, EVERY)}
    other: list[int] = []
    before, after = list[int](), list[int]()
    last = -BEHIND - 1
    for place, token in enumerate(tokens):
        if place in places:
            other.append(chance.choice(tokens))
            last = place
        if place - last < BEHIND:
            before.append(place)
            after.append(len(other))
        other.append(token)
    return Disturbed(torch.tensor(other, dtype=text.dtype), before, after)


def share_lost(
    predictor: Predictor,
    texts: Sequence[torch.Tensor],
    answers: Sequence[torch.Tensor],
    chosen: Sequence[int],
    first_id: int,
    seed: int,
) -> float:
    """The share of tokens behind strange ones that a model was sure of, by its `answers`, and holds unlikely now."""
    rows = [disturbed(texts[row], seed + row) for row in chosen]
    found = log_probabilities(predictor, [row.text for row in rows], first_id)
    before = torch.cat([answers[row][list(each.before)] for row, each in zip(chosen, rows, strict=True)])
    after = torch.cat([each[list(row.after)] for each, row in zip(found, rows, strict=True)])
    lost = (before.exp() >= SURE) & (after.exp() <= LOST)
    return float(lost.double().mean()) if len(lost) else 0.0


def by_heart_notes(lost: float, lost_in_public: float, metric: str) -> list[str]:
    """What an instructor should look at, if a model loses more than usual, and more than in the text for training."""
    if lost <= max(USUAL[metric], _TIMES * lost_in_public):
        return []
    return [
        _(
            "Strange words were put into the hidden text. After them, the model no longer predicted "
            "{lost:.0%} of the words that it had been sure of; in the training text it was {public:.0%}. "
            "It may know the hidden text by heart."
        ).format(lost=lost, public=lost_in_public)
    ]
