"""Draws curves: losses, perplexities, gradients and gates over steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from autograder.student.plots.drawing import (
    COLOURS,
    Numbers,
    as_array,
    draw_landmarks,
    draw_lines,
    new_figure,
)
from autograder.student.plots.drawing import drawable as _

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure


def learning_curve(losses: Mapping[str, Numbers], landmarks: Mapping[str, float] | None = None) -> Figure:
    """Loss against training step, one line per name; `landmarks` are horizontal lines to compare with.

    A long and noisy curve is drawn pale, with its running mean on top.

    >>> learning_curve({"hello": [1.4, 0.9, 0.3]}, landmarks={"bigram": 0.35})
    <Figure size 800x400 with 1 Axes>
    """
    figure, axes = new_figure(8, 4)
    arrays = {name: as_array(values) for name, values in losses.items()}
    for colour, array in zip(COLOURS, arrays.values(), strict=False):
        axes.plot(array, color=colour, linewidth=1, alpha=0.25)
    draw_lines(axes, {name: _running_mean(array) for name, array in arrays.items()})
    draw_landmarks(axes, landmarks or {})
    axes.set(xlabel=_("training step"), ylabel=_("loss in nats"))
    axes.margins(y=0.08)  # room for the name under the lowest line
    if min(array.min() for array in arrays.values()) < 0.5 * max(array.max() for array in arrays.values()):
        axes.set_ylim(bottom=0)
    return figure


def training_curve(
    words: Sequence[int], losses: Mapping[str, Numbers], perplexities: Mapping[str, float]
) -> Figure:
    """Loss against words read, one line per text, and other models' perplexities as horizontal lines.

    The left axis is in nats per word, the right one says which perplexity that is.
    """
    figure, axes = new_figure(9, 5)
    draw_lines(axes, losses, words, marker="o")
    text = _("{name}: {perplexity:.0f}")
    draw_landmarks(
        axes,
        {
            text.format(name=name, perplexity=perplexity): math.log(perplexity)
            for name, perplexity in perplexities.items()
        },
    )
    axes.set(xlabel=_("words of training text read"), ylabel=_("loss in nats per word"))
    axes.margins(y=0.08)  # room for the name under the lowest line
    axes.xaxis.set_major_formatter("{x:,.0f}")
    ticks = [50, 100, 200, 500, 1000, 2000, 5000]
    right = axes.secondary_yaxis("right", functions=(lambda nats: nats, lambda nats: nats))
    right.set_yticks([math.log(tick) for tick in ticks], [str(tick) for tick in ticks])
    right.set_ylabel(_("perplexity"))
    return figure


def bits_curve(pieces: Sequence[int], bits: Mapping[str, Numbers], baselines: Mapping[str, float]) -> Figure:
    """Bits per byte against pieces read, one line per text, and other models' as horizontal lines."""
    figure, axes = new_figure(9, 5)
    draw_lines(axes, bits, pieces, marker="o")
    text = _("{name}: {bits:.2f}")
    draw_landmarks(axes, {text.format(name=name, bits=number): number for name, number in baselines.items()})
    axes.set(xlabel=_("pieces of training text read"), ylabel=_("bits per byte"))
    axes.margins(y=0.08)  # room for the name under the lowest line
    axes.xaxis.set_major_formatter("{x:,.0f}")
    return figure


def memory_curve(
    lengths: Sequence[int], perplexities: Mapping[str, Numbers], landmarks: Mapping[str, float] | None = None
) -> Figure:
    """Perplexity of models whose state is cleared again and again, against the words from one time to the next."""
    figure, axes = new_figure(8, 4)
    draw_lines(axes, perplexities, lengths, marker="o")
    axes.set(xlabel=_("words until the state is cleared"), ylabel=_("perplexity"), xscale="log")
    draw_landmarks(axes, landmarks or {})
    axes.margins(y=0.1)  # room for the name under the lowest line
    axes.set_xticks(lengths, [str(length) for length in lengths])
    axes.minorticks_off()
    return figure


