"""What is promised of `train_epoch` and `evaluate`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import torch
from torch import nn

from autograder.assignments.rnn_language_model.tests.models import (
    V,
    assert_chance_left_alone,
    assert_no_graph,
    library_model,
    mode_name,
    put_both,
    remembering,
)
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

# Whose fault is it?


def probe_get_batch(student: Student) -> None:
    """Fails if `get_batch` itself is not right: then what reads the text with it cannot be."""
    source = torch.tensor([[0, 7], [1, 8], [2, 9], [3, 10], [4, 11], [5, 12], [6, 13]])
    first = (torch.tensor([[0, 7], [1, 8], [2, 9]]), torch.tensor([1, 8, 2, 9, 3, 10]))
    last = (torch.tensor([[5, 12]]), torch.tensor([6, 13]))
    assert_equal(student.get_batch(source, 0, 3), first)
    assert_equal(student.get_batch(source, 5, 3), last)


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
        # The outer one has the last word: where both are wrong, get_batch is to be corrected first.
        stack.enter_context(blaming(student, task, "get_batch", lambda: probe_get_batch(student)))
        stack.enter_context(blaming(student, task, "repackage", lambda: probe_repackage(student, draw)))
        yield


# train_epoch


def library_step(student: Student, model: Remote, lr: float) -> Remote:
    """A step of gradient descent by the library, on that side."""
    return student.put(Recipe("LibraryStep", {"model": model, "lr": lr}))


def assert_losses(step: Remote, expected: list[float], where: str, rtol: float = 1e-6) -> None:
    """Raises `CheckFailed` unless `step` was called once for each window with that window's mean loss."""
    got = step.losses()
    assert_kind(got, list, _("the list of losses that step was called with"))
    assert_equal(len(got), len(expected), f"{where} {_('the number of calls of step')}")
    for number, (loss, wanted) in enumerate(zip(got, expected, strict=True)):
        what = _("the loss given to step for window {number}").format(number=number)
        assert_equal(loss, wanted, f"{where} {what}", rtol=rtol)


class Epochs:
    """A model on either side, trained by either `train_epoch` with a step of the library."""

    def __init__(self, student: Student, reference: Student, model: nn.Module, lr: float = 0.0) -> None:
        self.student, self.reference, self.lr = student, reference, lr
        self.kept, self.right = put_both(student, reference, model)

    def assert_epoch(self, source: torch.Tensor, bptt: int, where: str, rtol: float = 1e-6) -> None:
        """Trains both for an epoch; raises `CheckFailed` unless all windows cost the same, and their mean too."""
        right_step = library_step(self.reference, self.right, self.lr)
        expected = self.reference.train_epoch(self.right, source, bptt, right_step)
        losses = right_step.losses()
        step = library_step(self.student, self.kept, self.lr)
        got = self.student.train_epoch(self.kept, source, bptt, step)
        assert_losses(step, losses, where, rtol)
        assert_equal(got, expected, f"{where} {_('the mean loss returned')}", rtol=rtol)

    def assert_same_model(self, source: torch.Tensor, where: str) -> None:
        """Raises `CheckFailed` unless both models find the text equally likely now."""
        expected = self.right.loss(source)
        what = _("{where} the loss of the trained model").format(where=where)
        assert_equal(self.kept.loss(source), expected, what)


