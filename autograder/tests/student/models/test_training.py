"""The live display of a training: every word once, the best model kept and saved, an interrupt without loss."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.models import training
from autograder.student.models.checkpoints import load_checkpoint
from autograder.student.models.preflight import UPDATES_TO_CHANGE, TrainingProblem
from autograder.student.models.training import LiveTraining, warm_up_then_cosine

ARGUMENTS = {"in_features": 1, "out_features": 1}


@pytest.fixture
def model() -> nn.Linear:
    return nn.Linear(**ARGUMENTS)


def set_weight(model: nn.Linear, value: float) -> None:
    with torch.no_grad():
        model.weight.fill_(value)


@pytest.mark.parametrize(("rows", "bptt", "points"), [(2, 5, 3), (11, 5, 20), (12, 5, 2), (101, 7, 4)])
def test_pieces_hold_every_pair_of_neighbours_once(
    tmp_path: Path, model: nn.Linear, rows: int, bptt: int, points: int
) -> None:
    """Each piece begins with the last row of the one before; only the last window may be short."""
    source = torch.arange(rows * 3).view(rows, 3)
    live = LiveTraining(tmp_path / "lm", model, ARGUMENTS, {})
    parts = list(live.parts(source, bptt, points))
    pairs = [pair for part in parts for pair in zip(part[:-1].flatten(), part[1:].flatten(), strict=True)]
    assert pairs == list(zip(source[:-1].flatten(), source[1:].flatten(), strict=True))
    assert len(parts) <= points
    assert all((len(part) - 1) % bptt == 0 for part in parts[:-1])


def test_the_best_model_is_on_the_disk_and_in_the_kernel(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """A later and worse one replaces neither; a seed, what was measured and the whole curve are beside the weights."""
    source = torch.arange(40).view(20, 2)
    with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {"bigram": 250}, seed=7) as live:
        for number, _part in enumerate(live.parts(source, bptt=4, points=3)):
            set_weight(model, number)
            live.point(train_nats=5.0, valid_nats=[5.0, 4.0, 4.5][number])
    assert model.weight.item() == load_checkpoint(tmp_path / "lm").tensors["weight"].item() == 1
    notes = json.loads((tmp_path / "lm.json").read_text(encoding="utf-8"))
    assert notes == {
        "arguments": ARGUMENTS,
        "seed": 7,
        "words": 32,
        "valid_perplexity": round(math.exp(4), 3),
        "curve": [
            [tokens, round(math.exp(5), 4), round(math.exp(valid), 4)]
            for tokens, valid in ((16, 5), (32, 4), (38, 4.5))
        ],
    }
    output = capsys.readouterr()
    assert output.err == ""
    assert output.out.count("\n") == 4  # one line a point, and where the model is
    assert "54.6" in output.out
    assert "lm.safetensors" in output.out


def test_an_interrupt_loses_nothing(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was best is kept, the cell ends without an error, and the next cells run."""
    with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}) as live:
        set_weight(model, 3)
        live.point(5.0, 4.0)
        set_weight(model, 9)
        raise KeyboardInterrupt
    assert model.weight.item() == load_checkpoint(tmp_path / "lm").tensors["weight"].item() == 3
    assert capsys.readouterr().out.splitlines()[-1].startswith("You stopped the training.")


def test_an_early_interrupt_says_that_nothing_is_saved(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the first point there is nothing to keep."""
    with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}):
        raise KeyboardInterrupt
    assert "Nothing is saved" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_second_training_keeps_the_model_of_the_first(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even one that is stopped at its first, bad point: the earlier files get a number."""
    for weight in (1, 2, 3):
        with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}, run=weight) as live:
            set_weight(model, weight)
            live.point(5.0, 4.0)
            set_weight(model, weight + 0.5)
            live.point(5.0, 3.0)
    for stem, run in (("lm-1", 1), ("lm-2", 2), ("lm", 3)):
        assert load_checkpoint(tmp_path / stem).tensors["weight"].item() == run + 0.5
        assert json.loads((tmp_path / f"{stem}.json").read_text(encoding="utf-8"))["run"] == run
    assert "lm-2.safetensors" in capsys.readouterr().out


