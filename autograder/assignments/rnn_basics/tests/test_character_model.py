"""What is promised of `CharRNN`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from autograder.assignments.rnn_basics.tests._cells import probe_forward, probe_step
from autograder.assignments.rnn_basics.tests._scores import losses, other_at_each_call
from autograder.student.checking.comparing import (
    assert_equal,
    assert_kind,
    assert_tensor,
    blaming,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _

V, H = 5, 7  # letters and cells; time and batch are different again
STARTS = 4  # states from which every letter is read
STEPS = 25  # of training at most, in which one small batch is learnt by heart
LEARNT = 0.05  # the loss of who knows it
# New models, of which one has to learn it. Of those with tiny first weights, the slowest that we know, 10 of 300 do
# not, less than 6 % with 95 % confidence: all six fail less than once in 20 million.
ATTEMPTS = 6


@contextmanager
def blaming_earlier(student: Student, reference: Student, draw: Draw) -> Iterator[None]:
    """A failure of `CharRNN` names `rnn_step` or `rnn_forward`, if that one is called and is wrong."""
    step, forward = probe_step(student, reference, draw), probe_forward(student, reference, draw)
    with ExitStack() as stack:
        # The outer one has the last word: where both are wrong, rnn_step is to be mended first.
        stack.enter_context(blaming(student, "CharRNN", "rnn_step", step))
        stack.enter_context(blaming(student, "CharRNN", "rnn_forward", forward))
        yield


def read(
    model: Remote, ids: torch.Tensor, *state: torch.Tensor, cells: int = H
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the model returns for these ids (and this state), after a look at kind, shapes and dtype."""
    return looked_at(model(ids, *state), ids, cells)