def windows(source: torch.Tensor, bptt: int) -> str:
    """What a message calls a text and how it is read."""
    return _("for {rows} rows of {batch} streams and bptt = {bptt}").format(
        rows=source.shape[0], batch=source.shape[1], bptt=bptt
    )


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "Seven predictions in windows of three: how many windows are there, and how long is the last?",
    "Does a short window deserve the weight of a long one? What does each have to be multiplied by?",
    "What does the second window start from?",
)
def test_every_word_is_predicted_once(student: Student, reference: Student, draw: Draw) -> None:
    """All windows in order, the state carried; `step` gets each one's mean loss; the result weighs it by its words."""
    with blaming_earlier(student, draw, "train_epoch"):
        for pair in (False, True):
            source = draw.integers(0, V, 8, 5)
            epochs = Epochs(student, reference, remembering(draw, pair=pair))
            epochs.assert_epoch(source, 3, windows(source, 3))


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "What does `step` need of the loss to be able to back-propagate?",
    "Who calls `backward`: your loop, or `step`?",
)
def test_step_can_train_on_the_loss(student: Student, reference: Student, draw: Draw) -> None:
    """The loss that `step` gets still has its graph: a text of one window trains the model as it should."""
    with blaming_earlier(student, draw, "train_epoch"):
        source = draw.integers(0, V, 5, 5)
        model = library_model(draw, "GRU")
        losses = student.put([])
        student.train_epoch(model, source, 10, losses.attribute("append", keep=True))
        where = _("for a text of one window")
        assert_equal(losses.__len__(), 1, f"{where} {_('the number of calls of step')}")
        if losses.__getitem__.keep(0).fetch().get("has_graph") is not True:
            raise CheckFailed(_("The loss that `step` gets has no graph."), Evidence.GRADIENTS)
        epochs = Epochs(student, reference, model, lr=0.5)
        epochs.assert_epoch(source, 10, where)
        epochs.assert_same_model(source, where)


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "How far back does the graph of the second window reach?",
    "`detach` returns something and changes nothing. What becomes of its result, for both halves of an LSTM's state?",
)
def test_graph_ends_where_the_window_begins(student: Student, reference: Student, draw: Draw) -> None:
    """The values of the state go on into the next window, its graph does not: GRU and LSTM."""
    with blaming_earlier(student, draw, "train_epoch"):
        for kind in ("GRU", "LSTM"):
            source = draw.integers(0, V, 8, 3)
            epochs = Epochs(student, reference, library_model(draw, kind))
            epochs.assert_epoch(source, 2, _("for a model of kind {kind}").format(kind=kind))


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "The weights move between two windows. With which weights is the second one read, and from which state?"
)
def test_epochs_lead_where_they_should(student: Student, reference: Student, draw: Draw) -> None:
    """Every loss of two epochs of several windows is right while the model learns; LSTM and GRU, one and two layers."""
    with blaming_earlier(student, draw, "train_epoch"):
        for kind, layers in (("LSTM", 2), ("GRU", 1)):
            source = draw.integers(0, V, 9, 4)
            epochs = Epochs(student, reference, library_model(draw, kind, layers=layers), lr=0.8)
            for number in (1, 2):
                where = _("for a model of kind {kind}, in epoch {number},").format(kind=kind, number=number)
                epochs.assert_epoch(source, 3, where)
            epochs.assert_same_model(source, where)


@pytest.mark.task("train_epoch")
@pytest.mark.hint("In which mode has a model to be while it is trained? Who puts it there?")
def test_trains_in_training_mode(student: Student, reference: Student, draw: Draw) -> None:
    """A model that comes in eval mode is trained in training mode: with its dropout."""
    with blaming_earlier(student, draw, "train_epoch"):
        for is_training in (True, False):
            model = remembering(draw, while_training=0.5)
            source = draw.integers(0, V, 6, 2)
            where = _("for a model that was in {before}").format(before=mode_name(is_training))
            Epochs(student, reference, model.train(is_training)).assert_epoch(source, 5, where)


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "Whose memory does a new epoch start with?", "How many streams are there, and who is told so?"
)
def test_every_epoch_starts_afresh(student: Student, reference: Student, draw: Draw) -> None:
    """Each call starts from `init_state` for as many streams as there are now; float32 works too."""
    with blaming_earlier(student, draw, "train_epoch"):
        epochs = Epochs(student, reference, remembering(draw).float())
        for rows, batch, bptt in ((5, 2, 2), (5, 2, 1), (4, 3, 8), (3, 1, 2), (2, 1, 1)):
            source = draw.integers(0, V, rows, batch)
            epochs.assert_epoch(source, bptt, windows(source, bptt), rtol=1e-4)


# evaluate


@pytest.mark.task("evaluate")
@pytest.mark.hint(
    "How many predictions does a column of 8 words have? And which of them is the last window's?",
    "Weight each window by its words. Is the mean of the windows' means the mean of all?",
    "Should it matter where the text is cut? What does the second window start from?",
)
def test_cutting_the_text_changes_nothing(student: Student, reference: Student, draw: Draw) -> None:
    """Mean nats over all predictions: the same number, whatever `bptt`, for a state that is a tensor or a pair."""
    with blaming_earlier(student, draw, "evaluate"):
        for pair in (False, True):
            model = remembering(draw, pair=pair).eval()
            source = draw.integers(0, V, 8, 3)
            expected = reference.evaluate(model, source, 7)
            for bptt in (7, 3, 1, 50):
                what = f"{windows(source, bptt)} {_('the result')}"
                assert_equal(student.evaluate(model, source, bptt), expected, what)


