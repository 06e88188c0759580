"""What a trained model is measured in, word perplexity or bits per byte: how it is computed, written and told.

All differences between the two are here. Lower is better for both, and marks are linear in nats for both.
"""

from __future__ import annotations

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from autograder.student.core.language import _

TOKENS_SCORED, BYTES_SCORED = (
    "tokens_scored",
    "bytes_scored",
)  # in a result's metrics, beside the number itself


def figure(value: float) -> str:
    """A measured number as people write it.

    >>> figure(91.27), figure(5000.0), figure(1.5234)
    ('91.3', '5,000', '1.523')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


_LARGEST_EXPONENT = math.log(sys.float_info.max)  # beyond it `exp` overflows


class Metric(ABC):
    """A number that a model is measured by."""

    name: ClassVar[str]  # in results and files
    ending: ClassVar[str]  # of the file of a corpus that holds the text it is counted on
    digits: ClassVar[int]  # behind the point, where people read it
    ranked_digits: ClassVar[int]  # that decide who is first
    kept_digits: ClassVar[int]  # in a result
    best: ClassVar[float]  # of a model that knows everything
    # An honest model is a little worse on the hidden text than on the valid one, as the baselines are. One that is
    # better by this factor than they let expect may have read it: a quarter of a word's perplexity, 5 % of the bits.
    suspicious: ClassVar[float]
    implausible: ClassVar[float]  # this share of the target is out of reach for what a student can train

    @abstractmethod
    def of(self, nats: float, count: int) -> float:
        """The number of a text that cost so many nats and has so many words, or bytes."""

    @abstractmethod
    def scale(self, number: float) -> float:
        """What marks are linear in."""

    @abstractmethod
    def depends_on(self, path: str) -> bool:
        """Whether a number depends on this file of a corpus."""

    def shown(self, number: float) -> str:
        """A number as people read it.

        >>> PERPLEXITY.shown(71.234), BITS_PER_BYTE.shown(1.4567)
        ('71.2', '1.457')
        """
        return f"{number:.{self.digits}f}"

    def share(self, number: float, floor: float, target: float) -> float:
        """How far a number is on the way from the floor to the target: 0 at the floor, 1 at the target.

        >>> round(PERPLEXITY.share(50, floor=100, target=25), 6), BITS_PER_BYTE.share(1.75, floor=2.0, target=1.0)
        (0.5, 0.25)
        """
        start, end = self.scale(floor), self.scale(target)
        return (start - self.scale(number)) / (start - end)

    @property
    @abstractmethod
    def title(self) -> str:
        """What people call it."""

    @property
    @abstractmethod
    def promise(self) -> str:
        """What a good model does on the hidden text: the title of the test that measures it."""

    @property
    @abstractmethod
    def ranking(self) -> str:
        """What the models of a leaderboard are ranked by."""

    @abstractmethod
    def position(self, number: float, floor: float, target: float) -> str:
        """Where a model stands on the hidden text, floor and target."""

    @abstractmethod
    def measured_over(self, metrics: Mapping[str, float]) -> list[str]:
        """How much text it was measured over, as far as a result's metrics tell."""

    @abstractmethod
    def worth(self, number: float, count: int, share: float, floor: float, target: float) -> str:
        """What a number on a text of so many words, or bytes, is worth."""


