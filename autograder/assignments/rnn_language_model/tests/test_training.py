"""What is promised of `sgd_step_`, `train_epoch` and `evaluate`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from autograder.assignments.rnn_language_model.doubles import RememberingModel
from autograder.student.checking.comparing import assert_equal, assert_kind, assert_tensor, blaming
from autograder.student.checking.doubles import LibraryLanguageModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

V = 7  # words in the vocabulary
NORM_RTOL = 1e-4  # PyTorch adds 1e-6 to the norm before it divides


# Stand-ins with everything drawn anew


def remembering(
    draw: Draw, *, pair: bool = False, while_training: float = 1.0, rows: int = 29
) -> RememberingModel:
    """A model whose scores depend on everything read; in float64, its start state not zero."""
    model = draw.weights(RememberingModel(V, rows, pair, while_training), scale=1.5)
    for start in model.buffers():
        start.fill_(draw.random.randrange(1, rows))
    return model


def library_model(draw: Draw, kind: str, **options: Any) -> LibraryLanguageModel:
    """A model out of library parts with random weights in float64; its start state is not zero."""
    model = draw.weights(LibraryLanguageModel(kind, V, 4, options.pop("hidden", 5), **options))
    for start in model.buffers():
        start.copy_(torch.tanh(draw.normal(*start.shape)))
    return model


def nats_of_each_word(
    model: RememberingModel, source: torch.Tensor, temperature: float = 1.0
) -> torch.Tensor:
    """(T-1, B) the nats that each word of the source costs after all the words above it, read off the table."""
    costs = (-torch.log_softmax(model.table.detach() / temperature, dim=1)).tolist()
    starts = [int(start.item()) for start in model.buffers()]
    columns = []
    for column in source.T.tolist():
        number, second = (*starts, 0)[:2]
        nats = []
        for word, following in pairwise(column):
            number = (3 * number + word + 1) % model.rows
            second = (second + number) % model.rows if model.pair else 0
            nats.append(costs[(number + second) % model.rows][following])
        columns.append(nats)
    return torch.tensor(columns, dtype=torch.float64).T


# Whose fault is it?


def probe_get_batch(student: Student) -> None:
    """Fails if `get_batch` itself is not right: then what reads the text with it cannot be."""
    source = torch.arange(14).view(2, 7).T.contiguous()
    for i, last in ((0, 3), (3, 6)):
        data, target = source[i:last], source[i + 1 : last + 1].reshape(-1)
        assert_equal(student.get_batch(source, i, 3), (data, target))


def probe_repackage(student: Student, draw: Draw) -> None:
    """Fails if `repackage` itself is not right: then the graph of one window reaches into the next."""
    h, c = draw.normal(1, 2, 3), draw.normal(1, 2, 3)
    assert_equal(student.repackage((h, c)), (h, c))
    assert_equal(student.repackage(h), h)
    product = student.put(h.clone().requires_grad_()).mul.keep(2.0)
    after = student.repackage.keep(product).fetch()
    assert_equal(after.get("has_graph"), False)


@contextmanager
def blaming_earlier(student: Student, draw: Draw, task: str) -> Iterator[None]:
    """A failure of a task names `get_batch` or `repackage`, if that one is called and is wrong."""
    with ExitStack() as stack:
        # The outer one has the last word: where both are wrong, get_batch is to be mended first.
        stack.enter_context(blaming(student, task, "get_batch", lambda: probe_get_batch(student)))
        stack.enter_context(blaming(student, task, "repackage", lambda: probe_repackage(student, draw)))
        yield


# sgd_step_


def fetched_parameters(model: Remote, expected: nn.Module) -> dict[str, torch.Tensor]:
    """The parameters of a kept model, after a look that they are all there."""
    found: Any = model.fetch().get("parameters")
    assert_kind(found, dict, _("what became of the model"))
    for name, parameter in expected.named_parameters():
        assert_tensor(found.get(name), parameter.shape, parameter.dtype, f"`{name}`")
    return found


def assert_parameters(model: Remote, expected: nn.Module, what: str, rtol: float = 1e-6) -> None:
    """Raises `CheckFailed` with the first parameter of a kept model that is not as expected."""
    found = fetched_parameters(model, expected)
    for name, parameter in expected.named_parameters():
        assert_equal(found[name], parameter.detach(), f"{what} `{name}`", rtol=rtol)


def assert_norm(got: Any, expected: float) -> None:
    """Raises `CheckFailed` unless the norm is right, as a float."""
    assert_equal(got, expected, _("the norm returned"), rtol=NORM_RTOL)


class Slope:
    """A linear layer on the student's side and a loss on it whose gradients can be told without autograd."""

    def __init__(self, student: Student, draw: Draw) -> None:
        self.layer = draw.weights(nn.Linear(3, 2))
        self.kept = student.put(self.layer)
        self.turn(draw)

    def turn(self, draw: Draw) -> None:
        """Draws another loss: the sum of the layer's outputs for inputs x (4, 3), each times a number of u (4, 2)."""
        self.x, self.u = draw.normal(4, 3), draw.normal(4, 2)

    def loss(self) -> Remote:
        """The loss, kept on the student's side with its graph."""
        return self.kept.keep(self.x).mul.keep(self.u).sum.keep()

    @property
    def gradients(self) -> dict[str, torch.Tensor]:
        """The gradients of the loss: they do not depend on the weights."""
        return {"weight": self.u.T @ self.x, "bias": self.u.sum(dim=0)}

    @property
    def norm(self) -> float:
        """The length of both gradients taken together."""
        return math.hypot(*(gradient.norm().item() for gradient in self.gradients.values()))

    def move(self, distance: float) -> None:
        """Moves our own copy of the layer against the gradients."""
        for name, parameter in self.layer.named_parameters():
            parameter.data.sub_(distance * self.gradients[name])


