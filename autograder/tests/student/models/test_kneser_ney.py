"""Kneser-Ney smoothing: what a hand computes, what a plain program computes, and what must hold of any text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.models.kneser_ney import KneserNey, _discounts

V = 5
TEXT = [1, 2, 1, 3, 1, 2]
texts = st.lists(st.integers(0, V - 1), min_size=6, max_size=60)


def test_bigram_by_hand() -> None:
    """1 2 1 3 1 2 is too short to estimate discounts from, so they are 0.5 and 1.

    1 stands after two different words, 2 and 3 after one each: (2 - 1)/4, (1 - 0.5)/4, (1 - 0.5)/4, and the 2/4 that
    were discounted go to all five ids alike. After 1 come 2 twice and 3 once: (2 - 1)/3 and (1 - 0.5)/3; the 1.5/3
    that were discounted go by the single words.
    """
    model = KneserNey(TEXT, order=2, vocabulary_size=V)
    single = np.array([0, 1 / 4, 0.5 / 4, 0.5 / 4, 0]) + 0.5 / V
    after_1 = np.array([0, 0, 1 / 3, 0.5 / 3, 0]) + 0.5 * single
    np.testing.assert_allclose(model.distribution([]), single)
    np.testing.assert_allclose(model.distribution([1]), after_1)
    np.testing.assert_allclose(model.distribution([4]), single)  # never seen: no context at all
    np.testing.assert_allclose(
        model.probabilities([1, 2, 4, 1]), [single[1], after_1[2], *_after(model, 2, 4)]
    )


def _after(model: KneserNey, *words: int) -> list[float]:
    """p(4 | 2) and p(1 | 4)."""
    return [model.distribution([words[0]])[words[1]], model.distribution([words[1]])[1]]


def test_discounts_by_hand() -> None:
    """Four n-grams seen once, two twice, one three and one four times: Y = 4/8, D = 1 - 2Y 2/4, and so on."""
    assert _discounts(np.array([1, 1, 1, 1, 2, 2, 3, 4])) == (0.5, 1.25, 1.0)


def test_discounts_that_would_be_negative_are_replaced() -> None:
    """One n-gram seen twice and five three times: D2 would be far below zero."""
    assert _discounts(np.array([1, 1, 2, 3, 3, 3, 3, 3, 4])) == (0.5, 1.0, 1.5)


def test_a_frequent_word_with_one_predecessor_is_unlikely_elsewhere() -> None:
    """Francisco (4) is as frequent as the (1), but only ever follows san (3)."""
    text = [3, 4, 1, 0, 3, 4, 2, 1, 3, 4, 0, 1, 2, 3, 4, 1]
    assert text.count(4) == text.count(1)
    unseen = KneserNey(text, order=2, vocabulary_size=6).distribution([5])
    assert unseen[1] > 1.5 * unseen[4]


@given(texts, st.lists(st.integers(0, V - 1), max_size=6), st.integers(1, 5))
def test_probabilities_after_every_context_sum_to_one(
    text: list[int], context: list[int], order: int
) -> None:
    """Seen, half seen or never seen, short or too long: and nothing is impossible."""
    distribution = KneserNey(text, order, V).distribution(context)
    assert distribution.sum() == pytest.approx(1, abs=1e-12)
    assert (distribution > 0).all()


@given(texts, texts, st.lists(st.integers(0, V - 1), max_size=4), st.integers(1, 4))
def test_a_stream_is_read_as_contexts_are(
    text: list[int], ids: list[int], before: list[int], order: int
) -> None:
    """Every probability along a stream is that of `distribution` after what was read so far."""
    model = KneserNey(text, order, V)
    expected = [model.distribution([*before, *ids[:place]])[word] for place, word in enumerate(ids)]
    np.testing.assert_allclose(model.probabilities(ids, before), expected)


@given(texts, st.lists(st.integers(0, V - 1), max_size=4), st.integers(1, 4))
def test_equals_a_plain_program(text: list[int], context: list[int], order: int) -> None:
    """The formula, once more, with dictionaries and recursion."""
    expected = [_plain(text, order, tuple(context), word) for word in range(V)]
    np.testing.assert_allclose(KneserNey(text, order, V).distribution(context), expected)


def _plain(text: Sequence[int], order: int, context: tuple[int, ...], word: int) -> float:
    def grams(length: int) -> list[tuple[int, ...]]:
        return [tuple(text[start : start + length]) for start in range(len(text) - length + 1)]

    def counts(length: int) -> Counter[tuple[int, ...]]:
        return Counter(grams(length) if length == order else (gram[1:] for gram in set(grams(length + 1))))

    def probability(context: tuple[int, ...], length: int) -> float:
        if length == 0:
            return 1 / V
        shorter = probability(context[1:], length - 1)
        counted = counts(length)
        if len(context) != length - 1:
            return shorter
        discounts = (0.0, *_discounts(np.array(list(counted.values()), dtype=np.int64)))
        after: dict[int, int] = defaultdict(int)
        for gram, count in counted.items():
            if gram[:-1] == context:
                after[gram[-1]] = count
        total = sum(after.values())
        if total == 0:
            return shorter
        backoff = sum(discounts[min(count, 3)] for count in after.values()) / total
        return (after[word] - discounts[min(after[word], 3)]) / total + backoff * shorter

    longest = context[len(context) - order + 1 :] if order > 1 and len(context) >= order else context
    longest = longest if order > 1 else ()
    return probability(longest, len(longest) + 1) if len(longest) < order else probability(longest, order)


@pytest.mark.parametrize(("ids", "order"), [([1, 2, 5], 2), ([-1, 2, 3], 2), ([1, 2], 3), ([1, 2], 0)])
def test_what_cannot_be_counted_is_refused(ids: list[int], order: int) -> None:
    """Ids outside of the vocabulary, a text shorter than the order, no order at all."""
    with pytest.raises(ValueError, match=r"ids from|an order between"):
        KneserNey(ids, order, V)
