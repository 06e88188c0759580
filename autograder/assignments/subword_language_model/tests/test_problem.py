"""What is promised of `count_parameters`, `embedding_share` and `oov_rate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from autograder.student.checking.comparing import assert_equal, assert_kind, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

# count_parameters


def embedding(rows: int, columns: int) -> Recipe:
    """An embedding on the student's side: rows times columns parameters."""
    return Recipe("Embedding", {"num_embeddings": rows, "embedding_dim": columns})


def linear(inputs: int, outputs: int) -> Recipe:
    """A linear layer on the student's side: a matrix and a bias."""
    return Recipe("Linear", {"in_features": inputs, "out_features": outputs})


def assembled(parts: Mapping[str, Recipe], **options: Any) -> Recipe:
    """A module on the student's side with these children."""
    return Recipe("AssembledModule", {"parts": dict(parts), **options})


def assert_parameters(got: Any, expected: Mapping[str, int], what: str) -> None:
    """Raises `CheckFailed` with the key that is missing, or the first child with another number of parameters."""
    assert_kind(got, dict, what)
    for name in expected:
        if name not in got:
            raise CheckFailed(
                _("{what} has no key {name}.").format(what=what, name=repr(name)),
                Evidence.STRUCTURE,
                _("Which children does the module have, and which key comes on top of them?"),
            )
    if len(got) != len(expected):
        raise CheckFailed(
            _("{what} has {more} keys too many: only the direct children and 'total' are asked for.").format(
                what=what, more=len(got) - len(expected)
            ),
            Evidence.STRUCTURE,
            _("Which children does a module have itself, and which belong to its children?"),
        )
    for name, number in expected.items():
        assert_equal(got[name], number, f"{what}[{name!r}]")


@pytest.mark.task("count_parameters")
@pytest.mark.hint(
    "How many numbers does a parameter hold: what do `shape`, `len` and `numel()` say?",
    "Which children does a module have itself, and which belong to its children?",
)
def test_direct_children(student: Student) -> None:
    """Each direct child by its name, one without parameters too, and the total; children of children within them."""
    parts = {"lookup": embedding(10, 4), "squash": Recipe("ReLU", {}), "readout": linear(4, 10)}
    expected = {"lookup": 40, "squash": 0, "readout": 50}
    got = student.count_parameters(assembled(parts))
    assert_parameters(got, {**expected, "total": 90}, _("the result"))
    nested = {"reader": assembled(parts), "last": linear(3, 2)}
    got = student.count_parameters(assembled(nested))
    assert_parameters(got, {"reader": 90, "last": 8, "total": 98}, _("for a child with children the result"))
    got = student.count_parameters(linear(3, 4))
    assert_parameters(got, {"total": 16}, _("for a module without children the result"))


@pytest.mark.task("count_parameters")
@pytest.mark.hint(
    "Two names, one tensor: how many numbers are there to learn? How can you tell that two tensors are the same one?",
    "Which of the two children comes first?",
)
def test_a_shared_tensor_counts_once(student: Student) -> None:
    """A tensor that two children share counts once, for the first of them."""
    parts = {"lookup": embedding(7, 3), "readout": linear(3, 7)}
    for shared, expected in (
        ({"readout.weight": "lookup.weight"}, {"lookup": 21, "readout": 7, "total": 28}),
        ({}, {"lookup": 21, "readout": 28, "total": 49}),
    ):
        got = student.count_parameters(assembled(parts, shared=shared))
        what = _("for two children that share a matrix the result")
        assert_parameters(got, expected, what if shared else _("for two matrices of one shape the result"))


@pytest.mark.task("count_parameters")
@pytest.mark.hint(
    "Which parts does `module.parameters()` name, and which of them stand in no child at all?",
    "What does a state dict hold besides the parameters? And is a parameter that is not trained still there?",
)
def test_own_frozen_and_buffers(student: Student) -> None:
    """The module's own parameters count in the total, frozen ones count, buffers do not."""
    parts = {"lookup": embedding(7, 3), "readout": linear(3, 7)}
    got = student.count_parameters(assembled(parts, own={"scale": 5}))
    expected = {"lookup": 21, "readout": 28, "total": 54}
    assert_parameters(got, expected, _("for a module with 5 numbers of its own the result"))
    got = student.count_parameters(assembled(parts, frozen=["lookup.weight"]))
    expected = {"lookup": 21, "readout": 28, "total": 49}
    assert_parameters(got, expected, _("for a module with a frozen matrix the result"))
    got = student.count_parameters(assembled(parts, buffers={"mask": 11}))
    assert_parameters(got, expected, _("for a module with a buffer the result"))


