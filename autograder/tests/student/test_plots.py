"""The shared plots: they draw the numbers they are given, name their axes, and leave no figure open."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import pytest
import torch
from torch import nn

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.figure import Figure

from autograder.student import plots
from autograder.student.plots import drawing, runs
from autograder.student.plots.curves import _gate_values

EXAMPLES: dict[str, Callable[[], Figure]] = {
    "learning_curve": lambda: plots.learning_curve({"a": [2.0, 1.0], "b": torch.ones(2)}, {"floor": 0.5}),
    "training_curve": lambda: plots.training_curve([10, 20], {"train": [2.0, 1.0]}, {"bigram": 4.5}),
    "bits_curve": lambda: plots.bits_curve([10, 20], {"train": [2.0, 1.0]}, {"bigram": 1.7}),
    "memory_curve": lambda: plots.memory_curve([1, 10], {"cleared": [9.0, 7.0]}, {"never": 6.5}),
    "batches": lambda: plots.batches(torch.tensor([[0, 3], [1, 4], [2, 5]]), "abcdefg", bptt=2),
    "next_words": lambda: plots.next_words({"cold": [0.1, 0.9], "hot": [0.5, 0.5]}, ["a", "b"]),
    "gradient_norms": lambda: plots.gradient_norms({"a": [0.0, 0.1, 1.0]}, cuts=[1]),
    "padding": lambda: plots.padding(torch.tensor([1, 3, 2])),
    "heatmaps": lambda: plots.heatmaps({"p": torch.eye(2), "q": -torch.eye(2)}, "cell", "name", ["ü", "é"]),
    "next_symbol": lambda: plots.next_symbol({"now": [[0.2, 0.8], [1.0, 0.0]]}, "ab", ["a", "b"]),
    "confusion": lambda: plots.confusion([[3, 1], [0, 0]], ["yes", "no"]),
    "gates": lambda: plots.gates(nn.LSTM(2, 3), torch.randn(4, 2), list("abcd")),
    "coloured_text": lambda: plots.coloured_text("a b\ncd", torch.tensor([-1.0, 0.0, 0.5, 0.1, 1.0, 0.2])),
    "vocabulary_growth": lambda: plots.vocabulary_growth([10, 100], {"words": [8, 50]}),
    "scaling": lambda: plots.scaling([10, 100], {"loop": [0.1, 1.0], "scan": [0.1, 0.2]}),
    "growing_pieces": lambda: plots.growing_pieces({"none": list(" ab"), "one": [" a", "b"]}),
    "lattice": lambda: plots.lattice("aab", {"a": -1.0, "b": -2.0, "ab": -2.5}, ["a", "ab"]),
    "comparison": lambda: plots.comparison(["letters", "words"], [5.0, 500.0], [2.0, 2.1]),
    "surprise": lambda: plots.surprise(["to", "␣be"], [3.0, 0.5]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_plot_is_a_closed_figure_that_can_be_drawn(name: str) -> None:
    """An open one would be shown twice in a notebook; drawing is when matplotlib finds its errors."""
    figure = EXAMPLES[name]()
    assert isinstance(figure, Figure)
    assert not plt.get_fignums()
    figure.savefig("/dev/null" if sys.platform != "win32" else "nul", format="png")


def test_every_public_plot_has_an_example_here() -> None:
    """So that the test above means something for a new one."""
    in_html = {"coloured_words", "next_word_table", "surprising_words", "token_blocks", "tried"}
    assert set(plots.__all__) == {*EXAMPLES, *in_html}


def test_the_lines_are_the_values() -> None:
    """A short curve is drawn as it is, a long one has its running mean on top."""
    (pale, line) = plots.learning_curve({"a": [2.0, 1.0, 0.5]}).axes[0].lines
    assert list(line.get_ydata()) == list(pale.get_ydata()) == [2.0, 1.0, 0.5]
    noisy = torch.tensor([0.0, 2.0]).repeat(200)
    (pale, line) = plots.learning_curve({"a": noisy}).axes[0].lines
    assert list(pale.get_ydata()) == noisy.tolist()
    assert abs(line.get_ydata()[200] - 1) < 0.1


def test_the_gates_are_those_of_the_lstm() -> None:
    """i, f and o of each step give PyTorch's own next memory, together with the candidate."""
    torch.manual_seed(0)
    lstm, x = nn.LSTM(2, 3), torch.randn(5, 2)
    values = _gate_values(lstm, x)
    with torch.no_grad():
        outputs, (_h, c) = lstm(x)
    torch.testing.assert_close(values["c"][-1], c[0])
    torch.testing.assert_close(values["o"] * values["c"].tanh(), outputs)
    open_i = (values["c"][1:] - values["f"][1:] * values["c"][:-1]) / values["i"][1:]
    assert open_i.abs().max() < 1  # what is left is a tanh


