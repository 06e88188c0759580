"""Draws text itself: symbols on colours, words as tokens, a word as a lattice."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograder.student.plots.drawing import COLOURS, DIVERGING, Numbers, as_array, new_figure, readable_on
from autograder.student.plots.drawing import drawable as _

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure


def coloured_text(text: str, values: Numbers, columns: int = 48) -> Figure:
    """A text whose every symbol lies on the colour of its value: how a cell feels about what it has just read.

    A line break is drawn as its arrow, coloured too, and then breaks the line.
    """
    colour_of = _colour_scale(as_array(values))
    places, row, column = [], 0, 0
    for symbol in text:
        places.append((row, column))
        column += 1
        if symbol == "\n" or column == columns:
            row, column = row + 1, 0
    width = max(column for _row, column in places) + 1
    height = places[-1][0] + 1
    figure, axes = new_figure(0.24 * width + 1.4, 0.32 * height + 0.3)
    for symbol, (row, column), value in zip(text, places, as_array(values), strict=True):
        background = colour_of.to_rgba(value)
        axes.fill(
            [column, column + 1, column + 1, column], [row, row, row + 1, row + 1], color=background, lw=0
        )
        axes.text(
            column + 0.5,
            row + 0.54,
            "↵" if symbol == "\n" else symbol,
            family="DejaVu Sans Mono",
            color=readable_on(background),
            ha="center",
            va="center",
        )
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    figure.colorbar(colour_of, ax=axes, label=_("value of the cell"), pad=0.02)
    return figure


def growing_pieces(stages: Mapping[str, Sequence[str]]) -> Figure:
    """The pieces of one word, one row per stage of a tokenizer: what grows together lies in one box.

    Every stage has to spell the same word. A space is drawn as an open box.
    """
    letters = sum(len(piece) for piece in next(iter(stages.values())))
    figure, axes = new_figure(0.5 * letters + 2, 0.5 * len(stages) + 0.4)
    for row, pieces in enumerate(stages.values()):
        left = 0
        for number, piece in enumerate(pieces):
            right = left + len(piece)
            colour = COLOURS[4] if number % 2 else "#FFFFFF"
            edges = [left + 0.05, right - 0.05, right - 0.05, left + 0.05]
            axes.fill(edges, [row - 0.4, row - 0.4, row + 0.4, row + 0.4], fc=colour, ec=COLOURS[0], lw=1.5)
            axes.text(
                (left + right) / 2, row, piece.replace(" ", "␣"), ha="center", va="center", color="black"
            )
            left = right
    axes.set(xlim=(0, letters), ylim=(len(stages) - 0.5, -0.5), xticks=[])
    axes.set_yticks(range(len(stages)), list(stages))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def lattice(word: str, scores: Mapping[str, float], best: Sequence[str]) -> Figure:
    """All pieces of `scores` that fit into a word, as arcs over its letters; the arcs of `best` are thick.

    Each arc of two letters or more bears its piece, and every arc of the best way its score, too.
    """
    figure, axes = new_figure(max(6, 0.95 * len(word) + 1), 4.6)
    chosen, start = set(), 0
    for piece in best:
        chosen.add((start, start + len(piece)))
        start += len(piece)
    fitting = [
        (found.start(), piece) for piece in scores for found in re.finditer(f"(?={re.escape(piece)})", word)
    ]
    arcs = [(start, start + len(piece), piece) for start, piece in fitting]
    for start, end, piece in sorted(arcs, key=lambda arc: arc[:2] in chosen):  # the best way on top
        is_best, length = (start, end) in chosen, end - start
        angles = [math.pi * step / 40 for step in range(41)]
        side = -1 if is_best else 1  # below the line, where nothing crosses it
        axes.plot(
            [(start + end) / 2 - length / 2 * math.cos(angle) for angle in angles],
            [side * (0.35 + 0.35 * length) * math.sin(angle) for angle in angles],
            color=COLOURS[1] if is_best else "grey",
            linewidth=4 if is_best else 1,
        )
        if is_best:
            text = _("{piece}\n{score:.2f}").format(piece=piece, score=scores[piece])
            axes.text((start + end) / 2, -0.45 - 0.35 * length, text, ha="center", va="top")
        elif length > 1:
            axes.text(
                (start + end) / 2, 0.35 + 0.35 * length, piece, ha="center", va="center", fontsize=8
            ).set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.plot(range(len(word) + 1), [0] * (len(word) + 1), "o", color="black", markersize=6)
    for place, letter in enumerate(word):
        axes.text(place + 0.5, 0, letter, ha="center", va="center", fontsize=13)
    axes.margins(y=0.15)
    axes.axis("off")
    return figure


def _colour_scale(array: np.ndarray) -> Any:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    limit = float(abs(array).max())
    return ScalarMappable(Normalize(-limit, limit), DIVERGING)
