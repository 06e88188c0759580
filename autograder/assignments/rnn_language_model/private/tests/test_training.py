"""What the grader alone looks at in `sgd_step_`, `train_epoch` and `evaluate`."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from autograder.assignments.rnn_language_model.tests.test_training import (
    NORM_RTOL,
    Slope,
    V,
    assert_losses,
    assert_mean,
    assert_norm,
    assert_parameters,
    blaming_earlier,
    fetched_parameters,
    library_model,
    library_step,
    nats_of_each_word,
    remembering,
)
from autograder.student.checking.comparing import assert_equal, assert_random_state_kept
from autograder.student.checking.doubles import LibraryCharModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _


@pytest.mark.task("sgd_step_")
@pytest.mark.hint("What is the .grad of a parameter that the loss does not depend on?")
def test_parameters_without_gradient_stay(student: Student, draw: Draw) -> None:
    """A parameter that the loss does not depend on stays as it is, whatever an earlier loss left behind."""
    model = draw.weights(LibraryCharModel(4, 3))
    kept = student.put(model)
    for stale in (False, True):
        if stale:
            kept.readout.keep(draw.normal(2, 3)).sum.keep().backward()
        u = draw.normal(2, 3)
        loss = kept.columns.keep(torch.tensor([1, 3])).mul.keep(u).sum.keep()
        got = student.sgd_step_(kept, loss, 0.2, u.norm().item() / 2)
        model.columns.weight.data[[1, 3]] -= 0.1 * u
        assert_parameters(kept, model, _("after a step on some of the parameters,"), NORM_RTOL)
        assert_norm(got, u.norm().item())


@pytest.mark.task("sgd_step_")
@pytest.mark.hint("Clear, back-propagate, clip, move: what happens in your function in which order?")
def test_steps_of_a_language_model(student: Student, reference: Student, draw: Draw) -> None:
    """Several steps of an LSTM model with tied weights, some clipped and some not, lead where they should."""
    model = draw.weights(library_model(draw, "LSTM", hidden=4, tie_weights=True), scale=0.5)
    kept, right = student.put(model), reference.put(model)
    source = draw.integers(0, V, 5, 3)
    for clip in (0.2, 100.0, 0.05):
        got = student.sgd_step_(kept, kept.loss.keep(source), 0.7, clip)
        assert_norm(got, reference.sgd_step_(right, right.loss.keep(source), 0.7, clip))
    expected = copy.deepcopy(model)
    with torch.no_grad():
        for name, value in fetched_parameters(right, model).items():
            expected.get_parameter(name).copy_(value)
    assert_parameters(kept, expected, _("after three steps"), 3 * NORM_RTOL)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint("Does your function make tensors or numbers of its own? Of which dtype?")
def test_steps_in_float32(student: Student, draw: Draw) -> None:
    """Works in float32 as in float64."""
    layer = draw.weights(nn.Linear(2, 3)).float()
    kept = student.put(layer)
    x = draw.normal(1, 2, dtype=torch.float32)
    norm = math.sqrt(
        3 * (x.norm().item() ** 2 + 1)
    )  # every row of the weight has the gradient x, every bias 1
    got = student.sgd_step_(kept, kept.keep(x).sum.keep(), 0.25, norm / 2)
    layer.weight.data -= 0.125 * x
    layer.bias.data -= 0.125
    assert_parameters(kept, layer, _("in float32, after the step,"), NORM_RTOL)
    assert_norm(got, norm)


@pytest.mark.task("sgd_step_")
@pytest.mark.supporting
@pytest.mark.hint("What happens in your function when the norm is exactly 0?")
def test_gradients_of_zero_move_nothing(student: Student, draw: Draw) -> None:
    """Gradients of exactly 0 have the norm 0.0 and move nothing."""
    slope = Slope(student, draw)
    slope.u = torch.zeros_like(slope.u)
    assert_norm(student.sgd_step_(slope.kept, slope.loss(), 0.3, 1.0), 0.0)
    assert_parameters(slope.kept, slope.layer, _("after a step with gradients of 0,"))


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "The weights move between two windows. With which weights is the second one read, and from which state?"
)
def test_an_epoch_leads_where_it_should(student: Student, reference: Student, draw: Draw) -> None:
    """Every loss, and every weight after an epoch of several windows, is right; LSTM and GRU, one and two layers."""
    with blaming_earlier(student, draw, "train_epoch"):
        for kind, layers in (("LSTM", 2), ("GRU", 1)):
            model = library_model(draw, kind, layers=layers)
            kept, right = student.put(model), reference.put(model)
            source = draw.integers(0, V, 9, 4)
            step = library_step(student, kept, lr=0.8)
            right_step = library_step(reference, right, lr=0.8)
            got = student.train_epoch(kept, source, 3, step)
            expected = reference.train_epoch(right, source, 3, right_step)
            where = _("for a model of kind {kind}").format(kind=kind)
            assert_losses(step, right_step.losses(), where)
            assert_mean(got, expected, f"{where} {_('the mean loss returned')}")
            for name, value in fetched_parameters(kept, model).items():
                wanted = fetched_parameters(right, model)[name]
                assert_equal(
                    value, wanted, _("{where}, after the epoch, `{name}`").format(where=where, name=name)
                )


@pytest.mark.task("train_epoch")
@pytest.mark.hint("In which mode has a model to be while it is trained? Who puts it there?")
def test_trains_in_training_mode(student: Student, draw: Draw) -> None:
    """A model that comes in eval mode is trained in training mode: with its dropout."""
    with blaming_earlier(student, draw, "train_epoch"):
        for training in (False, True):
            model = remembering(draw, while_training=0.5)
            model.train(training)
            kept = student.put(model)
            source = draw.integers(0, V, 6, 2)
            nats = nats_of_each_word(model, source, temperature=2.0)
            got = student.train_epoch(kept, source, 5, library_step(student, kept, lr=0.0))
            before = _("training mode") if training else _("eval mode")
            what = _("for a model that was in {before}, the mean loss returned").format(before=before)
            assert_mean(got, nats.mean().item(), what)


@pytest.mark.task("train_epoch")
@pytest.mark.hint(
    "Whose memory does a new epoch start with?", "How many streams are there, and who is told so?"
)
def test_every_epoch_starts_afresh(student: Student, draw: Draw) -> None:
    """Each call starts from `init_state` for as many streams as there are now; float32 works too."""
    with blaming_earlier(student, draw, "train_epoch"):
        model = remembering(draw).float()
        kept = student.put(model)
        for rows, batch, bptt in ((5, 2, 2), (5, 2, 1), (4, 3, 8), (3, 1, 2)):
            source = draw.integers(0, V, rows, batch)
            nats = nats_of_each_word(model, source)
            step = library_step(student, kept, lr=0.0)
            got = student.train_epoch(kept, source, bptt, step)
            where = _("for {rows} rows of {batch} streams and bptt = {bptt}").format(
                rows=rows, batch=batch, bptt=bptt
            )
            assert_losses(step, [window.mean().item() for window in nats.split(bptt)], where, rtol=1e-4)
            assert_mean(got, nats.mean().item(), f"{where} {_('the mean loss returned')}", rtol=1e-4)


@pytest.mark.task("evaluate")
@pytest.mark.hint("Which state does the first window start from, and which the second? An LSTM's is a pair.")
def test_a_text_cut_anywhere_costs_the_same(student: Student, draw: Draw) -> None:
    """For an LSTM of two layers and a GRU: cut into windows, the text costs what it costs as a whole."""
    with blaming_earlier(student, draw, "evaluate"):
        for kind, layers in (("LSTM", 2), ("GRU", 1)):
            model = library_model(draw, kind, layers=layers, while_training=0.3)
            source = draw.integers(0, V, 9, 4)
            expected = model.eval().loss(source).item()
            for training, bptt in ((True, 3), (False, 5)):
                model.train(training)
                what = _("for a model of kind {kind} and bptt = {bptt} the result").format(
                    kind=kind, bptt=bptt
                )
                assert_mean(student.evaluate(model, source, bptt), expected, what)


@pytest.mark.task("evaluate")
@pytest.mark.hint("Whose memory does the evaluation start with?", "How many streams are there now?")
def test_every_evaluation_starts_afresh(student: Student, draw: Draw) -> None:
    """Each call starts from `init_state`, for as many streams as there are now; float32 works too."""
    with blaming_earlier(student, draw, "evaluate"):
        model = remembering(draw, pair=True).float().eval()
        kept = student.put(model)
        for rows, batch, bptt in ((5, 2, 2), (5, 2, 4), (4, 3, 8), (2, 1, 1)):
            source = draw.integers(0, V, rows, batch)
            what = _("for {rows} rows of {batch} streams and bptt = {bptt} the result").format(
                rows=rows, batch=batch, bptt=bptt
            )
            expected = nats_of_each_word(model, source).mean().item()
            assert_mean(student.evaluate(kept, source, bptt), expected, what, rtol=1e-4)


@pytest.mark.task("evaluate")
@pytest.mark.supporting
@pytest.mark.hint("What of a computation do you need only if you want to call `backward` afterwards?")
def test_nothing_is_left_behind(student: Student, draw: Draw) -> None:
    """No weight moves, no graph is built, no .grad appears, no random number is drawn."""
    with blaming_earlier(student, draw, "evaluate"):
        model = library_model(draw, "LSTM")
        kept = student.put(model)
        source = draw.integers(0, V, 5, 2)
        student.evaluate(kept, source, 2)
        assert_random_state_kept(student, "evaluate")
        assert_parameters(kept, model, _("after the evaluation,"))
        left = kept.fetch().get("gradients")
        if not isinstance(left, dict) or any(gradient is not None for gradient in left.values()):
            raise CheckFailed(_("After the evaluation, a parameter has a .grad."))
        if kept.seen_graphs() != 0:
            raise CheckFailed(
                _("The model was called with gradients switched on: a graph was built for nothing.")
            )
        kept.loss.keep(source)
        if kept.seen_graphs() != 1:
            raise CheckFailed(_("After the evaluation gradients are switched off, for everything."))