def test_the_padding_picture_counts_steps() -> None:
    """Four rows by three steps, of which seven are real."""
    padded, packed = plots.padding(torch.tensor([1, 3, 2, 1])).axes
    assert padded.get_title() == "padded: 12 steps, 7 of them real"
    assert packed.get_title() == "packed, sorted by length: 7 steps"
    assert padded.images[0].get_array().sum() == 7


def test_a_confusion_row_is_in_per_cent() -> None:
    """Each row sums to a hundred, and an empty class does not divide by zero."""
    image = plots.confusion([[3, 1], [0, 0]], ["yes", "no"]).axes[0].images[0]
    assert image.get_array().tolist() == [[75.0, 25.0], [0.0, 0.0]]


def test_importing_the_module_does_not_import_matplotlib() -> None:
    """The setup cell of every submission imports it, and matplotlib costs the grader a second."""
    program = "import sys; import autograder.student.plots; print('matplotlib' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_the_picture_of_a_batch_writes_each_token_at_its_place() -> None:
    """The text above, the batch below, and what the batch leaves out is crossed out."""
    text, table = plots.batches(torch.tensor([[0, 3], [1, 4], [2, 5]]), "abcdefg", bptt=2).axes
    assert "".join(label.get_text() for label in text.texts) == "abcdefg"
    assert [label.get_text() for label in table.texts[:6]] == ["a", "d", "b", "e", "c", "f"]
    assert [tuple(line.get_xdata()) for line in text.lines] == [(6,)]
    windows = [sorted(set(line.get_ydata())) for line in table.lines]
    assert len(windows) == 1
    assert round(windows[0][0]) == 0
    assert round(windows[0][1]) == 1


def test_the_right_axis_of_a_training_curve_is_the_perplexity() -> None:
    """Its ticks stand where the loss is the logarithm of what they say."""
    (axes,) = plots.training_curve([10, 20], {"train": [5.0, 4.0]}, {"uniform": 5000}).axes
    (right,) = axes.child_axes
    assert {
        label.get_text(): round(tick, 4)
        for tick, label in zip(right.get_yticks(), right.get_yticklabels(), strict=True)
    }["100"] == round(math.log(100), 4)
    assert axes.texts[0].get_text() == "uniform: 5000"


def test_bars_of_next_words_start_with_the_best_one() -> None:
    """In the order of the first panel, so that panels can be compared row by row."""
    first, second = plots.next_words(
        {"cold": [0.1, 0.7, 0.2], "hot": [0.4, 0.3, 0.3]}, ["a", "b", "c"], 2
    ).axes
    assert [round(bar.get_width(), 6) for bar in first.patches] == [0.7, 0.2]
    assert [round(bar.get_width(), 6) for bar in second.patches] == [0.3, 0.3]
    assert "(all other words: 40%)" in second.get_title()


def test_the_pieces_of_a_stage_lie_side_by_side_in_its_row() -> None:
    """A box is as wide as its piece has letters, and stands where these stand in the word."""
    (axes,) = plots.growing_pieces({"none": list(" abc"), "two": [" a", "bc"]}).axes
    assert [label.get_text() for label in axes.texts] == ["␣", "a", "b", "c", "␣a", "bc"]
    assert [label.get_position() for label in axes.texts[-2:]] == [(1.0, 1), (3.0, 1)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["none", "two"]


def test_the_lattice_has_every_piece_that_fits_and_marks_the_best_way() -> None:
    """A piece that stands twice in the word has two arcs; the best way lies below the letters, the others above."""
    (axes,) = plots.lattice("aab", {"a": -1.0, "b": -2.0, "ab": -2.5, "x": -0.1}, ["a", "ab"]).axes
    arcs = [line for line in axes.lines if len(line.get_xdata()) > len("aab") + 1]
    spans = {
        (round(line.get_xdata()[0]), round(line.get_xdata()[-1])): line.get_ydata()[20] < 0 for line in arcs
    }
    assert spans == {(0, 1): True, (1, 2): False, (2, 3): False, (1, 3): True}


def test_a_comparison_says_its_numbers() -> None:
    """Each bar has its value written behind it, and the first name stands on top."""
    left, right = plots.comparison(["letters", "words"], [5.0, 1500.0], [2.0, 2.125]).axes
    assert [label.get_text() for label in left.texts] == ["5.0", "1,500.0"]
    assert [label.get_text() for label in right.texts] == ["2.00", "2.12"]
    assert left.get_xscale() == "log"
    assert left.yaxis_inverted()


def test_lines_of_one_colour_family_differ_in_their_style() -> None:
    """Five curves, two of them blue: none is told from another by its shade alone."""
    (axes,) = plots.gradient_norms({name: [1.0, 0.1] for name in "abcde"}).axes
    assert len({line.get_linestyle() + str(line._dash_pattern) for line in axes.lines}) == 5


def test_a_gradient_of_zero_is_marked_and_not_just_cut_off() -> None:
    """On a logarithmic axis a line would end there, as if it went on unseen."""
    (axes,) = plots.gradient_norms({"cut": [0.0, 0.0, 0.5, 1.0], "whole": [0.1, 0.2, 0.5, 1.0]}).axes
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "x"] == [[0, 1]]
    assert [text.get_text() for text in axes.texts] == ["exactly 0"]
    assert not plots.gradient_norms({"whole": [0.1, 1.0]}).axes[0].texts