def test_a_sample_grows_under_the_curve(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the model wrote at each point, with its score; elsewhere a line each."""
    live = LiveTraining(tmp_path / "lm", model, ARGUMENTS, {})
    live.point(5.0, 4.0, lambda: "the of <the>")
    live.point(4.0, 3.0, lambda: "the people of")
    live.point(4.0, 3.0, lambda: str(1 / 0))  # is not worth an error
    page = live._samples_html()
    assert page.index("the of &lt;the&gt;") < page.index("the people of")
    assert page.count("<tr>") == 2
    assert "    the people of\n" in capsys.readouterr().out


def test_a_worse_second_training_says_that_a_better_model_lies_beside_it(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """It must not quietly take the file's name."""
    for nats in (3.0, 4.0):
        with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}) as live:
            live.point(5.0, nats)
    assert "A better model lies beside it: lm-1.safetensors" in capsys.readouterr().out


def test_a_training_that_cannot_be_handed_in_does_not_begin(tmp_path: Path, model: nn.Linear) -> None:
    """Found out before the first update, and not after the last."""
    with pytest.raises(TrainingProblem), LiveTraining(tmp_path / "lm", model, {"in_features": 1}, {}):
        raise AssertionError("it has begun")


def test_a_step_that_changes_nothing_is_ended(tmp_path: Path, model: nn.Linear) -> None:
    """A handful of updates are enough to know."""
    with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}) as live:
        step = live.counted(lambda loss: loss)
        for _update in range(UPDATES_TO_CHANGE - 1):
            step(torch.tensor(5.0))
        with pytest.raises(TrainingProblem, match="no weight has changed"):
            step(torch.tensor(5.0))


def test_a_training_that_diverges_late_ends_there_and_keeps_what_it_has(
    tmp_path: Path, model: nn.Linear, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not a number stays none: the minutes that are left would be lost."""

    def train() -> None:
        with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}) as live:
            step = live.counted(lambda loss: set_weight(model, float(loss)))
            for update in range(200):
                step(torch.tensor(9.0 - update / 100))
            live.point(5.0, math.log(60))
            step(torch.tensor(math.nan))

    with pytest.raises(TrainingProblem, match="has diverged: the loss of update 201 is nan"):
        train()
    assert "The best model, with perplexity 60.0" in capsys.readouterr().out


def test_an_error_is_not_swallowed(tmp_path: Path, model: nn.Linear) -> None:
    """The student's own mistake must be seen."""
    with pytest.raises(ZeroDivisionError), LiveTraining(tmp_path / "lm", model, ARGUMENTS, {}):
        raise ZeroDivisionError


def test_a_diverged_model_is_never_the_best(tmp_path: Path, model: nn.Linear) -> None:
    """Neither nan nor an infinite loss is saved, or keeps a later model from it."""
    live = LiveTraining(tmp_path / "lm", model, ARGUMENTS, {})
    live.point(math.nan, math.nan)
    live.point(1e9, math.inf)
    assert live.best is None
    live.point(5.0, 4.0)
    live.point(math.nan, math.nan)
    assert live.best is not None
    assert live.best.valid_nats == 4.0


def test_a_notebook_gets_one_bar_and_one_curve(
    tmp_path: Path, model: nn.Linear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They change in place: with every new point and update the same two outputs are shown anew."""
    shown: list[list[str]] = []

    class Handle:
        def __init__(self, content: Any) -> None:
            self.pictures = [content.data]
            shown.append(self.pictures)

        def update(self, content: Any) -> None:
            self.pictures.append(content.data)

    def display(content: Any, display_id: bool) -> Handle:
        assert display_id
        return Handle(content)

    monkeypatch.setattr(training, "_is_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    source = torch.arange(40).view(20, 2)
    step: Callable[[torch.Tensor], Any] = torch.Tensor.item
    with LiveTraining(tmp_path / "lm", model, ARGUMENTS, {"bigram": 250}) as live:
        for _part in live.parts(source, bptt=4, points=3):
            live.counted(step)(torch.tensor(5.0))
            live.point(5.0, 4.0)
    bars, curves = shown
    assert len(bars) == 5  # at the start, at three updates, at the end
    assert "update 3 of 5" in bars[-1]
    assert len(curves) == 3
    assert all(curve.startswith("<img") for curve in curves)


def test_the_learning_rate_rises_and_then_falls_to_nothing() -> None:
    """A tenth of the updates up to the top, then half a cosine down; further steps stay at 0."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
    schedule = warm_up_then_cosine(optimizer, updates=100)
    rates = []
    for _update in range(105):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates[:10] == pytest.approx([0.2 * number for number in range(1, 11)])
    assert all(later < earlier for earlier, later in pairwise(rates[9:100]))
    assert rates[54] == pytest.approx(1.0)
    assert rates[99:] == pytest.approx([0.0] * 6, abs=1e-12)
