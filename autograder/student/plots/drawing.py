"""Colours, figures and lines: what all pictures of this folder share."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from autograder.student.core.language import _

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Numbers: TypeAlias = "torch.Tensor | np.ndarray | Sequence[float]"
Table: TypeAlias = torch.Tensor | Sequence[Sequence[float]]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
GREY = "#7c7c7c"  # readable on white and on the dark theme
LINE_STYLES: tuple[Any, ...] = (
    "-",
    "--",
    "-.",
    ":",
    (0, (8, 2, 1, 2, 1, 2)),
)  # five: no two blue lines alike
SEQUENTIAL = "cividis"
DIVERGING = "PuOr"
ROOM_FOR_NAMES = 0.27  # of the width of a picture
# Fonts with every syllable, and the files they come in. Of a collection matplotlib knows the first font alone, which in
# the file of Noto is that for Japanese.
HANGUL_FONTS = (
    *("Noto Sans CJK KR", "Noto Sans CJK JP", "Noto Sans KR", "NanumGothic"),
    *("Malgun Gothic", "Apple SD Gothic Neo"),
)
HANGUL_FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansKR-Regular.otf",
    "NanumGothic.ttf",
    "malgun.ttf",
    "AppleSDGothicNeo.ttc",
)


def new_figure(width: float, height: float, **subplots: Any) -> tuple[Figure, Any]:
    # Imported here, because it takes a second, and the grader imports this module without ever drawing.
    import matplotlib.pyplot as plt

    plt.rcParams["font.family"] = ["DejaVu Sans", *_installed_hangul_fonts()]
    figure, axes = plt.subplots(figsize=(width, height), dpi=100, layout="constrained", **subplots)
    plt.close(figure)  # an open figure would be shown twice: by pyplot, and as the result of the cell
    return figure, axes


def drawable(sentence: str) -> str:
    """The sentence in the reader's language, if a font of this machine can draw it; else as it is."""
    translation = _(sentence)
    return sentence if _is_hangul(translation) and not _installed_hangul_fonts() else translation


def _is_hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


@functools.cache
def _installed_hangul_fonts() -> list[str]:
    """The fonts that can draw a Korean translation; DejaVu, which comes with matplotlib, cannot.

    The package koreanize-matplotlib brings one; it is read and not imported, since Python 3.12 has not what it imports.
    A Korean reader's system is searched as well, since matplotlib's own list may be older than its fonts. Nobody else's
    is: it takes a process, which the grader's sandbox refuses.
    """
    from matplotlib import font_manager

    package = importlib.util.find_spec("koreanize_matplotlib")
    folders = (package and package.submodule_search_locations) or ()
    files = [Path(folder, "fonts", "NanumGothic.ttf") for folder in folders]
    if _is_hangul(_("training step")) and not files:
        files = [path for path in map(Path, font_manager.findSystemFonts()) if path.name in HANGUL_FILES]
    for path in files:
        font_manager.fontManager.addfont(path)
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [font for font in HANGUL_FONTS if font in installed]


def as_array(values: Any) -> np.ndarray:
    return torch.as_tensor(values, dtype=torch.float64).detach().cpu().numpy()


def draw_lines(
    axes: Axes, series: Mapping[str, Numbers], x: Sequence[float] | None = None, marker: str = ""
) -> None:
    """One line per name, over its indices or over `x`."""
    for index, (name, values) in enumerate(series.items()):
        colour, style = COLOURS[index % len(COLOURS)], LINE_STYLES[index % len(LINE_STYLES)]
        array = as_array(values)
        places = range(len(array)) if x is None else x
        axes.plot(
            places, array, color=colour, linestyle=style, linewidth=2, label=name, marker=marker, markersize=4
        )
    if len(series) > 1:
        axes.legend(frameon=False)
    else:
        axes.set_title(next(iter(series), ""))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def draw_landmarks(axes: Axes, heights: Mapping[str, float]) -> None:
    """Horizontal lines to compare with, each with its name in the room that is made behind the end of the curves."""
    if heights:
        _make_room_at_the_right(axes)
    for name, height in heights.items():
        axes.axhline(height, color="grey", linestyle=":")
        axes.annotate(
            name,
            (1, height),
            (-2, -3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="top",
        )


def _make_room_at_the_right(axes: Axes) -> None:
    """Widens the axis so that what is drawn ends at three quarters of it, on a logarithmic axis as well."""
    scale = axes.xaxis.get_transform()
    left, right = (float(end) for end in scale.transform(axes.get_xlim()))
    axes.set_xlim(right=float(scale.inverted().transform(left + (right - left) / (1 - ROOM_FOR_NAMES))))


def entries(array: np.ndarray) -> Iterable[tuple[tuple[int, int], float]]:
    return (
        ((row, column), float(value)) for row, line in enumerate(array) for column, value in enumerate(line)
    )


def readable_on(background: tuple[float, float, float, float]) -> str:
    red, green, blue, _alpha = background
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
