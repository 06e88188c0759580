"""What the grader alone looks at in `CharRNN` and `fit_hello`."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.assignments.rnn_basics.tests.test_character_model import (
    H,
    V,
    assert_losses,
    blaming_earlier,
    check_learns,
    read,
)
from autograder.student.checking.comparing import assert_equal, assert_kind
from autograder.student.checking.doubles import LibraryCharModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

ADAMS = 0.03  # how far losses may differ: AdamW, or another epsilon, is Adam too


@pytest.mark.task("CharRNN")
@pytest.mark.hint("Is the state that was given still part of the graph when the scores are made?")
def test_CharRNN_passes_gradients_to_its_state(student: Student, draw: Draw) -> None:
    """The gradient that reaches a given state is the one that small changes of it show."""
    with blaming_earlier(student, draw):
        model = student.CharRNN.keep(V, H)
        ids = draw.integers(0, V, 3, 2)
        h = torch.tanh(draw.normal(2, H)).float().requires_grad_()
        read(model, ids, h)
        upstream = [draw.normal(3, 2, V).float(), draw.normal(2, H).float()]
        gradient = model.gradients(ids, h, upstream=upstream).arguments[-1]
        if gradient is None or not gradient.any():
            raise CheckFailed(_("No gradient reaches the state that was given."))
        assert_equal(gradient.shape, h.shape, _("the shape of the gradient of h"))
        direction = gradient / gradient.norm()
        step = 0.02
        ahead, behind = (
            torch.stack(
                [(v.double() * u).sum() for v, u in zip(read(model, ids, at), upstream, strict=True)]
            ).sum()
            for at in ((h + step * direction).detach(), (h - step * direction).detach())
        )
        slope, expected = gradient.norm().item(), ((ahead - behind) / (2 * step)).item()
        assert_equal(slope, expected, _("the length of the gradient of h"), rtol=0.02, atol=1e-6)


@pytest.mark.task("CharRNN")
@pytest.mark.hint("What does the model know of the first letter when it has read the third?")
def test_CharRNN_learns_to_remember(student: Student, draw: Draw) -> None:
    """Trained to say a letter that it read some steps before, it does."""
    with blaming_earlier(student, draw):
        ids = torch.full((3, V), draw.random.randrange(V))
        ids[0] = torch.tensor(draw.random.sample(range(V), V))
        check_learns(student, ids, ids[:1].repeat(3, 1))


@pytest.mark.task("CharRNN")
@pytest.mark.supporting
@pytest.mark.hint(
    "Which axis of ids is time, which one counts the rows? Where could two rows be mixed?",
    "What in your model draws random numbers, or keeps something from the call before?",
)
def test_CharRNN_keeps_rows_and_calls_apart(student: Student, draw: Draw) -> None:
    """Rows in another order, a row alone, a second call: the same scores; the given state stays as it is."""
    with blaming_earlier(student, draw):
        model = student.CharRNN.keep(V, H)
        model.train()
        ids, start = draw.integers(0, V, 5, 4), torch.tanh(draw.normal(4, H)).float()
        logits, h = read(model, ids, start)
        after: Any = student.last_call.get("arguments")
        assert_kind(after, list, _("the list of arguments after the call"))
        assert_equal(after[1:], [start], _("after the call, the list of states given"))
        assert_equal(
            read(model, ids, start), (logits, h), _("in training mode, the result of a second, equal call")
        )
        order = torch.tensor(draw.random.sample(range(4), 4))
        turned, turned_h = read(model, ids[:, order], start[order])
        assert_equal(turned, logits[:, order], _("with the rows in another order, logits"))
        assert_equal(turned_h, h[order], _("with the rows in another order, h"))
        first, first_h = read(model, ids[:1])
        alone, alone_h = read(model, ids[:1, 2:3])
        assert_equal(alone, first[:, 2:3], _("for one letter of one row alone, logits"))
        assert_equal(alone_h, first_h[2:3], _("for one letter of one row alone, h"))


@pytest.mark.task("fit_hello")
@pytest.mark.hint(
    "Where are the gradients cleared? Is the loss taken before its update?",
    "How many optimisers does your function make?",
)
def test_fit_hello_step_by_step(student: Student, reference: Student, draw: Draw) -> None:
    """Every loss of the first steps is the one that Adam gives, and the model ends where Adam leads it."""
    letters = draw.random.sample("abcdefgh XYZ", 4)
    text = "".join([*letters, *draw.random.choices(letters, k=5)])
    model = draw.weights(LibraryCharModel(4, 6))
    got_model, right_model = student.put(model), reference.put(model)
    losses = assert_losses(student.fit_hello(got_model, text, 8, 0.1), 8)
    expected = reference.fit_hello(right_model, text, 8, 0.1)
    for step, (loss, right) in enumerate(zip(losses, expected, strict=True)):
        assert_equal(loss, right, _("losses[{step}]").format(step=step), rtol=ADAMS, atol=1e-3)
    ids = torch.tensor([[0], [1], [2]])
    got, right = got_model(ids), right_model(ids)
    assert_kind(got, tuple, _("what the trained model returns"))
    assert_equal(
        got[0] if got else None,
        right[0],
        _("the losses are right; but a score afterwards"),
        rtol=ADAMS,
        atol=ADAMS,
    )


@pytest.mark.task("fit_hello")
@pytest.mark.hint("Which of your lines drops an axis of size 1 that is needed?")
def test_fit_hello_with_two_letters(student: Student, reference: Student, draw: Draw) -> None:
    """A text of two letters has one prediction; a learning rate is the one given."""
    model = draw.weights(LibraryCharModel(2, 3))
    for lr in (0.05, 0.4):
        losses = assert_losses(student.fit_hello(model, "ba", 4, lr), 4)
        for step, right in enumerate(reference.fit_hello(model, "ba", 4, lr)):
            assert_equal(losses[step], right, _("losses[{step}]").format(step=step), rtol=ADAMS, atol=1e-3)
