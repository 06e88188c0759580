"""A metric: better is less, marks are linear in nats, and what it says holds its numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.core.metric import BITS_PER_BYTE, METRICS, PERPLEXITY, Metric

BOTH = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


@BOTH
@given(st.floats(0.1, 5.0), st.floats(0.1, 5.0))
def test_less_nats_are_a_better_number(metric: Metric, one: float, other: float) -> None:
    """Of the same text."""
    low, high = sorted([one, other])
    assert metric.best <= metric.of(low * 100, 100) <= metric.of(high * 100, 100)


@BOTH
def test_half_of_the_nats_between_floor_and_target_are_half_of_the_way(metric: Metric) -> None:
    """Marks are linear in nats, whatever the number is."""
    floor, middle, target = (metric.of(nats, 1) for nats in (3.0, 2.0, 1.0))
    assert metric.share(middle, floor, target) == pytest.approx(0.5)
    assert metric.share(floor, floor, target) == 0
    assert metric.share(target, floor, target) == 1


def test_numbers_by_hand() -> None:
    """Ten words that are one of fifty each; nine bytes that are one of 256 each; what is held impossible."""
    assert PERPLEXITY.of(10 * math.log(50), 10) == pytest.approx(50)
    assert BITS_PER_BYTE.of(9 * math.log(256), 9) == pytest.approx(8)
    assert PERPLEXITY.of(math.inf, 10) == PERPLEXITY.of(1e6, 10) == math.inf
    assert math.isnan(PERPLEXITY.of(math.nan, 10))


@BOTH
def test_the_sentence_says_on_which_side_a_number_is(metric: Metric) -> None:
    """At the floor there are no points yet, at the target there are all."""
    words = {3.0: "Points begin below", 2.9: "between", 2.0: "no more than", 1.9: "no more than"}
    for number, word in words.items():
        sentence = metric.position(number, floor=3.0, target=2.0)
        assert word in sentence
        assert f"{number:.3f}" in sentence
        assert metric.title in sentence


def test_each_depends_on_its_own_files() -> None:
    """Folded words and the vocabulary, or the text as it was written; every file belongs to one of them."""
    files = ["a/train.words.txt", "a/vocabulary.txt", "a/train.txt", "hidden/a/test.txt"]
    assert [PERPLEXITY.depends_on(path) for path in files] == [True, True, False, False]
    assert [BITS_PER_BYTE.depends_on(path) for path in files] == [False, False, True, True]