def read_each(
    model: Remote, *inputs: tuple[torch.Tensor, ...]
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The same for each of these ids, or pairs of ids and a state, one after the other."""
    for (ids, *_state), got in zip(inputs, model.each(inputs), strict=True):
        yield looked_at(got, ids, H)


def looked_at(got: Any, ids: torch.Tensor, cells: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What a model returned for these ids, if kind, shapes and dtype are right."""
    T, B = ids.shape
    assert_kind(got, tuple, _("what the model returns"))
    assert_equal(len(got), 2, _("the number of results"))
    dtype = got[0].dtype if isinstance(got[0], torch.Tensor) and got[0].is_floating_point() else torch.float32
    assert_tensor(got[0], (T, B, V), dtype, _("for ids of shape {shape} logits").format(shape=(T, B)))
    assert_tensor(got[1], (B, cells), dtype, _("for ids of shape {shape} h").format(shape=(T, B)))
    logits, h = got
    return logits, h


def parameters_of(model: Remote) -> dict[str, torch.Tensor]:
    """What `model.parameters()` lists, by name."""
    found: Any = model.fetch().get("parameters")
    if not isinstance(found, dict):
        raise CheckFailed(
            _("CharRNN is not an nn.Module."),
            Evidence.STRUCTURE,
            _("Which class stands in the brackets after `class CharRNN`?"),
        )
    for name, values in found.items():
        if not isinstance(values, torch.Tensor) or not values.is_floating_point():
            raise CheckFailed(
                _("{name} is not a tensor of real numbers.").format(name=name), Evidence.STRUCTURE
            )
    return found


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "Which shape has the input after one-hot, which the state, which the scores?",
    "Which axis of ids is time, which one counts the rows?",
)
def test_CharRNN_returns_scores_and_a_state(student: Student, reference: Student, draw: Draw) -> None:
    """It returns scores (T, B, V) and one state (B, H), also for one row or one letter, twice the same."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        texts = [draw.integers(0, V, T, B) for T, B in ((6, 3), (4, 1), (1, 4), (1, 1))]
        results = read_each(model, *((ids,) for ids in texts for _twice in range(2)))
        for first, second in zip(results, results, strict=True):
            if not all(map(torch.equal, first, second)):
                raise other_at_each_call()


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "The scores of step t are made from which state: the one before, or after reading ids[t]?",
    "In which order does your loop read the letters?",
)
def test_CharRNN_reads_in_order(student: Student, reference: Student, draw: Draw) -> None:
    """A changed letter changes the scores at its own step and later ones, and no earlier ones."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        ids = draw.integers(0, V, 6, 3)
        changed = ids.clone()
        changed[3] = (ids[3] + 1) % V
        (logits, h), (new_logits, new_h) = read_each(model, (ids,), (changed,))
        assert_equal(new_logits[:3], logits[:3], _("with ids[3] changed, logits[:3]"))
        for step in (3, 4, 5):
            if (new_logits[step] == logits[step]).all(dim=1).any():
                raise CheckFailed(_("With ids[3] changed, logits[{step}] do not change.").format(step=step))
        if (new_h == h).all(dim=1).any():
            raise CheckFailed(_("With ids[3] changed, the state after the last letter does not change."))


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "If the text is cut in two, what does the second half have to start from?",
    "What is h if none is given, and what if one is?",
)
def test_CharRNN_carries_its_state(student: Student, reference: Student, draw: Draw) -> None:
    """Two halves, the second started from the first one's state, give the same as the whole; None means zeros."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        ids = draw.integers(0, V, 6, 3)
        results = read_each(model, (ids,), (ids, torch.zeros(3, H)), (ids[:2],))
        logits, h = next(results)
        zero_logits, zero_h = next(results)
        assert_equal(zero_logits, logits, _("started from zeros instead of None, logits"))
        assert_equal(zero_h, h, _("started from zeros instead of None, h"))
        first, middle = next(results)
        another = torch.tanh(draw.normal(3, H)).float()
        results = read_each(model, (ids[2:], middle), (ids[2:], another))
        second, last = next(results)
        assert_equal(torch.cat([first, second]), logits, _("read in two halves, logits"))
        assert_equal(last, h, _("read in two halves, the last h"))
        other, _last = next(results)
        if torch.equal(other, second):
            raise CheckFailed(_("Another initial state gives exactly the same logits."))


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "Between which two numbers lies a tanh? Which function is applied in your cell, and to what?",
    "Which two terms are added inside the tanh?",
)
def test_CharRNN_has_a_vanilla_cell(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is tanh of a sum: what a letter adds inside does not depend on the old state."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        # Of the size of 1, so that another function than tanh shows, and around 0, so that half of the cells are
        # negative: of 300,000 right models each had a state below -0.79.
        spread = {name: p for name, p in parameters_of(model).items() if p.numel() > 1 and p.std() > 0}
        model.load({name: 0.6 * (p - p.mean()) / p.std() for name, p in spread.items()})
        letters = torch.arange(V)[None]  # one letter a row
        starts = torch.tanh(draw.normal(STARTS, H)).float()
        states = [h for _logits, h in read_each(model, *((letters, start.repeat(V, 1)) for start in starts))]
        low, high = torch.stack(states).min().item(), torch.stack(states).max().item()
        if low < -1 or high > 1 or low >= 0:
            raise CheckFailed(
                _("The state reaches from {low:.3f} to {high:.3f}, which is not what a tanh gives.").format(
                    low=low, high=high
                )
            )
        insides = [torch.atanh(h.double().clamp(-1 + 1e-7, 1 - 1e-7)) for h in states[:2]]
        first, second = (inside - inside[:1] for inside in insides)
        difference = (first - second).abs()[torch.stack(insides).abs().amax(dim=0) < 4]
        if difference.numel() and difference.max() > 0.01:
            raise CheckFailed(_("What a letter adds inside of the tanh depends on the old state."))


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "Which of your weights does an optimiser not know? What does model.parameters() list?",
    "What makes a tensor a parameter of a module? And a list of layers?",
)
def test_CharRNN_registers_every_weight(student: Student, reference: Student, draw: Draw) -> None:
    """Two models with the same parameters give the same scores."""
    with blaming_earlier(student, reference, draw):
        model, other = student.CharRNN.keep(V, H), student.CharRNN.keep(V, H)
        other.load(parameters_of(model))
        ids, start = draw.integers(0, V, 4, 3), torch.tanh(draw.normal(3, H)).float()
        logits, h = read(model, ids, start)
        other_logits, other_h = read(other, ids, start)
        assert_equal(other_h, h, _("of a second model with the same parameters, h"))
        assert_equal(other_logits, logits, _("of a second model with the same parameters, logits"))


@pytest.mark.task("CharRNN")
@pytest.mark.hint(
    "Is there a softmax between your last layer and the loss, which brings one of its own?",
    "Through which of your lines can a gradient not flow back to an earlier letter?",
)
def test_CharRNN_can_learn(student: Student, reference: Student, draw: Draw) -> None:
    """Trained on one small batch that needs memory, it learns it by heart; it returns raw logits."""
    with blaming_earlier(student, reference, draw):
        # The rows differ in their first letter only: what comes later has to be remembered from there.
        ids = draw.integers(0, V, 4, 1).repeat(1, 3)
        ids[0] = torch.tensor(draw.random.sample(range(V), 3))
        target = draw.integers(0, V, 4, 3)
        target[-1] = torch.tensor(draw.random.sample(range(V), 3))
        for loss in losses(student, ATTEMPTS, lambda: loss_after_training(student, ids, target)):
            if loss < LEARNT:
                break
        else:
            sentence = _(
                "After {steps} steps of Adam on one small batch the loss is still {loss}; below 0.05 is easy."
            )
            raise CheckFailed(sentence.format(steps=STEPS, loss=f"{loss:.3f}"))


def loss_after_training(student: Student, ids: torch.Tensor, target: torch.Tensor) -> float:
    """The loss of a new model on one batch after training; `CheckFailed` if its scores are not raw."""
    model = student.CharRNN.keep(V, 24)
    read(model, ids, cells=24)  # what is wrong without any training is said, and told apart, before it
    model.fit(ids, target=target, steps=STEPS, lr=0.06, until=LEARNT / 2)
    logits, _h = read(model, ids, cells=24)
    if logits.logsumexp(dim=2).abs().max() < 1e-4:
        raise CheckFailed(_("The scores went through a log-softmax: return raw logits."))
    if (logits >= 0).all() and (logits.sum(dim=2) - 1).abs().max() < 1e-4:
        raise CheckFailed(_("The scores went through a softmax: return raw logits."))
    return F.cross_entropy(logits.flatten(0, 1), target.flatten()).item()


@pytest.mark.task("CharRNN")
@pytest.mark.hint("Is the state that was given still part of the graph when the scores are made?")
def test_CharRNN_passes_gradients_to_its_state(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient that reaches a given state is the one that small changes of it show."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        ids = draw.integers(0, V, 3, 2)
        h = torch.tanh(draw.normal(2, H)).float().requires_grad_()
        read(model, ids, h)
        upstream = [draw.normal(3, 2, V).float(), draw.normal(2, H).float()]
        gradient = model.gradients(ids, h, upstream=upstream).arguments[-1]
        if gradient is None or not gradient.any():
            raise CheckFailed(_("No gradient reaches the state that was given."), Evidence.GRADIENTS)
        assert_equal(gradient.shape, h.shape, _("the shape of the gradient of h"))
        direction = gradient / gradient.norm()
        step = 0.02
        around = [(ids, (h + way * direction).detach()) for way in (step, -step)]
        ahead, behind = (
            torch.stack([(v.double() * u).sum() for v, u in zip(result, upstream, strict=True)]).sum()
            for result in read_each(model, *around)
        )
        slope, expected = gradient.norm().item(), ((ahead - behind) / (2 * step)).item()
        assert_equal(slope, expected, _("the length of the gradient of h"), rtol=0.02, atol=1e-6)


@pytest.mark.task("CharRNN")
@pytest.mark.supporting
@pytest.mark.hint(
    "What dtype do the weights have, and what dtype do the tensors have that you make yourself?",
    "Which tensor of your own could be made from a weight, so that it takes over its dtype?",
)
def test_CharRNN_in_float64(student: Student, reference: Student, draw: Draw) -> None:
    """Turned into float64, the model works as before, with a state and without."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        model.double()
        ids = draw.integers(0, V, 4, 3)
        for logits, h in read_each(model, (ids,), (ids, torch.tanh(draw.normal(3, H)))):
            assert_equal(str(logits.dtype), "torch.float64", _("the dtype of logits"))
            assert_equal(str(h.dtype), "torch.float64", _("the dtype of h"))