class WordPerplexity(Metric):
    """exp(nats per word): how many words the model hesitates between. All models share the course's vocabulary."""

    name, ending = "perplexity", ".words.txt"
    digits, ranked_digits, kept_digits = 1, 2, 2
    best, suspicious, implausible = 1.0, 0.75, 0.5

    def of(self, nats: float, count: int) -> float:
        """exp of the mean nats per word; infinite where that overflows.

        >>> round(PERPLEXITY.of(10 * math.log(50), 10), 6), PERPLEXITY.of(1e6, 10)
        (50.0, inf)
        """
        mean = nats / count
        return math.inf if mean > _LARGEST_EXPONENT else math.exp(mean)  # NaN stays NaN

    def scale(self, number: float) -> float:
        """Nats per word."""
        return math.log(number)

    def depends_on(self, path: str) -> bool:
        """Folded words and the vocabulary."""
        return path.endswith((self.ending, "vocabulary.txt"))

    @property
    def title(self) -> str:
        """What people call it."""
        return _("perplexity")

    @property
    def promise(self) -> str:
        """The title of the test that measures it."""
        return _("On a hidden text, read a word at a time, its perplexity is good.")

    @property
    def ranking(self) -> str:
        """What the models of a leaderboard are ranked by."""
        return _("By perplexity on text that no student has: the lower, the better.")

    def position(self, number: float, floor: float, target: float) -> str:
        """Where a model stands on the hidden text, floor and target."""
        if number >= floor:
            text = _(
                "On hidden text the model has a perplexity of {perplexity}. Points begin below the floor "
                "of {floor}, and {target} or less gives all of them."
            )
        elif number > target:
            text = _(
                "On hidden text the model has a perplexity of {perplexity}: between the floor of {floor}, where points "
                "begin, and the target of {target}, where all are given."
            )
        else:
            text = _(
                "On hidden text the model has a perplexity of {perplexity}: no more than the target of "
                "{target}, so all points are given."
            )
        return text.format(perplexity=figure(number), floor=figure(floor), target=figure(target))

    def measured_over(self, metrics: Mapping[str, float]) -> list[str]:
        """The bits per byte that it amounts to, and the tokens."""
        if BITS_PER_BYTE.name not in metrics:
            return []
        bits = figure(metrics[BITS_PER_BYTE.name])
        if TOKENS_SCORED not in metrics:
            return [_("That is {bits} bits per byte.").format(bits=bits)]
        return [
            _("That is {bits} bits per byte, measured over {tokens} tokens that no student has.").format(
                bits=bits, tokens=figure(metrics[TOKENS_SCORED])
            )
        ]

    def worth(self, number: float, count: int, share: float, floor: float, target: float) -> str:
        """What a number on a text of so many words is worth."""
        return _(
            "A perplexity of {perplexity:.1f} on {tokens} tokens, which is worth {share:.0%} of the points: "
            "{floor:.1f} or more is worth nothing, {target:.1f} or less all of them."
        ).format(perplexity=number, tokens=count, share=share, floor=floor, target=target)


class BitsPerByte(Metric):
    """Bits for each UTF-8 byte of the text as it was written: no choice of a tokenizer can change the count."""

    name, ending = "bits_per_byte", ".txt"
    digits, ranked_digits, kept_digits = 3, 3, 4
    best, suspicious, implausible = 0.0, 0.95, 0.75

    def of(self, nats: float, count: int) -> float:
        """What each byte has cost.

        >>> BITS_PER_BYTE.of(9 * math.log(256), 9)
        8.0
        """
        return nats / math.log(2) / count

    def scale(self, number: float) -> float:
        """Itself: bits per byte are nats per byte / ln 2."""
        return number

    def depends_on(self, path: str) -> bool:
        """The text as it was written."""
        return path.endswith(self.ending) and not PERPLEXITY.depends_on(path)

    @property
    def title(self) -> str:
        """What people call it."""
        return _("bits per byte")

    @property
    def promise(self) -> str:
        """The title of the test that measures it."""
        return _("On a hidden text, read a piece at a time, it needs few bits for each byte.")

    @property
    def ranking(self) -> str:
        """What the models of a leaderboard are ranked by."""
        return _("By bits per byte of text that no student has: the lower, the better.")

    def position(self, number: float, floor: float, target: float) -> str:
        """Where a model stands on the hidden text, floor and target."""
        if number >= floor:
            text = _(
                "On hidden text the model needs {bits} bits per byte. Points begin below the floor of "
                "{floor}, and {target} or less gives all of them."
            )
        elif number > target:
            text = _(
                "On hidden text the model needs {bits} bits per byte: between the floor of {floor}, where points "
                "begin, and the target of {target}, where all are given."
            )
        else:
            text = _(
                "On hidden text the model needs {bits} bits per byte: no more than the target of {target}, "
                "so all points are given."
            )
        return text.format(bits=figure(number), floor=figure(floor), target=figure(target))

    def measured_over(self, metrics: Mapping[str, float]) -> list[str]:
        """The bytes."""
        if BYTES_SCORED not in metrics:
            return []
        return [
            _("It was measured over {bytes} bytes of text that no student has.").format(
                bytes=figure(metrics[BYTES_SCORED])
            )
        ]

    def worth(self, number: float, count: int, share: float, floor: float, target: float) -> str:
        """What a number on a text of so many bytes is worth."""
        return _(
            "{bits:.3f} bits per byte on {bytes:,} bytes, which is worth {share:.0%} of the points: {floor:.3f} or "
            "more is worth nothing, {target:.3f} or less all of them."
        ).format(bits=number, bytes=count, share=share, floor=floor, target=target)


PERPLEXITY, BITS_PER_BYTE = WordPerplexity(), BitsPerByte()
METRICS: dict[str, Metric] = {metric.name: metric for metric in (PERPLEXITY, BITS_PER_BYTE)}
