"""What is promised of `truncated_bptt`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_equal, assert_gradients, assert_kind
from autograder.student.checking.draw import Draw
from autograder.student.checking.gradients import Gradients
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Remote,
    Student,
    StudentError,
)
from autograder.student.core.language import _


def next_chunk(generator: Remote, number: int, call: Callable[[], Any] | None = None) -> Any:
    """What the student's generator yields next, or what `call` gives; a `CheckFailed` if there is nothing."""
    if generator.type_name in ("list", "tuple"):
        raise CheckFailed(
            _("`truncated_bptt` returned a {kind}, not a generator.").format(kind=generator.type_name),
            Evidence.STRUCTURE,
            _("In training the weights change between two chunks. When is your second chunk computed?"),
        )
    try:
        return call() if call else generator.next()
    except StudentError as error:
        if error.type_name != "StopIteration":
            error.name = "truncated_bptt"
            raise
        raise CheckFailed(
            _("The generator ends before chunk {number}.").format(number=number), Evidence.STRUCTURE
        ) from None


def assert_chunk(got: Any, expected: Any, where: str) -> None:
    """Raises `CheckFailed` unless a chunk is the pair expected; `where` begins the message."""
    assert_kind(got, tuple, _("{where}, what was yielded").format(where=where))
    if len(got) != 2:
        raise CheckFailed(
            _("{where}, {count} things were yielded, not a pair.").format(where=where, count=len(got)),
            Evidence.STRUCTURE,
        )
    assert_equal(got[0], expected[0], _("{where}, outputs").format(where=where))
    assert_equal(got[1], expected[1], _("{where}, state").format(where=where))


def assert_chunks(
    student: Student, arguments: Sequence[Any], expected: Sequence[Any], case: str = ""
) -> None:
    """Raises `CheckFailed` unless the student's generator yields these chunks and no more."""
    generator = student.truncated_bptt.keep(*arguments)
    chunks = generator.__next__.each([()] * (len(expected) + 1))
    for number, chunk in enumerate(expected):
        where = " ".join(filter(None, (case, _("in chunk {number}").format(number=number))))
        assert_chunk(next_chunk(generator, number, partial(next, chunks)), chunk, where)
    assert_ended(chunks)


def assert_ended(chunks: Iterator[Any]) -> None:
    """Raises `CheckFailed` if the student's generator yields anything more."""
    try:
        next(chunks)
    except StudentError as error:
        if error.type_name == "StopIteration":
            return
        error.name = "truncated_bptt"
        raise
    raise CheckFailed(_("The generator yields more chunks than the sequence has."), Evidence.STRUCTURE)


def chunks_of(reference: Student, arguments: Sequence[Any], count: int) -> list[Any]:
    """The chunks of the reference."""
    generator = reference.truncated_bptt.keep(*arguments)
    return [generator.next() for _number in range(count)]


def gradients_of_chunks(
    side: Student, rnn: nn.RNNBase, x: torch.Tensor, chunk: int, upstreams: Sequence[Sequence[torch.Tensor]]
) -> list[Gradients]:
    """Chunk by chunk, the gradients of the layer's parameters and of x through outputs and state."""
    kept, kept_x = side.put(rnn), side.put(x)
    generator = side.truncated_bptt.keep(kept, kept_x, chunk)
    step = generator.__next__
    return [
        next_chunk(generator, number, partial(step.gradients, upstream=upstream, wrt=[kept, kept_x]))
        for number, upstream in enumerate(upstreams)
    ]


