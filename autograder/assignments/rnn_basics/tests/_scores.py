"""Builds the batches that the models of the types of RNN are tried on, and judges the scores that they give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from autograder.student.checking.comparing import assert_equal, assert_tensor, blaming
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _

VOCABULARY, EMBED, HIDDEN, CLASSES = 11, 5, 16, 3  # so many cells that no right model is silent by chance
# Where each cell passes its largest value over the words on, a word may be the largest in no cell, and gets no
# gradient: in 14 of 1,000 models of 16 cells, and in none of 5,000 models of 64, which is less than 0.06 % with 95 %
# confidence, and in two of them together less than once in two million.
WIDE, MODELS = 64, 2
IGNORED = -100  # the target of a position that does not count
DOUBLE = torch.float64
FOUR_ROWS = ("##", "#", "####", "###")  # where `padded_rows` has words
STEPS = 20  # of training at most, in which one small batch is learnt by heart
LEARNT = 0.2  # the loss of who knows it: scores after a softmax stop at 0.55, after a tanh at 0.24
# New models, of which one has to learn it. The slowest right answers that we know are an attention and scores of minus
# infinity in the padding: of 300 models 297 did, so that less than 3 % do not with 95 % confidence, and all six fail
# less than once in a billion.
ATTEMPTS = 6


def assert_raw(scores: torch.Tensor) -> None:
    """Raises `CheckFailed` if scores that ought to be raw went through a softmax or a log-softmax."""
    question = _("Cross-entropy applies the softmax itself. What is between your last layer and the loss?")
    if (scores >= 0).all() and (scores.sum(dim=-1) - 1).abs().max() < 1e-4:
        sentence = _("The scores are all positive and add up to 1: a softmax has been applied to them.")
    elif scores.logsumexp(dim=-1).abs().max() < 1e-4:
        sentence = _("The exponentials of the scores add up to 1: a log-softmax has been applied to them.")
    elif (scores == 0).any():
        sentence = _("Some scores are exactly 0: something cuts them off after the last layer.")
    else:
        return
    raise CheckFailed(sentence, Evidence.VALUES, question)


def assert_learnt(
    student: Student,
    make: Callable[[], Remote],
    arguments: Sequence[torch.Tensor],
    target: torch.Tensor,
    classes: int,
) -> None:
    """Raises `CheckFailed` unless the scores are raw and this one batch, drawn just now, can be learnt by heart."""
    for loss in losses(student, ATTEMPTS, lambda: _loss_after_training(make(), arguments, target, classes)):
        if loss <= LEARNT:
            return
    raise CheckFailed(
        _(
            "One small batch, seen {steps} times, should be known by heart; the mean loss is still {loss}."
        ).format(steps=STEPS, loss=f"{loss:.3f}")
    )


def losses(student: Student, attempts: int, train: Callable[[], float]) -> Iterator[float]:
    """The losses of up to so many new models, one after the other; mistakes are recognised by the first one alone."""
    for attempt in range(attempts):
        answered = len(student.transcript)
        yield train()
        if attempt:
            del student.transcript[answered:]


def _loss_after_training(
    model: Remote, arguments: Sequence[torch.Tensor], target: torch.Tensor, classes: int
) -> float:
    model.eval()
    scores = without_padding(model(*arguments), target != IGNORED)
    assert_tensor(scores, (*target.shape, classes), torch.float32)
    assert_raw(scores[target != IGNORED])
    # Far below, so that the loss after the next step, and in eval mode, is below as well.
    model.fit(*arguments, target=target, steps=STEPS, lr=0.1, until=LEARNT / 10)
    scores = without_padding(model(*arguments), target != IGNORED)
    assert_tensor(scores, (*target.shape, classes), torch.float32, _("after training the result"))
    assert_raw(scores[target != IGNORED])  # training drives what a ReLU cuts off to 0
    return F.cross_entropy(scores.flatten(0, -2), target.flatten(), ignore_index=IGNORED).item()


def evaluating(student: Student, model: Remote) -> Remote:
    """The model in float64 and eval mode, for comparisons at six digits."""
    list(student.each([model.double.to_call(), model.eval.to_call()]))
    return model


def each_row_alone(
    model: Remote, lengths: torch.Tensor, ids: torch.Tensor, *others: torch.Tensor
) -> Iterator[Any]:
    """What the model gives for each row of a padded batch by itself, without padding; `others` are like ids."""
    return model.each(
        [
            (ids[row : row + 1, :length], lengths[row : row + 1], *(other[row : row + 1] for other in others))
            for row, length in enumerate(lengths.tolist())
        ]
    )


def is_word(rows: Sequence[str], width: int) -> torch.Tensor:
    """(B, T) whether a position holds a word, out of one string a row: "##" is a row of two words."""
    return torch.tensor([[mark == "#" for mark in row.ljust(width)] for row in rows])


def without_padding(scores: Any, places: torch.Tensor) -> Any:
    """A tagger's scores with 0 at padded positions, which may hold anything; anything else stays as it is."""
    if not isinstance(scores, torch.Tensor) or scores.shape[:-1] != places.shape:
        return scores
    kept = torch.zeros_like(scores)
    kept[places] = scores[places]
    return kept


def assert_moved(before: torch.Tensor, after: torch.Tensor, sentence: str) -> None:
    """Raises `CheckFailed` with the sentence if two results are the same."""
    if (before - after).abs().max() < 1e-7:
        raise CheckFailed(sentence)


