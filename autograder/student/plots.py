"""Draws the pictures that the notebooks share: tensors or lists in, a matplotlib figure out.

Every function returns a closed figure: a notebook shows it as the result of the cell, once. Colours are safe for
colour-blind readers (Okabe and Ito's palette for lines, cividis and the diverging PuOr for surfaces), and no line
is told from another by its colour alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import nn

from autograder.student.core.language import _

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Numbers: TypeAlias = "torch.Tensor | np.ndarray | Sequence[float]"
Table: TypeAlias = torch.Tensor | Sequence[Sequence[float]]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
LINE_STYLES = ("-", "--", "-.", ":")
SEQUENTIAL = "cividis"
DIVERGING = "PuOr"
HANGUL_FONTS = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo")


def learning_curve(losses: Mapping[str, Numbers], landmarks: Mapping[str, float] | None = None) -> Figure:
    """Loss against training step, one line per name; `landmarks` are horizontal lines to compare with.

    A long and noisy curve is drawn pale, with its running mean on top.

    >>> learning_curve({"hello": [1.4, 0.9, 0.3]}, landmarks={"bigram": 0.35})
    <Figure size 800x400 with 1 Axes>
    """
    figure, axes = _figure(8, 4)
    arrays = {name: _array(values) for name, values in losses.items()}
    for colour, array in zip(COLOURS, arrays.values(), strict=False):
        axes.plot(array, color=colour, linewidth=1, alpha=0.25)
    _lines(axes, {name: _running_mean(array) for name, array in arrays.items()})
    _landmarks(axes, landmarks or {})
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
    figure, axes = _figure(9, 5)
    _lines(axes, losses, words, marker="o")
    text = _("{name}: {perplexity:.0f}")
    _landmarks(
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
    figure, axes = _figure(9, 5)
    _lines(axes, bits, pieces, marker="o")
    text = _("{name}: {bits:.2f}")
    _landmarks(axes, {text.format(name=name, bits=number): number for name, number in baselines.items()})
    axes.set(xlabel=_("pieces of training text read"), ylabel=_("bits per byte"))
    axes.margins(y=0.08)  # room for the name under the lowest line
    axes.xaxis.set_major_formatter("{x:,.0f}")
    return figure


def memory_curve(
    lengths: Sequence[int], perplexities: Mapping[str, Numbers], landmarks: Mapping[str, float] | None = None
) -> Figure:
    """Perplexity of models whose state is cleared again and again, against the words from one time to the next."""
    figure, axes = _figure(8, 4)
    _lines(axes, perplexities, lengths, marker="o")
    _landmarks(axes, landmarks or {})
    axes.set(xlabel=_("words until the state is cleared"), ylabel=_("perplexity"), xscale="log")
    axes.margins(y=0.1)  # room for the name under the lowest line
    axes.set_xticks(lengths, [str(length) for length in lengths])
    axes.minorticks_off()
    return figure


def batches(source: torch.Tensor, symbols: Sequence[str], bptt: int) -> Figure:
    """Where the tokens of a text stand in a batchified text (T, B), and which windows of it are read.

    An id is a place in the text, and `symbols[id]` is written there. The colour is the place, from dark to bright:
    where neighbours in the text are neighbours in a column, the colours of a column follow each other.
    """
    rows, columns = source.shape
    figure, (text, table) = _figure(
        max(9, 0.36 * len(symbols)), 0.42 * rows + 2.2, nrows=2, height_ratios=[1, rows]
    )
    places = _array(source)
    for axes, ids in ((text, _array(range(len(symbols)))[None]), (table, places)):
        image = axes.imshow(ids, cmap=SEQUENTIAL, vmin=0, vmax=len(symbols), aspect="auto")
        for (row, column), place in _entries(ids):
            colour = _readable_on(image.cmap(image.norm(place)))
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


def next_words(distributions: Mapping[str, Numbers], words: Sequence[str], shown: int = 10) -> Figure:
    """The most probable next words, one panel per distribution over `words`; the best words of the first panel."""
    arrays = {title: _array(values) for title, values in distributions.items()}
    best = next(iter(arrays.values())).argsort()[::-1][:shown]
    figure, panels = _figure(
        9, 0.26 * shown + 1.2, ncols=len(arrays), sharex=True, sharey=True, squeeze=False
    )
    for colour, axes, (title, array) in zip(COLOURS * len(arrays), panels[0], arrays.items(), strict=False):
        axes.barh(range(len(best)), array[best], color=colour)
        rest = _("{title}\n(all other words: {share:.0%})").format(title=title, share=1 - array[best].sum())
        axes.set(title=rest, xlabel=_("probability"))
        axes.spines[["top", "right"]].set_visible(False)
    panels[0, 0].set_yticks(range(len(best)), [words[index] for index in best])
    panels[0, 0].invert_yaxis()
    return figure


def gradient_norms(norms: Mapping[str, Numbers], cuts: Iterable[int] = ()) -> Figure:
    """Size of a gradient against time, on a logarithmic scale; `cuts` are steps at which the graph is cut."""
    figure, axes = _figure(8, 4)
    _lines(axes, norms)
    for cut in cuts:
        axes.axvline(cut - 0.5, color="grey", linestyle=":")
    axes.set(xlabel=_("time step t"), ylabel=_("norm of the gradient"), yscale="log")
    return figure


def padding(lengths: torch.Tensor) -> Figure:
    """A padded batch beside the same batch packed: each square is one step that a network has to compute."""
    figure, (padded, packed) = _figure(9, 0.14 * len(lengths) + 1.6, ncols=2, sharey=True)
    rows = lengths.tolist()
    width, real = max(rows), sum(rows)
    total = len(rows) * width
    for axes, order in ((padded, rows), (packed, sorted(rows, reverse=True))):
        # Written out, number by number: the mask in tensors is what a task asks for.
        squares = torch.tensor([[1.0] * length + [0.0] * (width - length) for length in order])
        axes.imshow(_array(squares), cmap=SEQUENTIAL, aspect="auto", vmin=-0.3, vmax=1.2)
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
    arrays = {title: _array(panel) for title, panel in panels.items()}
    limit = max(float(abs(array).max()) for array in arrays.values())
    height = max(len(array) for array in arrays.values())
    figure, grid = _figure(9, 0.28 * height + 1.4, ncols=len(arrays), squeeze=False, sharey=True)
    for axes, (title, array) in zip(grid[0], arrays.items(), strict=True):
        image = axes.imshow(array, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto")
        axes.set(title=title, xlabel=x_label)
    grid[0, 0].set_ylabel(y_label)
    if rows is not None:
        grid[0, 0].set_yticks(range(len(rows)), rows)
    figure.colorbar(image, ax=grid[0].tolist(), shrink=0.9)
    return figure


def next_symbol(probabilities: Table, read: str, symbols: Sequence[str]) -> Figure:
    """What a model expects after each symbol it has read: one column per step, one row per candidate."""
    figure, axes = _figure(1.1 * len(read) + 2, 0.5 * len(symbols) + 1.2)
    array = _array(probabilities).T
    image = axes.imshow(array, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
    _write_values(axes, array)
    axes.set(xlabel=_("letter just read"), ylabel=_("next letter"))
    axes.set_xticks(range(len(read)), list(read))
    axes.set_yticks(range(len(symbols)), symbols)
    figure.colorbar(image, ax=axes, label=_("probability"))
    return figure


def confusion(counts: Table, classes: Sequence[str]) -> Figure:
    """A confusion matrix: each row is a true class, its numbers are shares of that row in per cent."""
    figure, axes = _figure(0.5 * len(classes) + 2, 0.42 * len(classes) + 1.6)
    array = _array(counts)
    share = 100 * array / array.sum(axis=1, keepdims=True).clip(min=1)
    image = axes.imshow(share, cmap=SEQUENTIAL, vmin=0, vmax=100, aspect="auto")
    _write_values(axes, share, digits=0)
    axes.set(xlabel=_("what the model says"), ylabel=_("what is right"))
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(classes)), classes)
    figure.colorbar(image, ax=axes, label=_("per cent of the row"))
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
    figure, rows = _figure(9, 5.5, nrows=len(titles), sharex=True)
    steps = range(len(symbols))
    for colour, axes, (key, title) in zip(COLOURS, rows, titles.items(), strict=False):
        for line in _array(values[key]).T:
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


def coloured_text(text: str, values: Numbers, columns: int = 48) -> Figure:
    """A text whose every symbol lies on the colour of its value: how a cell feels about what it has just read.

    A line break is drawn as its arrow, coloured too, and then breaks the line.
    """
    colour_of = _colour_scale(_array(values))
    places, row, column = [], 0, 0
    for symbol in text:
        places.append((row, column))
        column += 1
        if symbol == "\n" or column == columns:
            row, column = row + 1, 0
    width = max(column for _row, column in places) + 1
    height = places[-1][0] + 1
    figure, axes = _figure(0.24 * width + 1.4, 0.32 * height + 0.3)
    for symbol, (row, column), value in zip(text, places, _array(values), strict=True):
        background = colour_of.to_rgba(value)
        axes.fill(
            [column, column + 1, column + 1, column], [row, row, row + 1, row + 1], color=background, lw=0
        )
        axes.text(
            column + 0.5,
            row + 0.54,
            "↵" if symbol == "\n" else symbol,
            family="DejaVu Sans Mono",
            color=_readable_on(background),
            ha="center",
            va="center",
        )
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    figure.colorbar(colour_of, ax=axes, label=_("value of the cell"), pad=0.02)
    return figure


def vocabulary_growth(words: Sequence[int], vocabularies: Mapping[str, Numbers]) -> Figure:
    """How many different words a text has after so many words, on two logarithmic scales (Heaps' law is a line)."""
    figure, axes = _figure(8, 4)
    _lines(axes, vocabularies, words, marker="o")
    axes.set(xlabel=_("words read"), ylabel=_("different words"), xscale="log", yscale="log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    return figure


def growing_pieces(stages: Mapping[str, Sequence[str]]) -> Figure:
    """The pieces of one word, one row per stage of a tokenizer: what grows together lies in one box.

    Every stage has to spell the same word. A space is drawn as an open box.
    """
    letters = sum(len(piece) for piece in next(iter(stages.values())))
    figure, axes = _figure(0.5 * letters + 2, 0.5 * len(stages) + 0.4)
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
    figure, axes = _figure(max(6, 0.95 * len(word) + 1), 4.6)
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


def comparison(names: Sequence[str], perplexities: Numbers, bits_per_byte: Numbers) -> Figure:
    """Perplexity per token (logarithmic) beside bits per byte, a bar for each tokenizer."""
    figure, (left, right) = _figure(9, 0.5 * len(names) + 1.4, ncols=2, sharey=True)
    for axes, colour, values, digits in (
        (left, COLOURS[1], _array(perplexities), 1),
        (right, COLOURS[0], _array(bits_per_byte), 2),
    ):
        axes.barh(range(len(names)), values, color=colour)
        for place, value in enumerate(values):
            axes.annotate(
                f"{value:,.{digits}f}", (value, place), (4, 0), textcoords="offset points", va="center"
            )
        axes.spines[["top", "right"]].set_visible(False)
    left.set(xscale="log", xlim=(1, 4 * float(_array(perplexities).max())))
    left.set(xlabel=_("perplexity per token"), title=_("cannot be compared"))
    right.set(xlim=(0, 1.25 * float(_array(bits_per_byte).max())))
    right.set(xlabel=_("bits per byte"), title=_("can be compared"))
    left.set_yticks(range(len(names)), names)
    left.invert_yaxis()
    return figure


def surprise(pieces: Sequence[str], bits: Numbers) -> Figure:
    """How many bits each piece of a text costs, as columns in the order of the text."""
    figure, axes = _figure(max(6, 0.42 * len(pieces) + 1), 3.6)
    axes.bar(range(len(pieces)), _array(bits), color=COLOURS[0])
    axes.set(ylabel=_("bits"))
    axes.set_xticks(range(len(pieces)), pieces, rotation=60, ha="right", rotation_mode="anchor")
    axes.grid(alpha=0.3, axis="y")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _figure(width: float, height: float, **subplots: Any) -> tuple[Figure, Any]:
    # Imported here, because it takes a second, and the grader imports this module without ever drawing.
    import matplotlib.pyplot as plt

    plt.rcParams["font.family"] = ["DejaVu Sans", *_installed_hangul_fonts()]
    figure, axes = plt.subplots(figsize=(width, height), dpi=100, layout="constrained", **subplots)
    plt.close(figure)  # an open figure would be shown twice: by pyplot, and as the result of the cell
    return figure, axes


def _installed_hangul_fonts() -> list[str]:
    """The fonts that can draw a Korean translation; DejaVu, which comes with matplotlib, cannot."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [font for font in HANGUL_FONTS if font in installed]


def _array(values: Any) -> np.ndarray:
    return torch.as_tensor(values, dtype=torch.float64).detach().cpu().numpy()


def _running_mean(array: np.ndarray, window: int = 15) -> np.ndarray:
    """The mean of each value and its neighbours, `window` of them in all; a short curve stays as it is."""
    if len(array) <= 20 * window:
        return array
    half = window // 2
    return _array([array[max(0, step - half) : step + half + 1].mean() for step in range(len(array))])


def _lines(
    axes: Axes, series: Mapping[str, Numbers], x: Sequence[float] | None = None, marker: str = ""
) -> None:
    """One line per name, over its indices or over `x`."""
    for index, (name, values) in enumerate(series.items()):
        colour, style = COLOURS[index % len(COLOURS)], LINE_STYLES[index % len(LINE_STYLES)]
        array = _array(values)
        places = range(len(array)) if x is None else x
        axes.plot(
            places, array, color=colour, linestyle=style, linewidth=2, label=name, marker=marker, markersize=4
        )
    if len(series) > 1:
        axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _landmarks(axes: Axes, heights: Mapping[str, float]) -> None:
    """Horizontal lines to compare with, each with its name at the right end."""
    for name, height in heights.items():
        axes.axhline(height, color="grey", linestyle=":")
        axes.annotate(
            name,
            (1, height),
            (0, -3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="top",
            # a curve that runs through the name must not make it unreadable
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )


def _write_values(axes: Axes, array: np.ndarray, digits: int = 2) -> None:
    """Write each value into its square, but for those that would be written as zero."""
    middle = (axes.images[0].norm.vmin + axes.images[0].norm.vmax) / 2  # type: ignore[operator]
    for (row, column), value in _entries(array):
        if round(value, digits) != 0:
            colour = "black" if value > middle else "white"
            axes.text(column, row, f"{value:.{digits}f}", ha="center", va="center", color=colour, fontsize=8)


def _entries(array: np.ndarray) -> Iterable[tuple[tuple[int, int], float]]:
    return (
        ((row, column), float(value)) for row, line in enumerate(array) for column, value in enumerate(line)
    )


def _hide_padding(axes: Axes, is_padding: torch.Tensor) -> None:
    for (row, column), hidden in _entries(_array(is_padding)):
        if hidden:
            axes.fill(
                [column - 0.5, column + 0.5, column + 0.5, column - 0.5],
                [row - 0.5, row - 0.5, row + 0.5, row + 0.5],
                color="white",
            )


def _colour_scale(array: np.ndarray) -> Any:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    limit = float(abs(array).max())
    return ScalarMappable(Normalize(-limit, limit), DIVERGING)


def _readable_on(background: tuple[float, float, float, float]) -> str:
    red, green, blue, _alpha = background
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"


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
