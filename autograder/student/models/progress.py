"""Says how a training goes: in perplexity for word models, in bits per byte for subword models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matplotlib.figure import Figure

from autograder.student import plots
from autograder.student.core.language import _


@dataclass(frozen=True)
class Point:
    """One point of a learning curve: mean nats per token, after so many tokens of training text."""

    tokens: int
    train_nats: float
    valid_nats: float


class Progress(Protocol):
    """The sentences, the notes and the figure of a training."""

    def line(self, point: Point) -> str:
        """A point of the curve."""

    def best(self, point: Point, weights: str, arguments: str) -> str:
        """How good the best model is, and in which files it lies."""

    def bar(self, valid_nats: float) -> str:
        """What stands beside the bar."""

    def title(self, valid_nats: float) -> str:
        """The curve in words."""

    def notes(self, point: Point) -> dict[str, float]:
        """What is saved with the model."""

    def measured(self, nats: float) -> float:
        """A mean loss in nats per token, as the number that the training shows."""

    def figure(self, points: Sequence[Point], baselines: Mapping[str, float]) -> Figure:
        """The curve."""


class InPerplexity:
    """Of a model of words, which all models share: the perplexity for each of them."""

    def line(self, point: Point) -> str:
        """A point of the curve."""
        return _(
            "{words:9,} words: perplexity {train:7.1f} in training, {valid:7.1f} on the validation text"
        ).format(words=point.tokens, train=_perplexity(point.train_nats), valid=_perplexity(point.valid_nats))

    def best(self, point: Point, weights: str, arguments: str) -> str:
        """How good the best model is, and in which files it lies."""
        return _(
            "The best model, with perplexity {valid:.1f} on the validation text after {words:,} words, "
            "is in {weights} and {arguments}."
        ).format(
            valid=_perplexity(point.valid_nats), words=point.tokens, weights=weights, arguments=arguments
        )

    def bar(self, valid_nats: float) -> str:
        """What stands beside the bar."""
        return _("best perplexity on the validation text {valid:.1f}").format(valid=_perplexity(valid_nats))

    def title(self, valid_nats: float) -> str:
        """The curve in words."""
        text = _("learning curve; perplexity {valid:.1f} on the validation text")
        return text.format(valid=_perplexity(valid_nats))

    def measured(self, nats: float) -> float:
        """The perplexity."""
        return _perplexity(nats)

    def notes(self, point: Point) -> dict[str, float]:
        """What is saved with the model."""
        return {"words": point.tokens, "valid_perplexity": round(_perplexity(point.valid_nats), 3)}

    def figure(self, points: Sequence[Point], baselines: Mapping[str, float]) -> Figure:
        """The curve."""
        return plots.training_curve([point.tokens for point in points], _losses(points, 1.0), baselines)


@dataclass(frozen=True)
class InBitsPerByte:
    """Of a model of pieces, of which each tokenizer has its own: what each byte of the text costs."""

    bytes_per_piece: float  # of the validation text; the training text has nearly as many

    def bits(self, nats: float) -> float:
        """Bits per byte, from nats per piece.

        >>> InBitsPerByte(4.0).bits(math.log(256))
        2.0
        """
        return nats / math.log(2) / self.bytes_per_piece

    def line(self, point: Point) -> str:
        """A point of the curve."""
        return _(
            "{pieces:9,} pieces: {train:.3f} bits per byte in training, {valid:.3f} on the validation text"
        ).format(pieces=point.tokens, train=self.bits(point.train_nats), valid=self.bits(point.valid_nats))

    def best(self, point: Point, weights: str, arguments: str) -> str:
        """How good the best model is, and in which files it lies."""
        return _(
            "The best model, with {valid:.3f} bits per byte on the validation text after {pieces:,} pieces, "
            "is in {weights} and {arguments}."
        ).format(valid=self.bits(point.valid_nats), pieces=point.tokens, weights=weights, arguments=arguments)

    def bar(self, valid_nats: float) -> str:
        """What stands beside the bar."""
        return _("at best {valid:.3f} bits per byte on the validation text").format(
            valid=self.bits(valid_nats)
        )

    def title(self, valid_nats: float) -> str:
        """The curve in words."""
        text = _("learning curve; {valid:.3f} bits per byte on the validation text")
        return text.format(valid=self.bits(valid_nats))

    def measured(self, nats: float) -> float:
        """The bits per byte."""
        return self.bits(nats)

    def notes(self, point: Point) -> dict[str, float]:
        """What is saved with the model."""
        return {"pieces": point.tokens, "valid_bits_per_byte": round(self.bits(point.valid_nats), 4)}

    def figure(self, points: Sequence[Point], baselines: Mapping[str, float]) -> Figure:
        """The curve."""
        return plots.bits_curve(
            [point.tokens for point in points], _losses(points, self.bits(1.0)), baselines
        )


def _losses(points: Sequence[Point], factor: float) -> dict[str, list[float]]:
    return {
        _("training text"): [factor * point.train_nats for point in points],
        _("validation text"): [factor * point.valid_nats for point in points],
    }


def _perplexity(nats: float) -> float:
    return math.exp(min(nats, 30.0))  # 1e13: of a diverged training more digits would only fill the screen