def padded_rows(draw: Draw, pad_id: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """ids (4, width) without pad_id at real positions, and unsorted lengths with the longest in the middle."""
    lengths = torch.tensor([2, 1, 4, 3])  # those of FOUR_ROWS
    ids = draw.integers(0, VOCABULARY - 1, 4, width)
    ids[ids >= pad_id] += 1  # every id but pad_id
    ids[~is_word(FOUR_ROWS, width)] = pad_id
    return ids, lengths


def other_padding(draw: Draw, ids: torch.Tensor, lengths: torch.Tensor, extra: int) -> torch.Tensor:
    """The same rows in a wider batch, with arbitrary ids in the padding."""
    wide = draw.integers(0, VOCABULARY, len(ids), ids.shape[1] + extra)
    for row, length in enumerate(lengths.tolist()):
        wide[row, :length] = ids[row, :length]
    return wide


def one_change_each(draw: Draw, length: int) -> torch.Tensor:
    """(length + 2, length): a row, then the row with one word changed at each place, then with its ends exchanged."""
    base = draw.random.sample(range(1, VOCABULARY - 1), length)
    rows = [list(base) for _row in range(length + 2)]
    for place in range(length):
        rows[place + 1][place] = VOCABULARY - 1
    rows[-1][0], rows[-1][-1] = rows[-1][-1], rows[-1][0]
    return torch.tensor(rows)


def embedding_gradient(*gradients: dict[str, Any]) -> torch.Tensor:
    """(V, E): the absolute gradients of the parameters that have the shape of an embedding, summed over models."""
    found = [each.abs() for model in gradients for each in model.values() if isinstance(each, torch.Tensor)]
    # One-hot vectors and a linear layer are an embedding too: its weight is (E, V).
    fitting = [g for g in found if g.shape == (VOCABULARY, EMBED)]
    fitting += [g.T for g in found if g.shape == (EMBED, VOCABULARY)]
    if not fitting:
        raise CheckFailed(
            _("No parameter of the shape (vocab_size, embed) = {shape} gets a gradient.").format(
                shape=(VOCABULARY, EMBED)
            ),
            Evidence.GRADIENTS,
        )
    return torch.stack(fitting).sum(dim=0)


def assert_rows_with_gradient(got: torch.Tensor, read: set[int], pad_id: int, elsewhere: set[int]) -> None:
    """Raises `CheckFailed` unless exactly the ids that were read get a gradient; `elsewhere` stand in other rows."""
    found = {row for row, values in enumerate(got) if values.abs().max() > 0}
    if pad_id in found:
        raise CheckFailed(
            _("Row pad_id = {row} of the embedding gets a gradient.").format(row=pad_id),
            Evidence.GRADIENTS,
            _("What is `pad_id` given to the constructor for? Which option of the embedding wants it?"),
        )
    if read - found:
        sentence = _("Row {row} of the embedding gets no gradient, though that id was read.")
        raise CheckFailed(sentence.format(row=min(read - found)), Evidence.GRADIENTS)
    if found & elsewhere:
        raise _mixed_rows(Evidence.GRADIENTS)
    if found - read:
        sentence = _("Row {row} of the embedding gets a gradient, though that id stands only in the padding.")
        raise CheckFailed(sentence.format(row=min(found - read)), Evidence.GRADIENTS)


def assert_rows_keep_apart(model: Remote, *others: torch.Tensor) -> None:
    """Raises `CheckFailed` if one word alone gets other scores beside a second row, where nothing is padded.

    `others` are further arguments of both rows. A result of another shape is left to whoever looks at shapes.
    """
    ids, lengths = torch.tensor([[1], [2]]), torch.tensor([1, 1])
    first = (ids[:1], lengths[:1], *(other[:1] for other in others))
    beside, alone = model.each([(ids, lengths, *others), first])
    is_tensor = isinstance(beside, torch.Tensor) and isinstance(alone, torch.Tensor)
    if is_tensor and beside[:1].shape == alone.shape and not torch.allclose(beside[:1], alone, 1e-3, 1e-5):
        again = model(*first)
        if not isinstance(again, torch.Tensor) or not torch.equal(again, alone):  # dropout, not the other row
            raise other_at_each_call()
        raise _mixed_rows(Evidence.VALUES)


def other_at_each_call() -> CheckFailed:
    """What is said of a model that answers an equal call with other values."""
    return CheckFailed(
        _("The shapes are right; but a second, equal call gives other values."),
        question=_("What in your model draws random numbers, or keeps something from the call before?"),
    )


def _mixed_rows(evidence: Evidence) -> CheckFailed:
    return CheckFailed(
        _("The scores of one row depend on the words of another row."),
        evidence,
        _("Which of your lines brings the rows of the batch together?"),
    )


@contextmanager
def blaming_padding(student: Student, reference: Student, draw: Draw, task: str) -> Iterator[None]:
    """Lets a failure name the student's own `last_states` or `masked_mean`, if the task calls them and they fail."""
    rnn = draw.weights(nn.LSTM(2, 1, batch_first=True, bidirectional=True))
    embedded, lengths = draw.normal(2, 3, 2), torch.tensor([2, 3])
    # Asked before anything has failed: what the reference is asked must not depend on the student.
    states, means = reference.last_states(rnn, embedded, lengths), reference.masked_mean(embedded, lengths)

    def probe_states() -> None:
        assert_equal(student.last_states(rnn, embedded, lengths), states)

    def probe_mean() -> None:
        assert_equal(student.masked_mean(embedded, lengths), means)

    with (
        blaming(student, task, "last_states", probe_states),
        blaming(student, task, "masked_mean", probe_mean),
    ):
        yield
