"""The assignments whose trained model is measured: how its files and its class are called, and in which unit.

Whatever differs between them stands in this table, and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from autograder.student.core.language import _

WEIGHTS_SUFFIX, ARGUMENTS_SUFFIX = ".safetensors", ".json"


@dataclass(frozen=True)
class Unit:
    """What a model is measured in: a number of which less is better."""

    metric: str  # its name in results and files
    digits: int  # behind the point, where people read it
    best: float  # of a model that knows everything
    scale: Callable[[float], float]  # what marks are linear in

    @property
    def title(self) -> str:
        """What people call it."""
        return {"perplexity": _("perplexity"), "bits_per_byte": _("bits per byte")}[self.metric]

    def shown(self, number: float) -> str:
        """A number in this unit, as people read it.

        >>> PERPLEXITY.shown(71.234), BITS_PER_BYTE.shown(1.4567)
        ('71.2', '1.457')
        """
        return f"{number:.{self.digits}f}"


# Perplexity is exp(nats per word) and bits per byte are nats per byte / ln 2: marks are linear in nats for both.
PERPLEXITY = Unit("perplexity", 1, 1.0, math.log)
BITS_PER_BYTE = Unit("bits_per_byte", 3, 0.0, float)


@dataclass(frozen=True)
class MeasuredModel:
    """The model of one assignment."""

    stem: str  # of the two files of its checkpoint
    class_name: str  # of the model in the notebook
    corpus: str
    unit: Unit

    @property
    def weights(self) -> str:
        """The name of the file of its weights."""
        return f"{self.stem}{WEIGHTS_SUFFIX}"

    @property
    def arguments(self) -> str:
        """The name of the file of the constructor's arguments."""
        return f"{self.stem}{ARGUMENTS_SUFFIX}"

    @property
    def files(self) -> tuple[str, str]:
        """The names of both files."""
        return self.weights, self.arguments


MEASURED_MODELS = {
    "rnn_language_model": MeasuredModel("rnn_lm", "RNNModel", "sotu", PERPLEXITY),
    "subword_language_model": MeasuredModel("subword_lm", "SubwordModel", "sotu", BITS_PER_BYTE),
}