@pytest.mark.task("evaluate")
@pytest.mark.hint(
    "Evaluate twice. Is it the same number, and should dropout change it?",
    "What does your function do to a model that is being trained, before it reads?",
)
def test_measures_in_eval_mode(student: Student, reference: Student, draw: Draw) -> None:
    """A model in training mode is measured as one in eval mode: without dropout."""
    with blaming_earlier(student, draw, "evaluate"):
        for is_training in (True, False):
            model = remembering(draw, while_training=0.5).train(is_training)
            source = draw.integers(0, V, 6, 2)
            expected = reference.evaluate(model, source, 4)
            what = _("for a model that is in {before}, the result").format(before=mode_name(is_training))
            assert_equal(student.evaluate(model, source, 4), expected, what)


@pytest.mark.task("evaluate")
@pytest.mark.hint("Which state does the first window start from, and which the second? An LSTM's is a pair.")
def test_a_text_cut_anywhere_costs_the_same(student: Student, reference: Student, draw: Draw) -> None:
    """For an LSTM of two layers and a GRU: cut into windows, the text costs what it costs as a whole."""
    with blaming_earlier(student, draw, "evaluate"):
        for kind, layers in (("LSTM", 2), ("GRU", 1)):
            model = library_model(draw, kind, layers=layers, while_training=0.3)
            source = draw.integers(0, V, 9, 4)
            expected = reference.evaluate(model, source, 8)
            for is_training, bptt in ((True, 3), (False, 5)):
                what = _("for a model of kind {kind} and bptt = {bptt} the result").format(
                    kind=kind, bptt=bptt
                )
                assert_equal(student.evaluate(model.train(is_training), source, bptt), expected, what)


@pytest.mark.task("evaluate")
@pytest.mark.hint("Whose memory does the evaluation start with?", "How many streams are there now?")
def test_every_evaluation_starts_afresh(student: Student, reference: Student, draw: Draw) -> None:
    """Each call starts from `init_state`, for as many streams as there are now; float32 works too."""
    with blaming_earlier(student, draw, "evaluate"):
        kept, right = put_both(student, reference, remembering(draw, pair=True).float().eval())
        kept.requires_grad_.keep(False)  # it is frozen afterwards, too
        for rows, batch, bptt in ((5, 2, 2), (5, 2, 4), (4, 3, 8), (2, 1, 1)):
            source = draw.integers(0, V, rows, batch)
            expected = reference.evaluate(right, source, bptt)
            what = f"{windows(source, bptt)} {_('the result')}"
            assert_equal(student.evaluate(kept, source, bptt), expected, what, rtol=1e-4)


@pytest.mark.task("evaluate")
@pytest.mark.hint(
    "What is the logarithm of a probability that was rounded to 0? Which function does both at once?"
)
def test_words_of_next_to_no_probability(student: Student, reference: Student, draw: Draw) -> None:
    """A text that is nearly impossible for the model costs very many nats, but a finite number of them."""
    with blaming_earlier(student, draw, "evaluate"):
        model = remembering(draw).eval()
        model.table.data.mul_(2000.0)
        source = draw.integers(0, V, 7, 3)
        expected = reference.evaluate(model, source, 3)
        assert_equal(student.evaluate(model, source, 3), expected, _("for a very unlikely text the result"))


@pytest.mark.task("evaluate")
@pytest.mark.supporting
@pytest.mark.hint("What of a computation do you need only if you want to call `backward` afterwards?")
def test_measuring_builds_no_graph(student: Student, draw: Draw) -> None:
    """No graph is built, and no random number is drawn."""
    with blaming_earlier(student, draw, "evaluate"):
        model = library_model(draw, "LSTM")
        source = draw.integers(0, V, 5, 2)
        assert_chance_left_alone(student, "evaluate", lambda: student.evaluate(model, source, 2))
        kept = student.put(model)
        student.evaluate(kept, source, 2)
        assert_no_graph(student, kept, "evaluate")