def test_a_flat_distribution_is_seen_beside_a_steep_one() -> None:
    """Each panel has a scale of its own."""
    steep, flat = plots.next_words({"cold": [0.9, 0.1], "hot": [0.01, 0.01]}, ["a", "b"]).axes
    assert flat.get_xlim()[1] < 0.1 < steep.get_xlim()[1]


def test_a_single_curve_is_its_title_and_landmarks_stand_behind_its_end() -> None:
    """No name lies over a curve, on a logarithmic axis neither."""
    (axes,) = plots.learning_curve({"hello": [2.0, 1.0]}, {"floor": 0.5}).axes
    assert axes.get_title() == "hello"
    (label,) = axes.texts
    assert (label.get_text(), label.xy[0], label.get_ha()) == ("floor", 1, "right")
    assert axes.get_xlim()[1] > 1.3
    (axes,) = plots.memory_curve([1, 100], {"cleared": [9.0, 7.0]}, {"never": 6.5}).axes
    assert axes.get_xlim()[1] > 400


def test_what_two_models_expect_stands_side_by_side() -> None:
    """A column for each letter read; zeros are not written."""
    early, late = plots.next_symbol({"early": [[0.5, 0.5]], "late": [[0.0, 1.0]]}, "a", ["x", "y"]).axes[:2]
    assert [axes.get_title() for axes in (early, late)] == ["early", "late"]
    assert [text.get_text() for text in early.texts] == ["0.50", "0.50"]
    assert [text.get_text() for text in late.texts] == ["1.00"]


def test_an_experiment_keeps_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row each, the same run once, and other experiments apart."""
    monkeypatch.setattr(runs, "_tried", {})
    plots.tried("radius", radius=0.5, left=1e-18)
    plots.tried("merges", merges=10)
    plots.tried("radius", radius=1.5, left="a < b")
    shown = plots.tried("radius", radius=0.5, left=1e-18)
    assert repr(shown) == "radius 0.5  left 1e-18\nradius 1.5  left a < b"
    page = shown._repr_html_()
    assert "<th>radius</th><th>left</th>" in page
    assert "<td>1e-18</td>" in page
    assert "a &lt; b" in page
    assert "</div><table>" in page, "in a caption the sentence would be as narrow as the table"
    assert "merges" not in page


def test_labels_are_translated_where_a_font_can_draw_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Korean font a label stays English: it would be a row of boxes."""
    monkeypatch.setattr(drawing, "_", {"bits": "비트", "loss": "Verlust"}.get)
    for fonts, label in (([], "bits"), (["NanumGothic"], "비트")):
        monkeypatch.setattr(drawing, "_installed_hangul_fonts", lambda found=fonts: found)
        assert drawing.drawable("bits") == label
        assert drawing.drawable("loss") == "Verlust"


def test_a_font_out_of_a_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package itself is not imported: what it imports is gone since Python 3.12."""
    added: list[Path] = []
    places = SimpleNamespace(submodule_search_locations=["site/koreanize_matplotlib"])
    monkeypatch.setattr(drawing.importlib.util, "find_spec", {"koreanize_matplotlib": places}.get)
    monkeypatch.setattr(font_manager.fontManager, "addfont", added.append)
    drawing._installed_hangul_fonts.__wrapped__()
    assert added == [Path("site/koreanize_matplotlib/fonts/NanumGothic.ttf")]


@pytest.mark.parametrize(("step", "is_found"), [("학습 단계", True), ("training step", False)])
def test_a_korean_readers_system_is_searched_for_a_font(
    step: str, is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For one that was installed after matplotlib made its list, also in a collection; other fonts are not read."""
    fonts = [SimpleNamespace(name="DejaVu Sans")]
    monkeypatch.setattr(drawing, "_", {"training step": step}.get)
    monkeypatch.setattr(drawing.importlib.util, "find_spec", {}.get)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
    monkeypatch.setattr(
        font_manager.fontManager,
        "addfont",
        lambda path: fonts.append(
            SimpleNamespace(name={"NotoSansCJK-Regular.ttc": "Noto Sans CJK JP"}[path.name])
        ),
    )
    monkeypatch.setattr(
        font_manager, "findSystemFonts", lambda: ["/f/NotoSansCJK-Regular.ttc", "/f/Symbols.ttf"]
    )
    assert drawing._installed_hangul_fonts.__wrapped__() == (["Noto Sans CJK JP"] if is_found else [])
