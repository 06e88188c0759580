"""Draws tables of numbers as coloured squares: batches, padding, probabilities, confusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from autograder.student.plots.drawing import (
    COLOURS,
    DIVERGING,
    SEQUENTIAL,
    Table,
    as_array,
    entries,
    new_figure,
    readable_on,
)
from autograder.student.plots.drawing import drawable as _

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def batches(source: torch.Tensor, symbols: Sequence[str], bptt: int) -> Figure:
    """Where the tokens of a text stand in a batchified text (T, B), and which windows of it are read.

    An id is a place in the text, and `symbols[id]` is written there. The colour is the place, from dark to bright:
    where neighbours in the text are neighbours in a column, the colours of a column follow each other.
    """
    rows, columns = source.shape
    figure, (text, table) = new_figure(
        max(9, 0.36 * len(symbols)), 0.42 * rows + 2.2, nrows=2, height_ratios=[1, rows]
    )
    places = as_array(source)
    for axes, ids in ((text, as_array(range(len(symbols)))[None]), (table, places)):
        image = axes.imshow(ids, cmap=SEQUENTIAL, vmin=0, vmax=len(symbols), aspect="auto")
        for (row, column), place in entries(ids):
            colour = readable_on(image.cmap(image.norm(place)))
            axes.text(column, row, symbols[int(place)], ha="center", va="center", color=colour)
    text.set(title=_("the text"), xticks=[], yticks=[])
    left_out = sorted(set(range(len(symbols))) - {int(place) for place in places.flatten()})
    text.plot(left_out, [0] * len(left_out), "x", color=COLOURS[1], markersize=13, markeredgewidth=2)
    table.set(title=_("the batch"), xlabel=_("column b"), ylabel=_("row t"), xlim=(-0.5, columns + 0.3))
    table.set(xticks=range(columns), yticks=range(rows))
    for number, first in enumerate(range(0, rows - 1, bptt)):
        last = min(first + bptt, rows - 1) - 1
        left, right = -0.46, columns - 0.54
        table.plot(
            [left, right, right, left, left],
            [first - 0.42, first - 0.42, last + 0.42, last + 0.42, first - 0.42],
            color=COLOURS[1],
            linewidth=3,
        )
        words = _("window {number}:\nrows {first} to {last},\ntargets {second} to {end}").format(
            number=number, first=first, last=last, second=first + 1, end=last + 1
        )
        table.text(columns - 0.45, (first + last) / 2, words, va="center")
    table.spines[:].set_visible(False)
    return figure


def padding(lengths: torch.Tensor) -> Figure:
    """A padded batch beside the same batch packed: each square is one step that a network has to compute."""
    figure, (padded, packed) = new_figure(9, 0.14 * len(lengths) + 1.6, ncols=2, sharey=True)
    rows = lengths.tolist()
    width, real = max(rows), sum(rows)
    total = len(rows) * width
    for axes, order in ((padded, rows), (packed, sorted(rows, reverse=True))):
        # Written out, number by number: the mask in tensors is what a task asks for.
        squares = torch.tensor([[1.0] * length + [0.0] * (width - length) for length in order])
        axes.imshow(as_array(squares), cmap=SEQUENTIAL, aspect="auto", vmin=-0.3, vmax=1.2)
        axes.set(xlabel=_("time step"), xticks=range(0, width, 2))
    _hide_padding(packed, squares == 0)
    padded.set(
        ylabel=_("row"), title=_("padded: {total} steps, {real} of them real").format(total=total, real=real)
    )
    packed.set_title(_("packed, sorted by length: {real} steps").format(real=real))
    return figure


def heatmaps(
    panels: Mapping[str, Table], x_label: str = "", y_label: str = "", rows: Sequence[str] | None = None
) -> Figure:
    """Several tables of signed numbers side by side, on one scale whose middle is zero; `rows` names their rows."""
    arrays = {title: as_array(panel) for title, panel in panels.items()}
    limit = max(float(abs(array).max()) for array in arrays.values())
    height = max(len(array) for array in arrays.values())
    figure, grid = new_figure(9, 0.28 * height + 1.4, ncols=len(arrays), squeeze=False, sharey=True)
    for axes, (title, array) in zip(grid[0], arrays.items(), strict=True):
        image = axes.imshow(array, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto")
        axes.set(title=title, xlabel=x_label)
    grid[0, 0].set_ylabel(y_label)
    if rows is not None:
        grid[0, 0].set_yticks(range(len(rows)), rows)
    figure.colorbar(image, ax=grid[0].tolist(), shrink=0.9)
    return figure


def next_symbol(panels: Mapping[str, Table], read: str, symbols: Sequence[str]) -> Figure:
    """What models expect after each symbol they have read: a panel each, one column per step, one row per candidate."""
    width = len(panels) * (0.9 * len(read) + 1) + 1
    figure, grid = new_figure(width, 0.5 * len(symbols) + 1.5, ncols=len(panels), squeeze=False, sharey=True)
    for axes, (title, probabilities) in zip(grid[0], panels.items(), strict=True):
        array = as_array(probabilities).T
        image = axes.imshow(array, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
        _write_values(axes, array)
        axes.set(title=title, xlabel=_("letter just read"))
        axes.set_xticks(range(len(read)), list(read))
    grid[0, 0].set_ylabel(_("next letter"))
    grid[0, 0].set_yticks(range(len(symbols)), symbols)
    figure.colorbar(image, ax=grid[0].tolist(), label=_("probability"))
    return figure


def confusion(counts: Table, classes: Sequence[str]) -> Figure:
    """A confusion matrix: each row is a true class, its numbers are shares of that row in per cent."""
    figure, axes = new_figure(0.5 * len(classes) + 2, 0.42 * len(classes) + 1.6)
    array = as_array(counts)
    share = 100 * array / array.sum(axis=1, keepdims=True).clip(min=1)
    image = axes.imshow(share, cmap=SEQUENTIAL, vmin=0, vmax=100, aspect="auto")
    _write_values(axes, share, digits=0)
    axes.set(xlabel=_("what the model says"), ylabel=_("what is right"))
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(classes)), classes)
    figure.colorbar(image, ax=axes, label=_("per cent of the row"))
    return figure


def _write_values(axes: Axes, array: np.ndarray, digits: int = 2) -> None:
    """Write each value into its square, but for those that would be written as zero."""
    middle = (axes.images[0].norm.vmin + axes.images[0].norm.vmax) / 2  # type: ignore[operator]
    for (row, column), value in entries(array):
        if round(value, digits) != 0:
            colour = "black" if value > middle else "white"
            axes.text(column, row, f"{value:.{digits}f}", ha="center", va="center", color=colour, fontsize=8)


def _hide_padding(axes: Axes, is_padding: torch.Tensor) -> None:
    for (row, column), hidden in entries(as_array(is_padding)):
        if hidden:
            axes.fill(
                [column - 0.5, column + 0.5, column + 0.5, column - 0.5],
                [row - 0.5, row - 0.5, row + 0.5, row + 0.5],
                color="white",
            )
