"""What is promised of `CharRNN` and `fit_hello`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from autograder.assignments.rnn_basics.tests.test_vanilla import library_states, probe_step, step_arguments
from autograder.student.checking.comparing import (
    assert_equal,
    assert_kind,
    assert_number,
    assert_tensor,
    blaming,
)
from autograder.student.checking.doubles import LibraryCharModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _

V, H = 5, 7  # letters and cells; time and batch are different again


def probe_forward(student: Student, draw: Draw) -> None:
    """Fails if `rnn_forward` itself is not right: then a model that calls it cannot be."""
    _x, *rest = step_arguments(draw, [2, 3, 4])
    x = draw.normal(3, 2, 3)
    states = library_states(x, *rest)
    assert_equal(student.rnn_forward(x, *rest), (states, states[-1]))


@contextmanager
def blaming_earlier(student: Student, draw: Draw) -> Iterator[None]:
    """A failure of `CharRNN` names `rnn_step` or `rnn_forward`, if that one is called and is wrong."""
    with ExitStack() as stack:
        # The outer one has the last word: where both are wrong, rnn_step is to be mended first.
        stack.enter_context(blaming(student, "CharRNN", "rnn_step", lambda: probe_step(student, draw)))
        stack.enter_context(blaming(student, "CharRNN", "rnn_forward", lambda: probe_forward(student, draw)))
        yield


def read(
    model: Remote, ids: torch.Tensor, *state: torch.Tensor, cells: int = H
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the model returns for these ids (and this state), after a look at kind, shapes and dtype."""
    T, B = ids.shape
    got = model(ids, *state)
    assert_kind(got, tuple, _("what the model returns"))
    assert_equal(len(got), 2, _("the number of results"))
    dtype = got[0].dtype if isinstance(got[0], torch.Tensor) and got[0].is_floating_point() else torch.float32
    assert_tensor(got[0], (T, B, V), dtype, _("logits"))
    assert_tensor(got[1], (B, cells), dtype, _("h"))
    return got


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "Which shape has the input after one-hot, which the state, which the scores?",
    "The scores of step t are made from which state: the one before, or after reading ids[t]?",
)
def test_CharRNN_reads_in_order(student: Student, draw: Draw) -> None:
    """A changed letter changes the scores at its own step and later ones, and no earlier ones."""
    with blaming_earlier(student, draw):
        model = student.CharRNN.keep(V, H)
        ids = draw.integers(0, V, 6, 3)
        logits, h = read(model, ids)
        changed = ids.clone()
        changed[3] = (ids[3] + 1) % V
        new_logits, new_h = read(model, changed)
        assert_equal(new_logits[:3], logits[:3], _("with ids[3] changed, logits[:3]"))
        for step in (3, 4, 5):
            if (new_logits[step] == logits[step]).all(dim=1).any():
                raise CheckFailed(_("With ids[3] changed, logits[{step}] do not change.").format(step=step))
        if (new_h == h).all(dim=1).any():
            raise CheckFailed(_("With ids[3] changed, the state after the last letter does not change."))


def check_learns(student: Student, ids: torch.Tensor, target: torch.Tensor) -> None:
    """A model of 24 cells, trained on one batch, has learnt it by heart; its scores are raw."""
    model = student.CharRNN.keep(V, 24)
    read(model, ids, cells=24)  # what is wrong without any training is said, and told apart, before it
    model.fit(ids, target=target, steps=60, lr=0.03)
    got = model(ids)
    assert_kind(got, tuple, _("what the model returns"))
    logits = got[0] if got else None
    assert_tensor(logits, (*ids.shape, V), torch.float32, _("logits"))
    assert isinstance(logits, torch.Tensor)
    if logits.logsumexp(dim=2).abs().max() < 1e-4:
        raise CheckFailed(_("The scores went through a log-softmax: raw ones are asked for."))
    if (logits >= 0).all() and (logits.sum(dim=2) - 1).abs().max() < 1e-4:
        raise CheckFailed(_("The scores went through a softmax: raw ones are asked for."))
    loss = F.cross_entropy(logits.flatten(0, 1), target.flatten()).item()
    if not loss < 0.05:
        sentence = _(
            "After 60 steps of Adam on one small batch the loss is still {loss:.3f}; below 0.05 is easy."
        )
        raise CheckFailed(sentence.format(loss=loss))


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "Which of your weights does an optimiser not know? What does model.parameters() list?",
    "Is there a softmax between your last layer and the loss, which brings one of its own?",
)
def test_CharRNN_can_learn(student: Student, draw: Draw) -> None:
    """Trained on one small batch that needs memory, it learns it by heart; its scores are raw."""
    with blaming_earlier(student, draw):
        # The rows differ in their first letter only: what comes later has to be remembered from there.
        ids = draw.integers(0, V, 4, 1).repeat(1, 3)
        ids[0] = torch.tensor(draw.random.sample(range(V), 3))
        target = draw.integers(0, V, 4, 3)
        target[-1] = torch.tensor(draw.random.sample(range(V), 3))
        check_learns(student, ids, target)


