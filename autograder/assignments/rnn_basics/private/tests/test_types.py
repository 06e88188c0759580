"""What must hold of the four types of RNN: padding, order, ties, precision."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from autograder.assignments.rnn_basics.tests.test_types import (
    CLASSES,
    EMBED,
    HIDDEN,
    VOCABULARY,
    Writer,
    assert_moved,
    assert_rows_with_gradient,
    blaming_padding,
    embedding_gradient,
    without_padding,
    words,
)
from autograder.student.checking.comparing import assert_equal, assert_tensor
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _

DOUBLE = torch.float64


def evaluating(model: Remote) -> Remote:
    """The model in float64 and eval mode, for comparisons at six digits."""
    model.double()
    model.eval()
    return model


def other_padding(draw: Draw, ids: torch.Tensor, lengths: torch.Tensor, extra: int) -> torch.Tensor:
    """The same rows in a wider batch, with arbitrary ids in the padding."""
    wide = draw.integers(0, VOCABULARY, len(ids), ids.shape[1] + extra)
    for row, length in enumerate(lengths.tolist()):
        wide[row, :length] = ids[row, :length]
    return wide


def one_change_each(draw: Draw, words: int) -> torch.Tensor:
    """(words + 2, words): a row, then the row with one word changed at each place, then with its ends exchanged."""
    base = draw.random.sample(range(1, VOCABULARY - 1), words)
    rows = [list(base) for _row in range(words + 2)]
    for place in range(words):
        rows[place + 1][place] = VOCABULARY - 1
    rows[-1][0], rows[-1][-1] = rows[-1][-1], rows[-1][0]
    return torch.tensor(rows)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.supporting
@pytest.mark.hint("Who decides what is padding: the ids that stand there, or `lengths`?")
def test_only_lengths_say_what_is_padding(student: Student, draw: Draw) -> None:
    """Wider padding, or other ids in it, changes no score; the rows' order changes only the order."""
    with blaming_padding(student, draw, "SequenceClassifier"):
        model = evaluating(student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 3))
        ids, lengths = draw.integers(0, VOCABULARY, 4, 5), torch.tensor([3, 1, 5, 2])
        scores = model(ids, lengths)
        assert_tensor(scores, (4, CLASSES), DOUBLE)
        wide = model(other_padding(draw, ids, lengths, extra=2), lengths)
        assert_equal(wide, scores, _("with other padding the result"))
        order = torch.tensor([2, 3, 0, 1])
        assert_equal(
            model(ids[order], lengths[order]), scores[order], _("with the rows in another order the result")
        )


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint("Is the answer given after the last word, by a network that has read all the others?")
def test_every_word_and_their_order_count(student: Student, draw: Draw) -> None:
    """Another word anywhere in a row, or the words in another order, gives other scores."""
    with blaming_padding(student, draw, "SequenceClassifier"):
        model = evaluating(student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0))
        ids = one_change_each(draw, words=4)
        scores = model(ids, torch.full((len(ids),), 4))
        assert_tensor(scores, (len(ids), CLASSES), DOUBLE)
        for place in range(4):
            sentence = _("Another word at place {place} of {words} changes no score.").format(
                place=place, words=4
            )
            assert_moved(scores[0], scores[place + 1], sentence)
        assert_moved(scores[0], scores[-1], _("The same words in another order get the very same scores."))
        both = ids[1].clone()
        both[1] = ids[2, 1]
        got = model(both[None], torch.tensor([4]))
        assert_tensor(got, (1, CLASSES), DOUBLE)
        # The sum of what each change does alone: a weighted bag of words, without any network that reads, gives it.
        sentence = _("What a word adds to the scores never depends on the words before it.")
        assert_moved(scores[1] + scores[2] - scores[0], got[0], sentence)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint(
    "Which ids in the batch were read, and which only stand in the padding?",
    "Does the embedding know which of its rows is the padding's?",
)
def test_gradient_of_the_embedding(student: Student, draw: Draw) -> None:
    """An id that stands only in the padding gets no gradient, nor pad_id even where it is read."""
    with blaming_padding(student, draw, "SequenceClassifier"):
        pad_id = VOCABULARY - 1
        model = student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, pad_id)
        ids = torch.tensor([[1, 7, 7, 7], [2, pad_id, 3, 7], [4, 5, 2, 1]])
        upstream = draw.normal(3, CLASSES, dtype=torch.float32)
        gradients = model.gradients(ids, torch.tensor([1, 3, 4]), upstream=[upstream])
        got = embedding_gradient(gradients.parameters, VOCABULARY, EMBED)
        assert_rows_with_gradient(got, {1, 2, 3, 4, 5}, pad_id)


