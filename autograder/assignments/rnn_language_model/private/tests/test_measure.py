"""What the grader alone looks at in `perplexity`, `unigram_nats`, `bigram_nats` and `sentence_log_prob`."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from autograder.assignments.rnn_language_model.tests.test_measure import FLOAT32, Baseline, assert_baseline
from autograder.assignments.rnn_language_model.tests.test_training import (
    V,
    library_model,
    nats_of_each_word,
    remembering,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _


@pytest.mark.task("perplexity")
@pytest.mark.hint(
    "What is the mean number of nats per token, and how does a logarithm become a number of chances?"
)
def test_perplexity_of_any_text(student: Student, draw: Draw) -> None:
    """e to the mean nats per token, also for very long texts and for very bad models."""
    for tokens in (1, 77, 10**6):
        nats = draw.random.uniform(0.1, 9.0)
        what = _("for {nats:.3f} nats per token the result").format(nats=nats)
        assert_equal(student.perplexity(nats * tokens, tokens), math.exp(nats), what, rtol=FLOAT32)
    assert_equal(student.perplexity(1400.0, 2), math.exp(700.0), _("for 700 nats per token the result"))


@pytest.mark.task("perplexity")
@pytest.mark.supporting
@pytest.mark.hint("What does `math.exp` do with a number that is too large?")
def test_too_large_for_a_float(student: Student) -> None:
    """`inf` where the number is too large for a float."""
    for total, tokens in ((1000.0, 1), (1e9, 100)):
        got = student.perplexity(total, tokens)
        assert_equal(got, math.inf, _("where the perplexity is too large for a float, the result"))


@pytest.mark.task("unigram_nats")
@pytest.mark.hint("What is counted where? Try a `valid` that has nothing in common with `train`.")
def test_unigrams_of_a_longer_text(student: Student, draw: Draw) -> None:
    """Right for random texts, and where most of the vocabulary was never seen."""
    for vocabulary in (6, 50):
        train, valid = draw.random.choices(range(5), k=41), draw.random.choices(range(vocabulary), k=17)
        nats = [-math.log((train.count(word) + 1) / (len(train) + vocabulary)) for word in valid]
        assert_baseline(student.unigram_nats, train, valid, vocabulary, math.fsum(nats) / len(nats))


def assert_sums_to_one(function: Baseline, train: list[int], before: list[int], vocabulary: int) -> None:
    """Raises `CheckFailed` unless the probabilities of all words (after `before`) add up to 1."""
    nats = [function(train, [*before, word], vocabulary) for word in range(vocabulary)]
    for number in nats:
        assert_equal(number, number, _("the result"))
        if not 0 < number < 700:
            raise CheckFailed(_("For a single prediction the result is no nats of a probability."))
    total = math.fsum(math.exp(-number) for number in nats)
    what = _("the sum of the probabilities of all {V} words").format(V=vocabulary)
    assert_equal(total, 1.0, what, rtol=FLOAT32)


@pytest.mark.task("unigram_nats")
@pytest.mark.supporting
@pytest.mark.hint("Do the probabilities of all V words add up to 1? What is in the divisor?")
def test_unigrams_are_probabilities(student: Student, draw: Draw) -> None:
    """The probabilities of all words of the vocabulary add up to 1."""
    train = draw.random.choices(range(4), k=12)
    assert_sums_to_one(student.unigram_nats, train, [], 6)


@pytest.mark.task("bigram_nats")
@pytest.mark.hint(
    "For every pair of `valid`: how often did the first word have a successor, and how often this one?"
)
def test_bigrams_of_a_longer_text(student: Student, draw: Draw) -> None:
    """Right for random texts, and where most pairs were never seen."""
    for vocabulary in (5, 40):
        train, valid = draw.random.choices(range(4), k=41), draw.random.choices(range(vocabulary), k=17)
        valid[5] = train[-1]  # the last word of a text has no successor there
        followers = [[b for a, b in pairwise(train) if a == word] for word in valid[:-1]]
        nats = [
            -math.log((after.count(word) + 1) / (len(after) + vocabulary))
            for after, word in zip(followers, valid[1:], strict=True)
        ]
        assert_baseline(student.bigram_nats, train, valid, vocabulary, math.fsum(nats) / len(nats))


@pytest.mark.task("bigram_nats")
@pytest.mark.supporting
@pytest.mark.hint(
    "After one word, do the probabilities of all V words add up to 1? Is the text's last word a context?"
)
def test_bigrams_are_probabilities(student: Student, draw: Draw) -> None:
    """After every word, the training text's last one too, the probabilities of all words add up to 1."""
    train = draw.random.choices(range(4), k=12)
    for before in (train[-1], train[0], 5):
        assert_sums_to_one(student.bigram_nats, train, [before], 6)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint(
    "How small is a product of 300 probabilities? What can be added instead of multiplied?",
    "What is the logarithm of a probability that was rounded to 0?",
)
def test_very_unlikely_sentences(student: Student, draw: Draw) -> None:
    """Long sentences, and words with next to no probability, have a finite log-probability."""
    for words, scale in ((300, 3.0), (6, 2000.0)):
        model = remembering(draw).eval()
        model.table.data.mul_(scale)
        ids = draw.random.choices(range(V), k=words)
        expected = -nats_of_each_word(model, torch.tensor([1, *ids])[:, None]).sum().item()
        what = _("for a very unlikely sentence the result")
        assert_equal(student.sentence_log_prob(model, ids), expected, what)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint("What does a second sentence start from: from what the first one left, or afresh?")
def test_sentences_do_not_know_each_other(student: Student, draw: Draw) -> None:
    """Every call starts afresh; an LSTM and a GRU of float32 are read like any model."""
    for kind in ("LSTM", "GRU"):
        model = library_model(draw, kind, layers=2).float().eval()
        kept = student.put(model)
        for words in (5, 2, 5):
            ids = draw.random.choices(range(V), k=words)
            mean = model.loss(torch.tensor([1, *ids])[:, None]).item()
            what = _("for a model of kind {kind} and {words} words the result").format(kind=kind, words=words)
            assert_equal(student.sentence_log_prob(kept, ids), -words * mean, what, rtol=1e-4)