@pytest.mark.task("count_parameters")
@pytest.mark.hint(
    "Draw the module as a tree, and write each tensor's size at the place where it is met first."
)
def test_a_tree_of_modules(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn sizes: children within children, tensors shared across them and within one, numbers on every level."""
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
    for _call in range(2):
        got = student.count_parameters(module)
        assert_parameters(got, reference.count_parameters(module), _("the result"))


# embedding_share

Sizes: TypeAlias = tuple[int, int, int, int, bool]  # V, E, H, layers, tied


def assert_shares(student: Student, reference: Student, cases: Sequence[Sizes]) -> None:
    """Raises `CheckFailed` unless `embedding_share` is right for models of these sizes."""
    names = ("vocab_size", "embed", "hidden", "layers", "tied")
    answers = [
        [who.embedding_share(**dict(zip(names, sizes, strict=True))) for who in (student, reference)]
        for sizes in cases
    ]
    for (got, expected), (v, e, h, layers, tied) in zip(answers, cases, strict=True):
        what = _("for V = {v}, E = {e}, H = {h}, {layers} layers, {tied} the result").format(
            v=v, e=e, h=h, layers=layers, tied=_("tied") if tied else _("not tied")
        )
        assert_equal(got, expected, what)


@pytest.mark.task("embedding_share")
@pytest.mark.hint(
    "Which shapes has each parameter of `nn.LSTM(E, H)`? Print them, and add.",
    "How many matrices of V rows are there if the two are one and the same?",
    "Which parameters stand above the line, and which only below it?",
)
def test_one_layer(student: Student, reference: Student) -> None:
    """The example, and small models of one layer, tied and not."""
    assert_equal(student.embedding_share(10, 2, 2, 1, True), 20 / 78, _("for the example the result"))
    sizes = [(10, 2, 2, 1, False), (7, 3, 5, 1, False), (50, 6, 4, 1, False), (1, 1, 1, 1, True)]
    assert_shares(student, reference, sizes)


@pytest.mark.task("embedding_share")
@pytest.mark.hint("What does the second layer read: words, or the output of the first layer?")
def test_more_layers(student: Student, reference: Student) -> None:
    """Models of two and three layers."""
    assert_shares(student, reference, [(30, 3, 5, 2, False), (30, 4, 4, 3, True), (12, 7, 2, 3, False)])


@pytest.mark.task("embedding_share")
@pytest.mark.hint("Write a small model with `nn.LSTM`, list its parameters, and compare term by term.")
def test_any_sizes(student: Student, reference: Student, draw: Draw) -> None:
    """Models of the size of a real one, and drawn sizes."""
    cases: list[Sizes] = [(33_278, 200, 200, 2, True), (33_278, 200, 200, 2, False)]
    for layers in (1, 2, 4):
        v, e, h = (size + 1 for size in draw.sizes(3))
        cases += [(v, e, h, layers, False), (v, h, h, layers, True)]
    assert_shares(student, reference, cases)


# oov_rate


def assert_rates(student: Student, cases: Sequence[tuple[str, str, int, float]]) -> None:
    """Raises `CheckFailed` unless these are the shares for (training text, other text, max_vocab, share)."""
    answers = [student.oov_rate(train.split(), test.split(), size) for train, test, size, _share in cases]
    for got, (train, test, size, expected) in zip(answers, cases, strict=True):
        what = _("for the words of {train}, those of {test} and max_vocab = {size} the result").format(
            train=short(train), test=short(test), size=size
        )
        assert_equal(got, expected, what)


@pytest.mark.task("oov_rate")
@pytest.mark.hint(
    "Is a word that occurs three times in the text counted once, or three times?",
    "Which text is the vocabulary made of, and whose words are counted?",
)
def test_occurrences(student: Student) -> None:
    """Each occurrence in the second text counts; the vocabulary has room for all words of the first one."""
    cases = [
        ("a b", "c c c a", 5, 3 / 4),
        ("a b", "a b b", 5, 0.0),
        ("a a b", "c", 5, 1.0),
        ("The the war . the", "The war War , .", 9, 2 / 5),
    ]
    assert_rates(student, cases)


@pytest.mark.task("oov_rate")
@pytest.mark.hint(
    "Which words earn a place in the vocabulary: those that come early, or those that come often?",
    "How many words may the vocabulary have at most?",
)
def test_the_most_frequent_words(student: Student) -> None:
    """The vocabulary is the `max_vocab` most frequent words of the first text."""
    cases = [
        ("a b b c c c", "a a a b c d", 1, 5 / 6),
        ("a b b c c c", "a a a b c d", 2, 4 / 6),
        ("a b b c c c", "c b c", 2, 0.0),
        ("d a b b c c c d d d", "d", 1, 0.0),
    ]
    assert_rates(student, cases)


@pytest.mark.task("oov_rate")
@pytest.mark.hint(
    "Two words are equally frequent, and there is room for one of them: which one is it, and does your sort know?",
    "Sort the words by hand, with their counts and first places: where is the line?",
)
def test_ties(student: Student, reference: Student, draw: Draw) -> None:
    """Of equally frequent words those are in the vocabulary that appear first: the example, and drawn texts."""
    words = "pear fig fig apple pear kiwi lime apple"
    cases = [
        ("the war the peace", "the peace peace war", 2, 0.5),
        (words, "pear fig apple kiwi lime", 1, 4 / 5),
        (words, "pear fig apple kiwi lime lime", 2, 4 / 6),
        (words, "kiwi kiwi lime", 4, 1 / 3),
    ]
    assert_rates(student, cases)
    known = ["of", "Of", "war", "", "한국", "é", "e\u0301", "<unk>", "<eos>", "10", "10.0", "zoo"]
    for length in (9, 30):
        train = draw.random.choices(known, weights=range(12, 0, -1), k=length)
        test = draw.random.choices([*known, "new"], k=31)
        for size in (1, 2, 3, 5, 8, 11, 50):
            got, expected = (who.oov_rate(train, test, size) for who in (student, reference))
            what = _("for the words {words}, with max_vocab = {size}, the result")
            assert_equal(got, expected, what.format(words=short(train), size=size))