@pytest.mark.task("CharRNN")
@pytest.mark.supporting
@pytest.mark.hint(
    "If the text is cut in two, what does the second half have to start from?",
    "What is h if none is given, and what if one is?",
)
def test_CharRNN_carries_its_state(student: Student, draw: Draw) -> None:
    """Two halves, the second started from the first one's state, give the same as the whole; another state does not."""
    with blaming_earlier(student, draw):
        model = student.CharRNN.keep(V, H)
        ids = draw.integers(0, V, 6, 3)
        logits, h = read(model, ids)
        first, middle = read(model, ids[:2])
        second, last = read(model, ids[2:], middle)
        assert_equal(torch.cat([first, second]), logits, _("read in two halves, logits"))
        assert_equal(last, h, _("read in two halves, the last h"))
        other, _last = read(model, ids[2:], torch.tanh(draw.normal(3, H)).float())
        if torch.equal(other, second):
            raise CheckFailed(_("Another state to start from gives the very same logits."))


@pytest.mark.task("CharRNN")
@pytest.mark.supporting
@pytest.mark.hint(
    "Of which dtype are the weights, and of which dtype the tensors that you make yourself?",
    "Which tensor of your own could be made from a weight, so that it takes over its dtype?",
)
def test_CharRNN_in_float64(student: Student, draw: Draw) -> None:
    """Turned into float64, the model works as before, with a state and without."""
    with blaming_earlier(student, draw):
        model = student.CharRNN.keep(V, H)
        model.double()
        ids = draw.integers(0, V, 4, 3)
        for arguments in ((ids,), (ids, torch.tanh(draw.normal(3, H)))):
            logits, h = read(model, *arguments)
            assert_equal(str(logits.dtype), "torch.float64", _("the dtype of logits"))
            assert_equal(str(h.dtype), "torch.float64", _("the dtype of h"))


def numbered(text: str) -> torch.Tensor:
    """(T,) the letters by their place in the alphabet of the text."""
    return torch.tensor([sorted(set(text)).index(letter) for letter in text])


def assert_losses(got: object, steps: int) -> list[float]:
    """The losses, after a look that they are a list of as many floats as there were steps."""
    assert_kind(got, list)
    assert isinstance(got, list)
    assert_equal(len(got), steps, _("the number of losses"))
    for step, loss in enumerate(got):
        assert_number(loss, f"losses[{step}]")
    return [float(loss) for loss in got]


@pytest.mark.task("fit_hello")
@pytest.mark.hint(
    "Which letters are read, and which are to be predicted? How many predictions does a text of 5 letters have?",
    "Sum or mean, bits or nats, before or after the update?",
)
def test_fit_hello_starts_with_the_right_loss(student: Student, draw: Draw) -> None:
    """The first loss is the untrained model's: mean nats per predicted letter, before any update."""
    for text in ("hello", "banana bread"):
        ids = numbered(text)
        model = draw.weights(LibraryCharModel(len(set(text)), 6))
        expected = F.cross_entropy(model(ids[:-1, None])[0][:, 0], ids[1:]).item()
        losses = assert_losses(student.fit_hello(model, text, 2, 0.01), 2)
        assert_equal(losses[0], expected, _("for “{text}” losses[0]").format(text=text))


@pytest.mark.task("fit_hello")
@pytest.mark.hint(
    "In which order stand clear, back-propagate, step? Is one of them missing?",
    "Which parameters does the optimiser hold, and is it the same optimiser at every step?",
)
def test_fit_hello_learns_to_spell(student: Student, draw: Draw) -> None:
    """300 steps at lr 0.01 bring the loss on “hello” below 0.15, where it needs memory: two letters follow “l”."""
    model = draw.weights(LibraryCharModel(4, 16), scale=0.25)
    student.fit_hello(model, "hello", 3, 0.01)  # tells most known mistakes apart before the long run
    kept = student.put(model)
    losses = assert_losses(student.fit_hello(kept, "hello", 300, 0.01), 300)
    ids = numbered("hello")
    # Only the weights are taken back: on the other side `model.forward` could have been replaced.
    found: Any = kept.fetch().get("parameters")
    assert_kind(found, dict, _("what became of the model"))
    for name, parameter in model.named_parameters():
        assert_tensor(found.get(name), parameter.shape, parameter.dtype, f"`{name}`")
        parameter.data.copy_(found[name])
    loss = F.cross_entropy(model(ids[:-1, None])[0][:, 0], ids[1:]).item()
    for value, name in ((losses[-1], _("the last loss")), (loss, _("the trained model's own loss"))):
        if not 0 <= value < 0.15:
            raise CheckFailed(
                _("After 300 steps {name} is {value:.4f}, expected less than 0.15.").format(
                    name=name, value=value
                )
            )