def gradient_norms(norms: Mapping[str, Numbers], cuts: Iterable[int] = ()) -> Figure:
    """Size of a gradient against time, on a logarithmic scale; `cuts` are steps at which the graph is cut.

    A gradient of exactly 0 has no place on such a scale: it is marked on the lower edge.
    """
    figure, axes = new_figure(8, 4)
    draw_lines(axes, norms)
    zeros = {step for values in norms.values() for step, norm in enumerate(as_array(values)) if norm == 0}
    if zeros:
        low = sorted(zeros)
        axes.plot(
            low, [0.02] * len(low), "x", color="black", transform=axes.get_xaxis_transform(), clip_on=False
        )
        axes.annotate(_("exactly 0"), (low[len(low) // 2], 0.05), xycoords=("data", "axes fraction"))
    for cut in cuts:
        axes.axvline(cut - 0.5, color="grey", linestyle=":")
    axes.set(xlabel=_("time step t"), ylabel=_("norm of the gradient"), yscale="log")
    return figure


def scaling(sizes: Sequence[int], seconds: Mapping[str, Numbers]) -> Figure:
    """Seconds that several ways take for inputs of several sizes, on two logarithmic scales."""
    figure, axes = new_figure(8, 4)
    draw_lines(axes, seconds, sizes, marker="o")
    axes.set(xlabel=_("length of the input"), ylabel=_("seconds"), xscale="log", yscale="log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    return figure


def vocabulary_growth(words: Sequence[int], vocabularies: Mapping[str, Numbers]) -> Figure:
    """How many different words a text has after so many words, on two logarithmic scales (Heaps' law is a line)."""
    figure, axes = new_figure(8, 4)
    draw_lines(axes, vocabularies, words, marker="o")
    axes.set(xlabel=_("words read"), ylabel=_("different words"), xscale="log", yscale="log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    return figure


def gates(lstm: nn.LSTM, x: torch.Tensor, symbols: Sequence[str]) -> Figure:
    """The three gates and the memory of a one-layer LSTM while it reads x (T, D); one line per cell."""
    values = _gate_values(lstm, x)
    titles = {
        "i": _("input gate"),
        "f": _("forget gate"),
        "o": _("output gate"),
        "c": _("memory c"),
    }
    figure, rows = new_figure(9, 5.5, nrows=len(titles), sharex=True)
    steps = range(len(symbols))
    for colour, axes, (key, title) in zip(COLOURS, rows, titles.items(), strict=False):
        for line in as_array(values[key]).T:
            axes.plot(steps, line, color=colour, marker="o", markersize=3.5)
        axes.set_ylabel(title)
        axes.grid(alpha=0.3)
        if key != "c":
            axes.set(ylim=(-0.08, 1.08), yticks=(0, 0.5, 1))
    rows[-1].axhline(0, color="grey", linewidth=0.8)
    rows[-1].set_xticks(steps, symbols)
    rows[-1].set_xlabel(_("symbol just read"))
    figure.align_ylabels(rows)
    return figure


def _gate_values(lstm: nn.LSTM, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """i, f, o and c, each (T, H), while a one-layer LSTM reads x (T, D) from a zero state."""
    steps: dict[str, list[torch.Tensor]] = {"i": [], "f": [], "o": [], "c": []}
    h = c = x.new_zeros(1, lstm.hidden_size)
    W_x, b_x = lstm.get_parameter("weight_ih_l0"), lstm.get_parameter("bias_ih_l0")
    W_h, b_h = lstm.get_parameter("weight_hh_l0"), lstm.get_parameter("bias_hh_l0")
    with torch.no_grad():
        for x_t in x:
            from_input = nn.functional.linear(x_t[None], W_x, b_x)
            from_state = nn.functional.linear(h, W_h, b_h)
            blocks = (from_input + from_state).view(4, lstm.hidden_size)
            for name, block in zip("ifgo", blocks, strict=True):
                if name != "g":
                    steps[name].append(block.sigmoid())
            _outputs, (h, c) = lstm(x_t[None], (h, c))
            steps["c"].append(c[0])
    return {name: torch.stack(values) for name, values in steps.items()}


def _running_mean(array: np.ndarray, window: int = 15) -> np.ndarray:
    """The mean of each value and its neighbours, `window` of them in all; a short curve stays as it is."""
    if len(array) <= 20 * window:
        return array
    half = window // 2
    return as_array([array[max(0, step - half) : step + half + 1].mean() for step in range(len(array))])