@pytest.mark.task("sgd_step_")
@pytest.mark.hint(
    "In which direction does the loss fall: along the gradient, or against it?",
    "Which lengths have the two gradients? And both together, as one long vector?",
)
def test_step_against_the_gradient(student: Student, draw: Draw) -> None:
    """Every parameter moves by lr times its gradient, downhill; the norm of all gradients is returned."""
    slope = Slope(student, draw)
    got = student.sgd_step_(slope.kept, slope.loss(), 0.3, 10 * slope.norm)
    slope.move(0.3)
    assert_parameters(slope.kept, slope.layer, _("with a norm below clip, after the step,"))
    assert_norm(got, slope.norm)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint(
    "One norm for the whole model: what does clipping do to the direction of the step?",
    "Which of the two norms is to be returned, that before clipping or that after it?",
)
def test_long_gradients_are_clipped(student: Student, draw: Draw) -> None:
    """Above `clip` all gradients are shortened by one factor; the norm from before clipping is returned."""
    slope = Slope(student, draw)
    got = student.sgd_step_(slope.kept, slope.loss(), 0.3, slope.norm / 4)
    slope.move(0.3 / 4)
    assert_parameters(slope.kept, slope.layer, _("with a norm four times clip, after the step,"), NORM_RTOL)
    assert_norm(got, slope.norm)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint(
    "What does `backward` do with a .grad that is there already?",
    "Print the norm of two steps on the same loss. Should it grow?",
)
def test_gradients_of_an_earlier_loss_play_no_part(student: Student, draw: Draw) -> None:
    """What an earlier loss has left in .grad is cleared: only this loss counts."""
    slope = Slope(student, draw)
    slope.loss().backward()
    slope.turn(draw)
    for number in (1, 2):
        got = student.sgd_step_(slope.kept, slope.loss(), 0.1, 10 * slope.norm)
        slope.move(0.1)
        what = _("with gradients of an earlier loss, after step {number},").format(number=number)
        assert_parameters(slope.kept, slope.layer, what)
        assert_norm(got, slope.norm)
        slope.turn(draw)


# train_epoch


def library_step(student: Student, model: Remote, lr: float) -> Remote:
    """A step of gradient descent by the library, on the student's side."""
    return student.put(Recipe("LibraryStep", {"model": model, "lr": lr}))


def assert_losses(step: Remote, expected: list[float], where: str = "", rtol: float = 1e-6) -> None:
    """Raises `CheckFailed` unless `step` was called once for each window with that window's mean loss."""
    got = step.losses()
    assert_kind(got, list, _("the list of losses that step was called with"))
    what = _("the number of calls of step")
    assert_equal(len(got), len(expected), f"{where} {what}" if where else what)
    for number, (loss, wanted) in enumerate(zip(got, expected, strict=True)):
        what = _("the loss given to step for window {number}").format(number=number)
        assert_equal(loss, wanted, f"{where} {what}" if where else what, rtol=rtol)