@pytest.mark.task("SequenceTagger")
@pytest.mark.supporting
@pytest.mark.hint("The backward direction starts at the right edge. What stands there in a short row?")
def test_padding_moves_no_tag(student: Student, draw: Draw) -> None:
    """Wider padding, or other ids in it, changes no score at a word; width is always that of ids."""
    model = evaluating(student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 3))
    ids, lengths = draw.integers(0, VOCABULARY, 3, 4), torch.tensor([2, 4, 1])
    scores = without_padding(model(ids, lengths), words(ids, lengths))
    assert_tensor(scores, (3, 4, CLASSES), DOUBLE)
    other = other_padding(draw, ids, lengths, extra=3)
    wide = without_padding(model(other, lengths), words(other, lengths))
    assert_tensor(wide, (3, 7, CLASSES), DOUBLE, _("in a wider batch the result"))
    for row, length in enumerate(lengths.tolist()):
        what = _("with other padding, at the words of row {row}, the score").format(row=row)
        assert_equal(wide[row, :length], scores[row, :length], what)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint("Which positions can know a word: only those after it, or those before it too?")
def test_every_position_knows_every_word(student: Student, draw: Draw) -> None:
    """Another word anywhere in a row changes the scores at every position of that row."""
    model = evaluating(student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0))
    ids = one_change_each(draw, words=3)
    scores = model(ids, torch.full((len(ids),), 3))
    assert_tensor(scores, (len(ids), 3, CLASSES), DOUBLE)
    for place in range(3):
        for position in range(3):
            sentence = _("Another word at place {place} changes no score at position {position}.").format(
                place=place, position=position
            )
            assert_moved(scores[0, position], scores[place + 1, position], sentence)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint("Which ids in the batch were read, and which only stand in the padding?")
def test_gradient_of_the_taggers_embedding(student: Student, draw: Draw) -> None:
    """What the scores at the words depend on: no id that stands only in the padding."""
    model = student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    ids, lengths = torch.tensor([[1, 7, 0, 7], [2, 3, 4, 7]]), torch.tensor([1, 3])
    upstream = draw.normal(2, 4, CLASSES, dtype=torch.float32)
    for row, length in enumerate(lengths.tolist()):
        upstream[row, length:] = 0
    gradients = model.gradients(ids, lengths, upstream=[upstream])
    got = embedding_gradient(gradients.parameters, VOCABULARY, EMBED)
    assert_rows_with_gradient(got, {1, 2, 3, 4}, 0)


@pytest.mark.task("greedy_decode")
@pytest.mark.hint("When two scores are equally high, which of them does your function take?")
def test_ties_go_to_the_lowest_id(student: Student, draw: Draw) -> None:
    """Of equally high scores the lowest id is chosen."""
    table = draw.integers(0, 3, 31, 9).to(torch.float32)
    step = Writer(table, eos_id=8)
    got = student.greedy_decode(step, 1, 0, 8, 12)
    assert_equal(got, step.writes(1, 0, count=12), _("with many equal scores the list of ids"))


@pytest.mark.task("greedy_decode")
@pytest.mark.hint("What is the least, and what the greatest number of ids that may be returned?")
def test_shortest_outputs(student: Student, draw: Draw) -> None:
    """Right for max_len 0 and 1, and when the very first choice is eos_id."""
    table = draw.normal(23, 5)
    for longest in (0, 1):
        step = Writer(table, eos_id=4)
        what = _("for max_len {longest} the list of ids").format(longest=longest)
        assert_equal(student.greedy_decode(step, 2, 4, 4, longest), step.writes(2, 4, longest), what)
    step = Writer(table, eos_id=3, patience=0)
    got = student.greedy_decode(step, 0, 1, 3, 6)
    assert_equal(got, [], _("when eos_id is the first choice the list of ids"))


@pytest.mark.task("greedy_decode")
@pytest.mark.hint("Does your function need to know what a state is made of?")
def test_state_may_be_anything(student: Student, draw: Draw) -> None:
    """The state is handed back as it came, be it a pair of tensors or None, and ids are Python ints."""
    weights, read = draw.normal(4, 6), []

    def step(*arguments: Any) -> tuple[torch.Tensor, tuple[torch.Tensor, None]]:
        current, state = (*arguments, None, None)[:2]
        read.append(current)
        known = isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], torch.Tensor)
        memory = state[0] if known and state[0].shape == (4,) else torch.zeros(4, dtype=DOUBLE)
        number = current if isinstance(current, int) and 0 <= current < 6 else 0
        memory = torch.tanh(memory.roll(1) * 1.5 + weights[:, number])
        logits = memory @ weights
        logits[5] = 1e3 if len(read) > 30 else -1e3
        return logits, (memory, None)

    expected: list[int] = []
    state: Any = None
    for _step in range(7):
        logits, state = step((expected or [2])[-1], state)
        expected.append(int(logits.argmax()))
    read.clear()
    got = student.greedy_decode(step, None, 2, 5, 7)
    if any(isinstance(current, bool) or not isinstance(current, int) for current in read):
        raise CheckFailed(_("`step` was called with an id that is not a Python int."))
    assert_equal(got, expected, _("with a pair of tensors as the state the list of ids"))