def assert_chunk_gradients(got: Sequence[Gradients], expected: Sequence[Gradients]) -> None:
    """Raises `CheckFailed` unless the chunks are the same, and so are their gradients."""
    for number, (ours, theirs) in enumerate(zip(got, expected, strict=True)):
        where = _("in chunk {number}").format(number=number)
        try:
            assert_chunk(ours.value, theirs.value, where)
        except CheckFailed as failure:
            raise CouldNotLook(
                _("Gradients are not compared yet: {failure}").format(failure=failure)
            ) from None
        try:
            assert_gradients(
                {"x": next(iter(ours.watched), None), **ours.parameters},
                {"x": next(iter(theirs.watched), None), **theirs.parameters},
            )
        except CheckFailed as failure:
            raise CheckFailed(
                _("In chunk {number}: {failure}").format(number=number, failure=failure), Evidence.GRADIENTS
            ) from None


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "What does the second chunk start from?",
    "How many steps are left for the last chunk?",
    "Is `chunk` the number of chunks, or the number of steps in one?",
)
def test_chunks_together_are_the_whole(student: Student, reference: Student, draw: Draw) -> None:
    """The chunks give what one pass over the whole sequence gives, the short last one too."""
    arguments = (draw.weights(nn.GRU(3, 4)), draw.normal(7, 2, 3), 2)
    assert_chunks(student, arguments, chunks_of(reference, arguments, 4))


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "What is the state of an LSTM, and what is that of a GRU?",
    "Which axis of x is time, and what is the length of the last chunk?",
)
def test_chunks_of_every_length_and_layer(student: Student, reference: Student, draw: Draw) -> None:
    """Right for every kind of layer, chunks of one step, one longer than the sequence, and in float32."""
    cases = {
        _("for an LSTM of two layers,"): (nn.LSTM(2, 3, num_layers=2), 3, 4, 2, torch.float64),
        _("for chunks of one step,"): (nn.RNN(3, 2, num_layers=2, bias=False), 2, 3, 1, torch.float64),
        _("for a chunk longer than the sequence,"): (nn.GRU(3, 2), 4, 3, 9, torch.float64),
        _("for one step of one row,"): (nn.LSTM(2, 1), 1, 1, 1, torch.float64),
        _("in float32,"): (nn.RNN(3, 2), 4, 3, 2, torch.float32),
    }
    for case, (rnn, steps, rows, chunk, dtype) in cases.items():
        arguments = (
            draw.weights(rnn).to(dtype),
            draw.normal(steps, rows, rnn.input_size, dtype=dtype),
            chunk,
        )
        expected = chunks_of(reference, arguments, -(-steps // chunk))
        assert_chunks(student, arguments, expected, case)


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "How far back does the graph of the second chunk reach?",
    "A loss may use the outputs of a chunk or its state. Which of them still has a graph when you yield it?",
)
def test_graph_is_cut_between_chunks(student: Student, reference: Student, draw: Draw) -> None:
    """The gradients of a chunk's outputs and state reach back to its own first step, and no further."""
    rnn, x = draw.weights(nn.RNN(3, 4)), draw.normal(6, 2, 3, leaf=True)
    upstreams = [[draw.normal(3, 2, 4), draw.normal(1, 2, 4)] for _chunk in range(2)]
    expected = gradients_of_chunks(reference, rnn, x, 3, upstreams)
    assert_chunk_gradients(gradients_of_chunks(student, rnn, x, 3, upstreams), expected)


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint("An LSTM's state is a pair. Is the graph cut in both halves, and are both carried over?")
def test_both_halves_of_an_lstm_state(student: Student, reference: Student, draw: Draw) -> None:
    """For an LSTM of two layers h and c are carried over, and the graph is cut in both."""
    lstm, x = draw.weights(nn.LSTM(2, 2, num_layers=2)), draw.normal(3, 3, 2, leaf=True)
    upstreams = [[draw.normal(steps, 3, 2), draw.normal(2, 3, 2), draw.normal(2, 3, 2)] for steps in (2, 1)]
    expected = gradients_of_chunks(reference, lstm, x, 2, upstreams)
    assert_chunk_gradients(gradients_of_chunks(student, lstm, x, 2, upstreams), expected)


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "In training, the weights change between two chunks. With which weights is the second one computed?"
)
def test_chunks_are_computed_when_asked_for(student: Student, reference: Student, draw: Draw) -> None:
    """A chunk is computed with the weights of the moment it is asked for, as training needs it."""
    gru, x = draw.weights(nn.GRU(2, 3)), draw.normal(4, 2, 2)
    later = {name: draw.normal(*p.shape) for name, p in gru.named_parameters()}

    def chunks(side: Student) -> list[Any]:
        kept = side.put(gru)
        generator = side.truncated_bptt.keep(kept, x, 2)
        first = next_chunk(generator, 0)
        kept.load(later)
        return [first, next_chunk(generator, 1)]

    expected = chunks(reference)
    got = chunks(student)
    assert_chunk(got[0], expected[0], _("in chunk {number}").format(number=0))
    where = _("after a change of the weights, in chunk {number}").format(number=1)
    assert_chunk(got[1], expected[1], where)


@pytest.mark.task("truncated_bptt")
@pytest.mark.supporting
@pytest.mark.hint("Who else holds the state that you cut? What does the underscore of `detach_` mean?")
def test_chunk_keeps_its_graph(student: Student, draw: Draw) -> None:
    """What was yielded still has its graph when the next chunk is asked for."""
    generator = student.truncated_bptt.keep(draw.weights(nn.GRU(2, 3)), draw.normal(4, 2, 2), 2)
    first = next_chunk(generator, 0, generator.__next__.keep)
    next_chunk(generator, 1)
    for index, name in enumerate((_("outputs"), _("state"))):
        part = first.__getitem__.keep(index).fetch()
        if part.get("has_graph") is not True:
            raise CheckFailed(
                _("After chunk 1 was asked for, {name} of chunk 0 has no graph any more.").format(name=name),
                Evidence.GRADIENTS,
            )
