"""What the grader alone looks at in `count_parameters`, `embedding_share` and `oov_rate`."""

from __future__ import annotations

import pytest

from autograder.assignments.subword_language_model.tests.test_problem import (
    assembled,
    assert_parameters,
    assert_shares,
    embedding,
    linear,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe


@pytest.mark.task("count_parameters")
@pytest.mark.hint(
    "Draw the module as a tree, and write each tensor's size at the place where it is met first.",
    "A tensor is shared by the module itself and a child: which of them does it count for?",
)
def test_a_tree_of_modules(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn sizes: children within children, tensors shared across them and within one, numbers on every level."""
    for _case in range(3):
        v, e, h, k = (3 + size for size in draw.sizes(4))
        inner = assembled(
            {"lookup": embedding(v, e), "norm": Recipe("BatchNorm1d", {"num_features": e})},
            own={"scale": k},
            buffers={"steps": h},
        )
        parts = {
            "readout": linear(e, v),
            "rnn": Recipe("LSTM", {"input_size": e, "hidden_size": h, "num_layers": 2}),
            "reader": inner,
            "twice": assembled({"one": linear(k, k), "two": linear(k, k)}, shared={"two.bias": "one.bias"}),
            "nothing": Recipe("ReLU", {}),
            "again": embedding(v, e),
        }
        module = assembled(
            parts,
            own={"temperature": 1, "start": h},
            buffers={"seen": v},
            shared={"reader.lookup.weight": "readout.weight", "again.weight": "readout.weight"},
            frozen=["readout.weight", "start"],
        )
        expected = reference.count_parameters(module)
        assert_parameters(student.count_parameters(module), expected, _("the result"))


@pytest.mark.task("count_parameters")
@pytest.mark.hint("What does your function say of a module that has no children at all?")
def test_a_module_without_children(student: Student, draw: Draw) -> None:
    """Only the total, of a layer by itself and of a module without any parameter; the second call says the same."""
    inputs, outputs = draw.sizes(2)
    for _call in range(2):
        got = student.count_parameters(linear(inputs, outputs))
        assert_parameters(got, {"total": (inputs + 1) * outputs}, _("for a single layer the result"))
    assert_parameters(
        student.count_parameters(assembled({})), {"total": 0}, _("for an empty module the result")
    )
    module = assembled({"a": embedding(inputs, 3)}, shared={"own": "a.weight"})
    got = student.count_parameters(module)
    expected = {"a": 3 * inputs, "total": 3 * inputs}
    assert_parameters(got, expected, _("where a child's tensor also is the module's own the result"))


@pytest.mark.task("embedding_share")
@pytest.mark.hint("Write a small model with `nn.LSTM`, list its parameters, and compare term by term.")
def test_drawn_models(student: Student, draw: Draw) -> None:
    """Drawn sizes, tied and not: what is counted over the different tensors of a model out of library parts."""
    for layers in (1, 2, 4):
        v, e, h = (size + 1 for size in draw.sizes(3))
        cases = [(v, e, h, layers, False), (v, h, h, layers, True), (v, h, h, layers, False)]
        assert_shares(student, cases, named=False)


@pytest.mark.task("oov_rate")
@pytest.mark.hint("Sort the words by hand, with their counts and first places: where is the line?")
def test_drawn_texts(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words with many ties, for vocabularies of every size from one word on."""
    words = ["of", "Of", "war", "", "한국", "é", "e\u0301", "<unk>", "<eos>", "10", "10.0", "zoo"]
    for length in (9, 30):
        train = draw.random.choices(words, weights=range(12, 0, -1), k=length)
        test = draw.random.choices([*words, "new"], k=31)
        sizes = (1, 2, 3, 5, 8, 11, 50)
        answers = [student.oov_rate(train, test, size) for size in sizes]
        for got, size in zip(answers, sizes, strict=True):
            expected = reference.oov_rate(train, test, size)
            assert_equal(got, expected, _("with equally frequent words the result"))
