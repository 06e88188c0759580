"""What is promised of `count_parameters`, `embedding_share` and `oov_rate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind, short
from autograder.student.checking.doubles import LibraryLanguageModel
from autograder.student.checking.student import CheckFailed, Student
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
    """Raises `CheckFailed` with the first child whose number of parameters is missing or another one."""
    assert_kind(got, dict, what)
    for name, number in expected.items():
        if name not in got:
            raise CheckFailed(_("{what} has no key {name}.").format(what=what, name=repr(name)))
        assert_equal(got[name], number, f"{what}[{name!r}]")
    if len(got) != len(expected):
        raise CheckFailed(
            _("{what} has {more} keys too many: only the direct children and 'total' are asked for.").format(
                what=what, more=len(got) - len(expected)
            )
        )


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


@pytest.mark.task("count_parameters")
@pytest.mark.hint(
    "Two names, one tensor: how many numbers are there to learn? How can you tell that two tensors are the same one?",
    "Which parts does `module.parameters()` name, and which of them stand in no child at all?",
)
def test_shared_own_frozen(student: Student) -> None:
    """A shared tensor counts once, for the first child; the module's own and frozen ones count; buffers do not."""
    parts = {"lookup": embedding(7, 3), "readout": linear(3, 7)}
    tied = assembled(parts, shared={"readout.weight": "lookup.weight"})
    got = student.count_parameters(tied)
    expected = {"lookup": 21, "readout": 7, "total": 28}
    assert_parameters(got, expected, _("for two children that share a matrix the result"))
    got = student.count_parameters(assembled(parts, own={"scale": 5}))
    expected = {"lookup": 21, "readout": 28, "total": 54}
    assert_parameters(got, expected, _("for a module with 5 numbers of its own the result"))
    got = student.count_parameters(assembled(parts, frozen=["lookup.weight"], buffers={"mask": 11}))
    expected = {"lookup": 21, "readout": 28, "total": 49}
    assert_parameters(got, expected, _("for a module with a frozen matrix and a buffer the result"))


# embedding_share


def share_in_a_model(vocab_size: int, embed: int, hidden: int, layers: int, tied: bool) -> float:
    """The share, counted in a model out of library parts that takes no memory."""
    with torch.device("meta"):
        model = LibraryLanguageModel("LSTM", vocab_size, embed, hidden, layers, tied)
    matrices = {id(matrix): matrix.numel() for matrix in (model.lookup.weight, model.readout.weight)}
    return sum(matrices.values()) / sum(parameter.numel() for parameter in model.parameters())


Sizes: TypeAlias = tuple[int, int, int, int, bool]  # V, E, H, layers, tied


def assert_shares(student: Student, cases: Sequence[Sizes], named: bool = True) -> None:
    """Raises `CheckFailed` unless `embedding_share` says what is counted in models of these sizes."""
    names = ("vocab_size", "embed", "hidden", "layers", "tied")
    answers = [student.embedding_share(**dict(zip(names, sizes, strict=True))) for sizes in cases]
    for got, sizes in zip(answers, cases, strict=True):
        what = _("the result")
        if named:
            what = _("for V = {v}, E = {e}, H = {h}, {layers} layers, {tied} the result").format(
                v=sizes[0],
                e=sizes[1],
                h=sizes[2],
                layers=sizes[3],
                tied=_("tied") if sizes[4] else _("not tied"),
            )
        assert_equal(got, share_in_a_model(*sizes), what)


@pytest.mark.task("embedding_share")
@pytest.mark.hint(
    "Which shapes has each parameter of `nn.LSTM(E, H)`? Print them, and add.",
    "How many matrices of V rows are there if the two are one and the same?",
    "Which parameters stand above the line, and which only below it?",
)
def test_one_layer(student: Student) -> None:
    """The example, and what is counted in small models of one layer, tied and not."""
    assert_shares(
        student, [(10, 2, 2, 1, True), (10, 2, 2, 1, False), (7, 3, 5, 1, False), (50, 6, 4, 1, False)]
    )


@pytest.mark.task("embedding_share")
@pytest.mark.hint("What does the second layer read: words, or what the first one says?")
def test_more_layers(student: Student) -> None:
    """What is counted in models of two and three layers."""
    assert_shares(student, [(30, 3, 5, 2, False), (30, 4, 4, 3, True), (12, 7, 2, 3, False)])


@pytest.mark.task("embedding_share")
@pytest.mark.hint("Does the arithmetic still hold when the numbers are those of a real model?")
def test_real_sizes(student: Student) -> None:
    """A vocabulary of tens of thousands: what is counted in a model of the size of the real one."""
    assert_shares(
        student, [(33_278, 200, 200, 2, True), (33_278, 200, 200, 2, False), (10_000, 650, 650, 2, True)]
    )


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
    """The example; each occurrence in the second text counts; words are taken as they are written."""
    cases = [
        ("the war the peace", "the peace peace war", 2, 0.5),
        ("a b b c c c", "a a a b c d", 2, 4 / 6),
        ("a b b c c c", "c b c", 2, 0.0),
        ("The the war . the", "The war War , .", 9, 2 / 5),
    ]
    assert_rates(student, cases)


@pytest.mark.task("oov_rate")
@pytest.mark.hint(
    "Two words are equally frequent, and there is room for one of them: which one is it, and does your sort know?",
    "How many words may the vocabulary have at most? And if there are fewer?",
)
def test_the_most_frequent_words(student: Student) -> None:
    """The vocabulary is the most frequent words, of equal ones those that appear first; it may have room left."""
    words = "pear fig fig apple pear kiwi lime apple"
    cases = [
        (words, "pear fig apple kiwi lime", 1, 4 / 5),
        (words, "pear fig apple kiwi lime lime", 2, 4 / 6),
        (words, "kiwi kiwi lime", 4, 1 / 3),
        (words, "pear fig apple kiwi lime plum", 5, 1 / 6),
        (words, "pear fig plum plum", 1000, 1 / 2),
    ]
    assert_rates(student, cases)