@pytest.mark.task("CharRNN")
@pytest.mark.supporting
@pytest.mark.hint(
    "Which axis of ids is time, which one counts the rows? Where could two rows be mixed?",
    "What in your model draws random numbers, or keeps something from the call before?",
)
def test_CharRNN_keeps_rows_and_calls_apart(student: Student, reference: Student, draw: Draw) -> None:
    """Rows in another order, a row alone, a second call: the same scores."""
    with blaming_earlier(student, reference, draw):
        model = student.CharRNN.keep(V, H)
        model.train()
        ids, start = draw.integers(0, V, 5, 4), torch.tanh(draw.normal(4, H)).float()
        order = torch.tensor(draw.random.sample(range(4), 4))
        results = read_each(
            model, (ids, start), (ids, start), (ids[:, order], start[order]), (ids[:1],), (ids[:1, 2:3],)
        )
        logits, h = next(results)
        assert_equal(next(results), (logits, h), _("in training mode, the result of a second, equal call"))
        turned, turned_h = next(results)
        assert_equal(turned, logits[:, order], _("with the rows in another order, logits"))
        assert_equal(turned_h, h[order], _("with the rows in another order, h"))
        first, first_h = next(results)
        alone, alone_h = next(results)
        assert_equal(alone, first[:, 2:3], _("for one letter of one row alone, logits"))
        assert_equal(alone_h, first_h[2:3], _("for one letter of one row alone, h"))