@pytest.mark.task("EncoderDecoder")
@pytest.mark.supporting
@pytest.mark.hint("Who decides what is padding: the ids that stand there, or `lengths`?")
def test_padding_of_the_source(student: Student, draw: Draw) -> None:
    """Wider padding of the source, or other ids in it, changes no score; the rows' order only the order."""
    with blaming_padding(student, draw, "EncoderDecoder"):
        model = evaluating(student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN))
        source, lengths = draw.integers(0, VOCABULARY, 3, 4), torch.tensor([1, 4, 2])
        target = draw.integers(0, VOCABULARY, 3, 5)
        scores = model(source, lengths, target)
        assert_tensor(scores, (3, 5, VOCABULARY), DOUBLE)
        wide = model(other_padding(draw, source, lengths, extra=2), lengths, target)
        assert_equal(wide, scores, _("with other padding in the source the result"))
        order = torch.tensor([2, 0, 1])
        got = model(source[order], lengths[order], target[order])
        assert_equal(got, scores[order], _("with the rows in another order the result"))


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint("Has the encoder read the whole source before the decoder writes its first word?")
def test_every_source_word_reaches_every_step(student: Student, draw: Draw) -> None:
    """Another source word, wherever it stands, changes the scores at every step of the target."""
    with blaming_padding(student, draw, "EncoderDecoder"):
        model = evaluating(student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN))
        source = one_change_each(draw, words=3)
        target = draw.integers(0, VOCABULARY, 1, 2).expand(len(source), 2).clone()
        scores = model(source, torch.full((len(source),), 3), target)
        assert_tensor(scores, (len(source), 2, VOCABULARY), DOUBLE)
        for place in range(3):
            for step in range(2):
                sentence = _(
                    "Another word at place {place} of the source changes no score at t = {step}."
                ).format(place=place, step=step)
                assert_moved(scores[0, step], scores[place + 1, step], sentence)


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint("Does the loss of the decoder reach the weights of the encoder?")
def test_encoder_is_trained_too(student: Student, draw: Draw) -> None:
    """The gradient of the decoder's scores reaches the embedding of every source word."""
    with blaming_padding(student, draw, "EncoderDecoder"):
        model = student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN)
        source, lengths, target = (
            torch.tensor([[1, 2, 3], [4, 5, 0]]),
            torch.tensor([3, 2]),
            torch.tensor([[8], [9]]),
        )
        upstream = draw.normal(2, 1, VOCABULARY, dtype=torch.float32)
        gradients = model.gradients(source, lengths, target, upstream=[upstream])
        got = embedding_gradient(gradients.parameters, VOCABULARY, EMBED)
        for word in (1, 2, 3, 4, 5):
            if got[word].max() == 0:
                raise CheckFailed(_("The embedding of a word that stands in the source gets no gradient."))


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint("To predict the next word of the target, which of its words so far have you read?")
def test_scores_of_a_prefix(student: Student, draw: Draw) -> None:
    """A target cut short gets the same scores as far as it goes; all its words count; B = S = T = 1 works."""
    with blaming_padding(student, draw, "EncoderDecoder"):
        model = evaluating(student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN))
        source, lengths = draw.integers(0, VOCABULARY, 1, 3), torch.tensor([3])
        target = draw.integers(0, VOCABULARY - 1, 1, 4)
        whole = model(source, lengths, target)
        assert_tensor(whole, (1, 4, VOCABULARY), DOUBLE)
        for steps in (1, 3):
            what = _("for the first {steps} words of the target the result").format(steps=steps)
            assert_equal(model(source, lengths, target[:, :steps]), whole[:, :steps], what)
        other = F.pad(target[:, 1:], (1, 0), value=VOCABULARY - 1)
        moved = model(source, lengths, other)
        assert_tensor(moved, (1, 4, VOCABULARY), DOUBLE)
        for step in range(4):
            sentence = _("Another first word of the target changes no score at t = {step}.").format(step=step)
            assert_moved(whole[:, step], moved[:, step], sentence)
        single = model(source[:, :1], torch.tensor([1]), target[:, :1])
        assert_tensor(single, (1, 1, VOCABULARY), DOUBLE, _("for B = S = T = 1 the result"))
