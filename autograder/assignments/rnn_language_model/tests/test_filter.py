"""What is promised of `filter_logits`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_tensor
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

NOT_ONE = 1e-3  # off by more it is no matter of rounding
WEIGHTS = (16.0, 8.0, 4.0, 2.0, 1.0)  # 31 in all


def scrambled(draw: Draw, weights: Sequence[float] = WEIGHTS) -> torch.Tensor:
    """Scores of words with these weights, in an order that is not sorted either way."""
    values = list(weights)
    while values in (sorted(values), sorted(values, reverse=True)):
        draw.random.shuffle(values)
    return torch.tensor(values, dtype=torch.float64).log()


def assert_probabilities(got: Any, expected: torch.Tensor, where: str) -> None:
    """Raises `CheckFailed` unless the probabilities are right; first says whether they are any, and of which words."""
    what = f"{where} {_('the result')}"
    assert_tensor(got, expected.shape, expected.dtype, what)
    least, total = float(got.min()), float(got.sum())
    if least < 0 or abs(total - 1) > NOT_ONE:
        sentence = _("{where} the result adds up to {total:.4g}, and its least number is {least:.4g}.")
        raise CheckFailed(
            sentence.format(where=where, total=total, least=least),
            question=_("What should your result add up to?"),
        )
    if not torch.equal(got > 0, expected > 0):
        sentence = _("{where} the result keeps {got} words, expected {expected}: ids {ids}.")
        ids = (expected > 0).nonzero().flatten().tolist()
        kept = int((got > 0).sum())
        if kept == len(ids):
            sentence = _("{where} the result keeps {got} words, as it should, but other ones than {ids}.")
        raise CheckFailed(sentence.format(where=where, got=kept, expected=len(ids), ids=short_list(ids)))
    assert_equal(got, expected, what)


def short_list(ids: list[int]) -> str:
    """The first ids of a list."""
    return ", ".join(map(str, ids[:8])) + (", ..." if len(ids) > 8 else "")


def assert_filtered(
    student: Student,
    reference: Student,
    logits: torch.Tensor,
    temperature: float = 1.0,
    where: str = "",
    **options: Any,
) -> None:
    """Raises `CheckFailed` unless the student's probabilities are those of the reference."""
    expected = reference.filter_logits(logits, temperature, **options)
    got = student.filter_logits(logits, temperature, **options)
    named = ", ".join(f"{name} = {value}" for name, value in {"temperature": temperature, **options}.items())
    assert_probabilities(got, expected, f"{where} {_('with {options}').format(options=named)}".strip())


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "Cold means confident: does a temperature below 1 sharpen or flatten?",
    "What is divided by the temperature: the scores, or the probabilities?",
)
def test_temperature(student: Student, reference: Student, draw: Draw) -> None:
    """Scores are divided by the temperature, then the softmax; a single word has the probability 1."""
    for temperature in (1.0, 0.5, 3.0):
        assert_filtered(student, reference, temperature * scrambled(draw) + 2.0, temperature)
    assert_filtered(student, reference, draw.normal(1), 0.7, _("for a vocabulary of one word"))


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "What do the probabilities come to when the temperature gets smaller and smaller? What is 1 / 0?",
    "What kind of thing does your function return at temperature 0, and what otherwise?",
)
def test_temperature_of_zero(student: Student, reference: Student, draw: Draw) -> None:
    """Temperature 0 is the limit: the best word has the probability 1, whatever `top_k` and `top_p` are."""
    for options in ({}, {"top_k": 3}, {"top_p": 0.9}, {"top_k": 2, "top_p": 0.3}):
        assert_filtered(student, reference, scrambled(draw) - 1.0, 0.0, **options)
    close = torch.tensor([0.5, 2.0, 2.0 + 1e-6, 1.0], dtype=torch.float64)
    assert_filtered(student, reference, close, 0.0, _("for two scores that are nearly equal,"))


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "What is exp(0)? Which score gives the probability 0?",
    "Which words are the k best: those with the greatest scores? How many are left?",
)
def test_top_k(student: Student, reference: Student, draw: Draw) -> None:
    """Exactly the `top_k` best words keep a probability, in the old proportion; all of them if there are no more."""
    for k in (3, 1, 2, 5, 9):
        assert_filtered(student, reference, scrambled(draw) - 1.0, top_k=k)


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "The smallest set whose mass *reaches* p: does the word that crosses the line belong to it?",
    "You sorted the scores. In which order are the probabilities that you return?",
)
def test_top_p(student: Student, reference: Student, draw: Draw) -> None:
    """The fewest words whose mass reaches `top_p` keep a probability, the best first; with 1 all of them."""
    for p in (0.6, 0.8, 0.3, 0.01, 0.95, 1.0):  # the heaviest words have together 0.516, 0.774, 0.903, 0.968
        assert_filtered(student, reference, scrambled(draw) + 1.0, top_p=p)


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "Of which probabilities does top-p take the mass: of those before top-k, or of those after it?",
    "Temperature, top-k, top-p: in which order do they stand in your function?",
)
def test_all_three_in_order(student: Student, reference: Student, draw: Draw) -> None:
    """Temperature first, then top-k, then top-p on what is left: one after the other."""
    # After top-k the heaviest word alone has 16/24; before, it has 16/31.
    assert_filtered(student, reference, scrambled(draw), top_k=2, top_p=0.55)
    # Warmed, the two heaviest words have 7/10; unwarmed, they would have 25/30.
    assert_filtered(student, reference, 2.0 * scrambled(draw, (4.0, 3.0, 2.0, 1.0)), 2.0, top_p=0.8)
    for options in ((0.6, 7, 0.83), (1.7, 9, 0.71), (1.0, 4, 0.9)):
        logits = draw.normal(11, scale=1.5)
        expected = reference.filter_logits(logits, *options)
        where = _("with temperature = {}, top_k = {} and top_p = {}").format(*options)
        assert_probabilities(student.filter_logits(logits, *options), expected, where)


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "Three equal scores and k = 2: which two words are kept?",
    "Which of two equal scores does your sort put first? Is it always the same one?",
)
def test_ties_go_to_the_lower_id(student: Student, reference: Student, draw: Draw) -> None:
    """Of equal scores, those with the lower ids are kept: by top-k, by top-p and at temperature 0."""
    # Of a mass of 100, 10 words have 4 each, 20 have 2 and 20 have 1: each border lies among equal scores.
    logits = scrambled(draw, 10 * [4.0] + 20 * [2.0] + 20 * [1.0])
    where = _("with equal scores and")
    for k in (1, 9, 24, 41):
        assert_filtered(student, reference, logits, where=where, top_k=k)
    for p in (0.19, 0.59, 0.825):
        assert_filtered(student, reference, logits, where=where, top_p=p)
    assert_filtered(student, reference, logits, where=where, top_k=20, top_p=0.5)
    assert_filtered(student, reference, logits, 0.0, where)
    assert_filtered(student, reference, logits, 0.0, where, top_k=5, top_p=0.5)


