"""Shows a training of minutes while it runs, and keeps the best model so far: a bar, a curve, samples, a checkpoint.

In a notebook the bar and the curve move; anywhere else every point of the curve is one printed line. Nothing is
written to stderr. To stop it (the square button, or Ctrl-C) is not an error: the best model so far is kept.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import html
import io
import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from autograder.student.core import kernel
from autograder.student.core.language import _
from autograder.student.core.spec import ARGUMENTS_SUFFIX, WEIGHTS_SUFFIX
from autograder.student.models import preflight
from autograder.student.models.checkpoints import save_checkpoint
from autograder.student.models.earlier import better_earlier
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.progress import InBitsPerByte, InPerplexity, Point, Progress
from autograder.student.plots.drawing import COLOURS, GREY

WARM_UP = 0.1  # of all updates
BAR_STEPS = 200  # a bar that moved more often would only make the notebook larger


def warm_up_then_cosine(optimizer: torch.optim.Optimizer, updates: int) -> LambdaLR:
    """A learning rate that rises during a tenth of all updates, and then falls to 0 along half a cosine.

    Call its `step()` after each `optimizer.step()`. The rate that the optimizer was made with is the highest one.
    """

    def share(update: int) -> float:
        done = min((update + 1) / updates, 1.0)
        if done < WARM_UP:
            return done / WARM_UP
        return (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2

    return LambdaLR(optimizer, share)


class LiveTraining:
    """Watches a training, and saves the model whenever it is better on the validation text than ever before.

    >>> with LiveTraining("rnn_lm", model, arguments, {"bigram": 253.2}, seed=1) as live:
    ...     for rows in live.parts(train_rows, bptt=35, points=20):
    ...         train_nats = train_epoch(model, rows, 35, live.counted(step))
    ...         live.point(train_nats, evaluate(model, valid_rows, 35))
    """

    def __init__(
        self,
        stem: str | Path,
        model: nn.Module,
        arguments: Mapping[str, Any],
        baselines: Mapping[str, float],
        bytes_per_piece: float | None = None,
        **notes: Any,
    ) -> None:
        """The checkpoint is two files, `stem.safetensors` and `stem.json`.

        `arguments` are those of the model's constructor, by name, `baselines` are what it is compared with, and
        `notes` (a seed) are saved with the model. A model of words is measured in perplexity. A model of pieces
        says how many bytes of the validation text a piece has, and is measured in bits per byte.
        """
        self.points: list[Point] = []
        self.best: Point | None = None
        self._stem, self._model, self._arguments, self._notes = Path(stem), model, arguments, notes
        self._baselines = baselines
        self._best_weights: dict[str, torch.Tensor] = {}
        self._is_of_words = bytes_per_piece is None
        self._progress: Progress = InBitsPerByte(bytes_per_piece) if bytes_per_piece else InPerplexity()
        self._tokens = self._updates = 0
        self._all_updates = 1
        self._started = time.monotonic()
        self._bar, self._curve, self._samples = OutputSlot(), OutputSlot(), OutputSlot()
        self._written: list[tuple[Point, str]] = []
        self._first_updates = preflight.FirstUpdates(model)

    def parts(self, source: torch.Tensor, bptt: int, points: int) -> Iterator[torch.Tensor]:
        """A batchified text in at most `points` pieces, each of whole windows of `bptt` rows.

        The last row of a piece is also the first row of the next one, so every token is predicted once. Before the
        first one the model has to read two rows, and what is wrong with the ids is said.
        """
        vocab_size = self._arguments.get("vocab_size")
        preflight.assert_reads(self._model, source, vocab_size)
        words = [
            each for each in MEASURED_MODELS.values() if each.stem == self._stem.name and self._is_of_words
        ]
        for found in filter(None, (preflight.about_ids(source, each.corpus, vocab_size) for each in words)):
            print(found, flush=True)
        self._all_updates = math.ceil((len(source) - 1) / bptt)
        rows = math.ceil(self._all_updates / points) * bptt
        for first in range(0, len(source) - 1, rows):
            part = source[first : first + rows + 1]
            self._tokens += part[1:].numel()
            yield part

    def counted(self, step: Callable[[torch.Tensor], Any]) -> Callable[[torch.Tensor], None]:
        """The same step, and the bar moves with it; one that cannot train anything is ended after a few updates."""

        def step_and_count(loss: torch.Tensor) -> None:
            nats = float(loss.detach())
            step(loss)
            self._updates += 1
            if found := self._first_updates.saw(nats):
                print(found, flush=True)
            if self._updates % math.ceil(self._all_updates / BAR_STEPS) == 0:
                self._bar.show(self._bar_html())

        return step_and_count

    def point(self, train_nats: float, valid_nats: float, sample: Callable[[], str] | None = None) -> None:
        """A new point of the curve: mean nats per token on the last piece of training text, and on other text.

        `sample` says what the model writes by now; it is shown under the curve, below those of the points before. If it
        fails there is none: a training of minutes must not end for a decoration.
        """
        point = Point(self._tokens, train_nats, valid_nats)
        self.points.append(point)
        if valid_nats < (self.best.valid_nats if self.best else math.inf):  # which nan never is
            self._keep(point)
        self._curve.show(self._curve_html, self._progress.line(point))
        if sample is not None:
            with contextlib.suppress(Exception):
                self._written.append((point, sample()))
                self._samples.show(self._samples_html, f"    {self._written[-1][1]}")

    def _keep(self, point: Point) -> None:
        if self.best is None:
            self._set_aside()
        self.best = point
        self._best_weights = copy.deepcopy(
            self._model.state_dict()
        )  # not a reference: that would go on changing
        self._save()

    def _save(self) -> None:
        """Writes the best model, which must be in place, with the learning curve so far."""
        assert self.best is not None
        rows = [
            [
                point.tokens,
                *(round(self._progress.measured(nats), 4) for nats in (point.train_nats, point.valid_nats)),
            ]
            for point in self.points
            if math.isfinite(point.train_nats) and math.isfinite(point.valid_nats)
        ]
        notes = {**self._notes, **self._progress.notes(self.best), "curve": rows}
        save_checkpoint(self._model, self._arguments, self._stem, **notes)

    def _set_aside(self) -> None:
        """Gives the files of an earlier training another name: its minutes must not be lost to a worse one."""
        files = [Path(f"{self._stem}{suffix}") for suffix in (WEIGHTS_SUFFIX, ARGUMENTS_SUFFIX)]
        if not any(file.exists() for file in files):
            return
        number = 1
        while Path(f"{self._stem}-{number}{WEIGHTS_SUFFIX}").exists():
            number += 1
        for file in filter(Path.exists, files):
            file.rename(f"{self._stem}-{number}{file.suffix}")
        text = _("The model of an earlier training is kept as {weights}.")
        print(text.format(weights=f"{self._stem.name}-{number}{WEIGHTS_SUFFIX}"), flush=True)

    def __enter__(self) -> LiveTraining:
        preflight.assert_can_be_handed_in(
            self._model, self._arguments, self._notes, is_of_pieces=not self._is_of_words
        )
        self._bar.show(self._bar_html())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        was_stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
        if self.best is not None:
            self._model.load_state_dict(self._best_weights)
            if self.points[-1] is not self.best:  # what came after it belongs to the curve, too
                self._save()
        self._bar.show(self._bar_html())  # the last updates are fewer than the bar's step
        has_diverged = kind is not None and issubclass(kind, preflight.TrainingProblem)
        if kind is None or was_stopped or (has_diverged and self.best is not None):
            print(self._summary(was_stopped))
        return was_stopped  # any other error goes on its way

    def _summary(self, was_stopped: bool) -> str:
        sentences = [_("You stopped the training.")] if was_stopped else []
        if self.best is None:
            sentences.append(_("Nothing is saved: no model has been measured yet."))
        else:
            files = [f"{self._stem.name}{suffix}" for suffix in (WEIGHTS_SUFFIX, ARGUMENTS_SUFFIX)]
            sentences.append(self._progress.best(self.best, *files))
            sentences += better_earlier(self._stem)
        return " ".join(sentences)

    def _bar_html(self) -> str:
        share = min(self._updates / self._all_updates, 1.0)
        text = _("update {done:,} of {all:,}").format(done=self._updates, all=self._all_updates)
        if self.best is not None:
            text += " · " + self._progress.bar(self.best.valid_nats)
        if 0 < share < 1:
            seconds = (time.monotonic() - self._started) * (1 / share - 1)
            text += " · " + _("about {minutes:.1f} minutes left").format(minutes=seconds / 60)
        return (
            '<div style="max-width:50em">'
            '<div style="background:#cccccc;border-radius:3px">'
            f'<div style="background:{COLOURS[0]};border-radius:3px;height:8px;width:{share:.1%}"></div>'
            f"</div><div>{html.escape(text)}</div></div>"
        )

    def _samples_html(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:right;color:{GREY};white-space:nowrap;vertical-align:top'>"
            f"{html.escape(self._progress.bar(point.valid_nats))}</td>"
            f"<td style='text-align:left'>{html.escape(sample)}</td></tr>"
            for point, sample in self._written
        )
        return f"<table style='max-width:60em'>{rows}</table>"

    def _curve_html(self) -> str:
        figure = self._progress.figure(self.points, self._baselines)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        image = base64.b64encode(buffer.getvalue()).decode("ascii")
        title = self._progress.title(self.points[-1].valid_nats)
        return f'<img style="max-width:100%" src="data:image/png;base64,{image}" alt="{html.escape(title)}">'


class OutputSlot:
    """One place in the output of a cell, where each thing that is shown takes the place of the one before."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, picture: str | Callable[[], str], line: str = "") -> None:
        """HTML (or what makes it, if it is costly) in a notebook; elsewhere the line is printed, if there is one."""
        if not _is_notebook():
            if line:
                print(line, flush=True)
            return
        from IPython.display import HTML, display

        content = HTML(picture if isinstance(picture, str) else picture())
        if self._handle is None:
            self._handle = display(content, display_id=True)
        else:
            self._handle.update(content)


def _is_notebook() -> bool:
    return hasattr(kernel.shell(), "kernel")
