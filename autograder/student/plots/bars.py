"""Draws bars: the most probable words, the cost of each token, models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from autograder.student.plots.drawing import COLOURS, Numbers, as_array, new_figure
from autograder.student.plots.drawing import drawable as _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def next_words(distributions: Mapping[str, Numbers], words: Sequence[str], shown: int = 10) -> Figure:
    """The most probable next words, one panel per distribution over `words`; the best words of the first panel.

    Each panel has a scale of its own: on a common one the bars of a flat distribution could not be seen.
    """
    arrays = {title: as_array(values) for title, values in distributions.items()}
    best = next(iter(arrays.values())).argsort()[::-1][:shown]
    figure, panels = new_figure(9, 0.26 * shown + 1.2, ncols=len(arrays), sharey=True, squeeze=False)
    for colour, axes, (title, array) in zip(COLOURS * len(arrays), panels[0], arrays.items(), strict=False):
        axes.barh(range(len(best)), array[best], color=colour)
        rest = _("{title}\n(all other words: {share:.0%})").format(title=title, share=1 - array[best].sum())
        axes.set(title=rest, xlabel=_("probability"))
        axes.locator_params(axis="x", nbins=3)  # of more the labels of small numbers would touch
        axes.spines[["top", "right"]].set_visible(False)
    panels[0, 0].set_yticks(range(len(best)), [words[index] for index in best])
    panels[0, 0].invert_yaxis()
    return figure


def comparison(names: Sequence[str], perplexities: Numbers, bits_per_byte: Numbers) -> Figure:
    """Perplexity per token (logarithmic) beside bits per byte, a bar for each tokenizer."""
    figure, (left, right) = new_figure(9, 0.5 * len(names) + 1.4, ncols=2, sharey=True)
    for axes, colour, values, digits in (
        (left, COLOURS[1], as_array(perplexities), 1),
        (right, COLOURS[0], as_array(bits_per_byte), 2),
    ):
        axes.barh(range(len(names)), values, color=colour)
        for place, value in enumerate(values):
            axes.annotate(
                f"{value:,.{digits}f}", (value, place), (4, 0), textcoords="offset points", va="center"
            )
        axes.spines[["top", "right"]].set_visible(False)
    left.set(xscale="log", xlim=(1, 4 * float(as_array(perplexities).max())))
    left.set(xlabel=_("perplexity per token"), title=_("cannot be compared"))
    right.set(xlim=(0, 1.25 * float(as_array(bits_per_byte).max())))
    right.set(xlabel=_("bits per byte"), title=_("can be compared"))
    left.set_yticks(range(len(names)), names)
    left.invert_yaxis()
    return figure


def surprise(pieces: Sequence[str], bits: Numbers) -> Figure:
    """How many bits each piece of a text costs, as columns in the order of the text."""
    figure, axes = new_figure(max(6, 0.42 * len(pieces) + 1), 3.6)
    axes.bar(range(len(pieces)), as_array(bits), color=COLOURS[0])
    axes.set(ylabel=_("bits"))
    axes.set_xticks(range(len(pieces)), pieces, rotation=60, ha="right", rotation_mode="anchor")
    axes.grid(alpha=0.3, axis="y")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