@pytest.mark.task("filter_logits")
@pytest.mark.hint("Does a mass of exactly p reach p?", "When the mass has reached p, is another word needed?")
def test_a_mass_of_exactly_p_is_enough(student: Student, reference: Student) -> None:
    """Where the mass of some words is exactly `top_p`, no other word is kept."""
    for words, p in ((2, 0.5), (4, 0.5), (8, 0.125)):
        logits = torch.zeros(words, dtype=torch.float64)
        where = _("for {words} words of equal scores").format(words=words)
        assert_filtered(student, reference, logits, where=where, top_p=p)


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "For how large a number is `exp` still finite?",
    "At least one word is kept: is that so if top_p is 0? And which words are kept if it is 1?",
)
def test_extremes(student: Student, reference: Student, draw: Draw) -> None:
    """Right at the ends: very large scores, a temperature near 0, next to no mass asked for, or all of it."""
    assert_filtered(student, reference, 0.01 * scrambled(draw) + 30.0, 0.01)
    assert_filtered(student, reference, 1e-4 * scrambled(draw) + 30.0, 1e-4, top_k=4)
    for p in (1e-9, 0.0):
        assert_filtered(student, reference, scrambled(draw), top_p=p)
    # Of these weights the last ones are lost when a running sum is rounded to 1.
    far = scrambled(draw, (1.0, 1e-20, 1e-30, 1e-40)) + 500.0
    for options in ({"top_p": 1.0}, {"top_p": 1.5, "top_k": 40}, {"top_k": 4}):
        assert_filtered(student, reference, far, where=_("where all words are kept,"), **options)
    wide = torch.tensor([-1000.0, 999.0, 1000.0, -1000.0, 0.0], dtype=torch.float64)
    for options in ({}, {"top_k": 2}, {"top_p": 0.9}):
        assert_filtered(student, reference, wide, where=_("for scores of up to 1000"), **options)


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "What dtype does your result have, and what dtype do the scores have? Which line changes it?"
)
def test_filters_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 scores give float32 probabilities."""
    for temperature, options in ((1.0, {}), (1.0, {"top_k": 3}), (1.0, {"top_p": 0.6}), (0.0, {})):
        logits = scrambled(draw).float()
        assert_filtered(student, reference, logits, temperature, _("in float32"), **options)