def assert_mean(got: Any, expected: float, what: str, rtol: float = 1e-6) -> None:
    """Raises `CheckFailed` unless the mean loss is right, as a float."""
    assert_equal(got, expected, what, rtol=rtol)


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "Seven predictions in windows of three: how many windows are there, and how long is the last?",
    "Does a short window deserve the weight of a long one? What does each have to be multiplied by?",
    "What does the second window start from?",
)
def test_every_word_is_predicted_once(student: Student, draw: Draw) -> None:
    """All windows in order, the state carried; `step` gets each one's mean loss; the result weighs it by its words."""
    with blaming_earlier(student, draw, "train_epoch"):
        for pair in (False, True):
            model = remembering(draw, pair=pair)
            kept = student.put(model)
            step = library_step(student, kept, lr=0.0)
            source = draw.integers(0, V, 8, 5)
            nats = nats_of_each_word(model, source)
            got = student.train_epoch(kept, source, 3, step)
            assert_losses(step, [window.mean().item() for window in nats.split(3)])
            assert_mean(got, nats.mean().item(), _("the mean loss returned"))


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "What does `step` need of the loss to be able to back-propagate?",
    "Who calls `backward`: your loop, or `step`?",
)
def test_step_can_train_on_the_loss(student: Student, draw: Draw) -> None:
    """The loss that `step` gets still has its graph: a text of one window moves every weight as it should."""
    with blaming_earlier(student, draw, "train_epoch"):
        model = library_model(draw, "GRU")
        kept = student.put(model)
        source = draw.integers(0, V, 6, 3)
        loss = model.loss(source)
        got = student.train_epoch(kept, source, 10, library_step(student, kept, lr=0.5))
        loss.backward()
        for parameter in model.parameters():
            assert parameter.grad is not None
            parameter.data.sub_(0.5 * parameter.grad)
        assert_parameters(kept, model, _("after an epoch of one window,"))
        assert_mean(got, loss.item(), _("the mean loss returned"))


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "How far back does the graph of the second window reach?",
    "`detach` returns something and changes nothing. What becomes of its result, for both halves of an LSTM's state?",
)
def test_graph_ends_where_the_window_begins(student: Student, draw: Draw) -> None:
    """The values of the state go on into the next window, its graph does not: GRU and LSTM."""
    with blaming_earlier(student, draw, "train_epoch"):
        for kind in ("GRU", "LSTM"):
            model = library_model(draw, kind)
            kept = student.put(model)
            source = draw.integers(0, V, 8, 3)
            # With a learning rate of 0 nothing moves: the windows together cost what the text costs as a whole.
            got = student.train_epoch(kept, source, 2, library_step(student, kept, lr=0.0))
            what = _("for a model of kind {kind} the mean loss returned").format(kind=kind)
            assert_mean(got, model.loss(source).item(), what)


# evaluate


@pytest.mark.task("evaluate")
@pytest.mark.hint(
    "How many predictions does a column of 8 words have? And which of them is the last window's?",
    "Weight each window by its words. Is the mean of the windows' means the mean of all?",
    "Should it matter where the text is cut? What does the second window start from?",
)
def test_cutting_the_text_changes_nothing(student: Student, draw: Draw) -> None:
    """Mean nats over all predictions: the same number, whatever `bptt`, for a state that is a tensor or a pair."""
    with blaming_earlier(student, draw, "evaluate"):
        for pair in (False, True):
            model = remembering(draw, pair=pair)
            model.eval()
            source = draw.integers(0, V, 8, 3)
            expected = nats_of_each_word(model, source).mean().item()
            for bptt in (7, 3, 1, 50):
                what = _("for 8 rows and bptt = {bptt} the result").format(bptt=bptt)
                assert_mean(student.evaluate(model, source, bptt), expected, what)


@pytest.mark.task("evaluate")
@pytest.mark.hint(
    "Evaluate twice. Is it the same number, and should dropout have a say in it?",
    "What does your function do to a model that is being trained, before it reads?",
)
def test_measures_in_eval_mode(student: Student, draw: Draw) -> None:
    """A model in training mode is measured as one in eval mode: without dropout."""
    with blaming_earlier(student, draw, "evaluate"):
        model = remembering(draw, while_training=0.5)
        model.train()
        source = draw.integers(0, V, 6, 2)
        got = student.evaluate(model, source, 4)
        what = _("for a model that is in training mode, the result")
        assert_mean(got, nats_of_each_word(model, source).mean().item(), what)


@pytest.mark.task("evaluate")
@pytest.mark.supporting
@pytest.mark.hint(
    "In which mode was the model before? Put it back as you found it.",
    "What is there to remember before the first line that changes the mode?",
)
def test_mode_is_put_back(student: Student, draw: Draw) -> None:
    """A model that was in training mode is in training mode afterwards, one in eval mode in eval mode."""
    with blaming_earlier(student, draw, "evaluate"):
        for training in (True, False):
            model = remembering(draw)
            model.train(training)
            kept = student.put(model)
            student.evaluate(kept, draw.integers(0, V, 4, 2), 2)
            assert_mode(kept, training, "evaluate")


def assert_mode(model: Remote, training: bool, function: str) -> None:
    """Raises `CheckFailed` unless the kept model is in the mode it was in before the call."""
    if model.fetch().get("training" if training else "evaluating") is not True:
        before = _("training mode") if training else _("eval mode")
        raise CheckFailed(
            _("The model was in {before} before `{function}`, and is not in it afterwards.").format(
                before=before, function=function
            )
        )
