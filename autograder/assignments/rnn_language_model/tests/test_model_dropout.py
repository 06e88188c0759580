"""What is promised of the dropout of `RNNModel`: three places, a rate, and training mode only.

What is dropped is judged by the student's own model: in eval mode, and with a word that stands for what is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.tests._models import (
    KINDS,
    H,
    Model,
    V,
    Weights,
    hidden_of,
    parts,
    turned,
    weight_names,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, CouldNotLook, Student
from autograder.student.core.language import _

COUNT = (
    400  # numbers that are dropped or not, each by a chance of its own, in whatever style dropout is written
)
# By Hoeffding's inequality the share of 400 drawn numbers is further from its rate than this once in 2e8 right
# answers. A task looks twelve times at such a share: one right model in ten million is refused.
MARGIN = math.sqrt(math.log(2 * 2e8) / (2 * COUNT))
RATES = (0.0, 0.2, 0.5, 0.8, 1.0)  # of mistakes that are recognised


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Evaluate twice. Is it the same number? And twice in training mode?",
    "How does your dropout know whether the model is training?",
)
def test_dropout_in_training_only(student: Student, draw: Draw) -> None:
    """Two readings differ in training mode and agree in eval mode; with dropout=0.0 both modes agree."""
    for kind in KINDS:
        model = Model(student, kind, 2)
        model.redraw(draw)
        ids, state = model.ids(draw, 4, 3), model.state(draw, 3)
        model.remote.eval()
        first, second = model.read(ids, state)[0], model.read(ids, state)[0]
        model.forget_reply()
        if not torch.equal(first, second):
            model.forget_reply()
            model.refuse("dropped in eval mode", _("In eval mode two readings of the same text differ."))
        # Of the 36 embedded numbers alone, each dropped by a chance of 1/2, the same ones are dropped once in 2^36.
        if torch.equal(model.read_in_training(ids, state)[0], model.read_in_training(ids, state)[0]):
            sentence = _("In training mode two readings give exactly the same logits: nothing is dropped.")
            model.refuse("nothing is dropped", sentence)
        without = Model(student, kind, 2, dropout=0.0)
        without.redraw(draw)
        calm = without.read_calmly(ids, state)[0]
        got = without.read_in_training(ids, state)[0]
        try:
            assert_equal(got, calm, _("with dropout=0.0, in training mode, logits"))
        except CheckFailed as failure:
            question = _("Which of your lines read `dropout`? What is dropped with dropout=0.0?")
            model.refuse("dropped at rate 0", str(failure), question)


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "What happens to the embedded words before the first layer reads them?",
    "Where does the rate of that dropout come from?",
)
def test_dropout_on_the_embedded_words(student: Student, draw: Draw) -> None:
    """In training mode what the first layer reads is dropped at the given rate, or divided by 1 - dropout."""
    rate = 0.2
    for kind in KINDS:
        # The embedding of one number: word 1 says 0, and word 2 what is left of word 0 after dropout.
        model = Model(student, kind, 1, (4, 1, 3), dropout=rate)
        values = model.redraw(draw)
        names = weight_names(values, 4, 1)
        if len(names) != 1:
            raise CouldNotLook(_("There is not one parameter of the shape (vocab_size, embed)."))
        words = torch.tensor([1.0, 0.0, 1 / (1 - rate), 0.0], dtype=torch.float64)
        model.remote.load({names[0]: words.reshape(values[names[0]].shape)})
        ids = torch.zeros(1, COUNT, dtype=torch.int64)
        state = _same_rows(model, draw)
        plain = hidden_of(model.read_calmly(ids, state)[1])[0]
        nothing, larger = (hidden_of(model.read(ids + word, state)[1])[0] for word in (1, 2))
        got = hidden_of(model.read_in_training(ids, state)[1])[0]
        where = _("of the embedded words")
        if torch.allclose(got, plain):
            sentence = _("For {kind} in training mode nothing of the embedded words is dropped.")
            model.refuse("nothing is dropped", sentence.format(kind=kind))
        dropped, scaled = torch.isclose(got, nothing).all(1), torch.isclose(got, larger).all(1)
        if not (dropped | scaled).all():
            _refuse_values(model, where, rate)
        _assert_share(model, dropped, rate, where)


def _same_rows(model: Model, draw: Draw) -> Any:
    """A state that is the same, and positive, in each of the rows."""
    return model.pack([part.abs().expand(-1, COUNT, -1).clone() for part in parts(model.state(draw, 1))])


def _refuse_values(model: Model, where: str, rate: float) -> None:
    sentence = _(
        "With dropout {rate}, in training mode a number {where} is neither dropped nor divided by {kept:g}."
    )
    question = _("By which factor do the numbers grow that are not dropped?")
    model.refuse("another factor", sentence.format(rate=rate, where=where, kept=1 - rate), question)


def _assert_share(model: Model, dropped: torch.Tensor, rate: float, where: str) -> None:
    found = dropped.double().mean().item()
    if abs(found - rate) > MARGIN:
        nearest = min(RATES, key=lambda other: abs(other - found))
        sentence = _("With dropout {rate}, {found:.0%} of the numbers {where} are dropped in training mode.")
        question = _("Which of your lines read `dropout`? Is it the share that is dropped, or that is kept?")
        model.refuse(f"share {nearest}", sentence.format(rate=rate, found=found, where=where), question)


def _without_words(model: Model, draw: Draw) -> Weights:
    """Parameters drawn anew, but for those that bring words in: what is embedded is 0, dropped or not."""
    values = {
        name: torch.zeros_like(value) if model.embed in value.shape else value
        for name, value in model.redraw(draw).items()
    }
    model.remote.load(values)
    return values


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "What does the second layer read, and what has happened to it on the way from the first?",
    "Where does the library's own recurrent layer take its dropout from?",
)
def test_dropout_between_the_layers(student: Student, draw: Draw) -> None:
    """In training mode what each further layer reads is dropped at the given rate."""
    rate = 0.2
    for kind in KINDS:
        # Layers of one cell, all rows alike: what differs between the rows was dropped or not.
        model = Model(student, kind, 3, (V, 6, 1), dropout=rate)
        _without_words(model, draw)
        ids, state = torch.zeros(1, COUNT, dtype=torch.int64), _same_rows(model, draw)
        calm = hidden_of(model.read_calmly(ids, state)[1])
        end = hidden_of(model.read_in_training(ids, state)[1])
        values = [_distinct(layer[:, 0]) for layer in end]
        if values[0].max() > 0:
            sentence = _("With all embedded words 0, dropout still changes what the first layer says.")
            model.refuse("the first layer", sentence)
        for below in (0, 1):
            pairs = torch.stack([values[below], values[below + 1]]).unique(dim=1)
            if pairs.shape[1] == values[below].max() + 1:
                sentence = _(
                    "For {kind} in training mode nothing is dropped between layers {lower} and {upper}."
                )
                sentence = sentence.format(kind=kind, lower=below + 1, upper=below + 2)
                model.refuse(f"nothing is dropped from layer {below}", sentence)
        if values[1].max() != 1:
            model.refuse("not two", _("What the second layer reads is not just dropped or kept."))
        # Which of the two values stands for a dropped number cannot be told.
        rarer = values[1] == int(values[1].double().mean().item() < 0.5)
        where = _("between the layers")
        _assert_share(model, rarer, rate, where)
        # How large a kept number is can be told from what goes into the nonlinearity.
        if model.kind in _BEFORE:
            before, plain = _BEFORE[model.kind](end[1, :, 0]), _BEFORE[model.kind](calm[1, 0, 0])
            nothing, kept = before[rarer][0], before[~rarer][0]
            if not torch.isclose((kept - nothing) * (1 - rate), plain - nothing, rtol=1e-4):
                _refuse_values(model, where, rate)


_BEFORE: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "RNN_TANH": torch.atanh,
    "RNN_RELU": torch.clone,
}


def _distinct(values: torch.Tensor) -> torch.Tensor:
    """For each value the number of the one it is, of all that differ by more than rounding."""
    ordered, order = values.sort()
    labels = torch.zeros(len(values), dtype=torch.int64)
    labels[order[1:]] = (ordered.diff() > 1e-10).cumsum(0)
    return labels


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Between which two layers of yours does the last dropout stand? Where does its rate come from?",
    "By which factor do the numbers grow that are not dropped?",
)
def test_dropout_on_the_output(student: Student, draw: Draw) -> None:
    """In training mode what the decoder reads is dropped at the given rate, 0.5 if none is given, or scaled up."""
    options: dict[str, dict[str, Any]] = {
        "LSTM": {"dropout": 0.2},
        "RNN_TANH": {},
        "GRU": {"dropout": 0.8},
        "RNN_RELU": {},
    }
    for kind, given in options.items():
        model, rate, batch = Model(student, kind, 1, **given), given.get("dropout", 0.5), COUNT // H
        values = _without_words(model, draw)
        # The first scores are what the decoder reads, and one is their sum: dropping the scores breaks it.
        shown = torch.zeros(V, H, dtype=torch.float64)
        shown[:H], shown[H] = torch.eye(H), 1
        values |= {name: turned(shown, tuple(values[name].shape)) for name in weight_names(values, V, H)}
        values |= {name: torch.zeros_like(p) for name, p in values.items() if p.shape == (V,)}
        model.remote.load(values)
        ids = model.ids(draw, 2, batch)
        state = model.pack([part.abs() for part in parts(model.state(draw, batch))])
        calm, calm_end = model.read_calmly(ids, state)
        logits, end = model.read_in_training(ids, state)
        where = _("of the last layer's output")
        try:
            assert_equal(parts(end), parts(calm_end), _("in training mode the new state of one layer"))
        except CheckFailed as failure:
            question = _("What is carried to the next window: the state, or a part of it?")
            model.refuse("the state", str(failure), question)
        output, got = calm[..., :H], logits[..., :H]
        dropped, scaled = got.abs() < 1e-12, torch.isclose(got, output / (1 - rate))
        if torch.equal(got, output):
            sentence = _("For {kind} in training mode nothing of the last layer's output is dropped.")
            model.refuse("nothing is dropped", sentence.format(kind=kind))
        if not (dropped | scaled).all():
            if not torch.allclose(logits[..., H], got.sum(-1)):
                _refuse_scores(model)
            _assert_share(model, dropped, rate, where)
            _refuse_values(model, where, rate)
        if not torch.allclose(logits[..., H], got.sum(-1)):
            _refuse_scores(model)
        _assert_share(model, dropped, rate, where)
        if torch.equal(model.read_in_training(ids, state)[0], logits):
            sentence = _("In training mode the same numbers are dropped at every reading.")
            question = _(
                "Which of your lines sets a seed, or draws which numbers are dropped once and for all?"
            )
            model.refuse("the same numbers", sentence, question)


def _refuse_scores(model: Model) -> None:
    sentence = _("In training mode the scores are not those of the numbers that are left.")
    question = _("What should be dropped last: what the decoder reads, or what it says?")
    model.refuse("the scores", sentence, question)
