"""What is promised of `perplexity`, `unigram_nats`, `bigram_nats` and `sentence_log_prob`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from autograder.assignments.rnn_language_model.tests.models import (
    V,
    assert_chance_left_alone,
    library_model,
    mode_name,
    put_both,
    remembering,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student, StudentError
from autograder.student.core.language import _

FLOAT32 = 1e-5  # who counts with float32 tensors is right, too


# perplexity


@pytest.mark.task("perplexity")
@pytest.mark.hint(
    "A fair die has the perplexity 6. How many nats does one throw of it cost, and how many do ten?",
    "Which number undoes the logarithm: 2 or e?",
)
def test_a_guess_among_equals(student: Student, draw: Draw) -> None:
    """If every token has probability 1/V, the perplexity is V; if every token is certain, it is 1."""
    for chances in (6, 2, 5000):
        tokens = draw.random.randrange(3, 40)
        what = _("for {tokens} tokens of ln {chances} nats each, the result").format(
            tokens=tokens, chances=chances
        )
        got = student.perplexity(tokens * math.log(chances), tokens)
        assert_equal(got, float(chances), what, rtol=FLOAT32)
    assert_equal(student.perplexity(0.0, 3), 1.0, _("for no nats in 3 tokens the result"))


@pytest.mark.task("perplexity")
@pytest.mark.hint(
    "What is the mean number of nats per token, and how does a logarithm become a number of chances?"
)
def test_perplexity_of_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """e to the mean nats per token, also for one token, for very long texts and for very bad models."""
    drawn = [(draw.random.uniform(0.1, 9.0), tokens) for tokens in (1, 77, 10**6)]
    for nats, tokens in (*drawn, (95.0, 1), (709.0, 2)):
        expected = reference.perplexity(nats * tokens, tokens)
        what = _("for {nats:.6g} nats per token the result").format(nats=nats)
        assert_equal(student.perplexity(nats * tokens, tokens), expected, what, rtol=FLOAT32)


@pytest.mark.task("perplexity")
@pytest.mark.supporting
@pytest.mark.hint("What does `math.exp` do with a number that is too large?")
def test_too_large_for_a_float(student: Student) -> None:
    """`inf` where the number is too large for a float."""
    for total, tokens in ((1000.0, 1), (1e9, 100), (math.inf, 3)):
        got = student.perplexity(total, tokens)
        assert_equal(got, math.inf, _("where the perplexity is too large for a float, the result"))


def assert_refused(student: Student, total_nats: float, tokens: int) -> None:
    """Raises `CheckFailed` unless `perplexity` raises a ValueError."""
    call = f"perplexity({total_nats}, {tokens})"
    try:
        student.perplexity(total_nats, tokens)
    except StudentError as error:
        if error.is_unwritten:
            raise
        if error.type_name != "ValueError":
            sentence = _("`{call}` raises {kind}, expected a ValueError.")
            raise CheckFailed(sentence.format(call=call, kind=_known_error(error))) from None
    else:
        raise CheckFailed(_("`{call}` returns something, expected a ValueError.").format(call=call))


def _known_error(error: StudentError) -> str:
    known = ("ZeroDivisionError", "OverflowError", "TypeError", "NameError", "AssertionError")
    return error.type_name if error.type_name in known else _("another exception")


@pytest.mark.task("perplexity")
@pytest.mark.supporting
@pytest.mark.hint(
    "How many tokens must there be to speak of a mean? Can surprise be negative?",
    "What is the result of nan < 0, and what of nan >= 0?",
)
def test_what_is_no_measurement_is_refused(student: Student) -> None:
    """A ValueError for no tokens, for negative nats, and for NaN."""
    for total_nats, tokens in ((12.0, 0), (0.0, 0), (-0.5, 3), (math.nan, 3)):
        assert_refused(student, total_nats, tokens)


# unigram_nats, bigram_nats

Baseline = Callable[[Any, Any, int], Any]


def described(kind: str, train: Sequence[int], valid: Sequence[int], vocabulary: int) -> str:
    """What a message calls the result of a baseline."""
    return _("for {kind} of {train} and {valid} ids, V = {V}, the result").format(
        kind=kind, train=len(train), valid=len(valid), V=vocabulary
    )


def assert_lists(
    function: Baseline, train: list[int], valid: list[int], vocabulary: int, expected: float
) -> None:
    """Raises `CheckFailed` unless a baseline gives this number for lists."""
    what = described(_("lists"), train, valid, vocabulary)
    assert_equal(function(train, valid, vocabulary), expected, what, rtol=FLOAT32)


def assert_tensors(function: Baseline, right: Baseline, draw: Draw) -> None:
    """Raises `CheckFailed` unless a baseline gives for tensors what it has to, for random texts."""
    train, valid = draw.integers(0, 5, 23), draw.integers(0, 6, 9)
    expected = right(train, valid, 6)
    what = described(_("tensors"), train.tolist(), valid.tolist(), 6)
    assert_equal(function(train, valid, 6), expected, what, rtol=FLOAT32)


@pytest.mark.task("unigram_nats")
@pytest.mark.hint(
    "One is added to each count, of words that were never seen too. What do the counts add up to then?",
    "In which text are words counted, and in which are they predicted?",
)
def test_frequent_words_are_cheap(student: Student) -> None:
    """Add-one frequencies of `train` and mean nats over all of `valid`: worked out by hand."""
    # Counts 3, 1, 0, 2, and one more each: of 10. The words of `valid` have 0.1, 0.4 and 0.3.
    assert_lists(student.unigram_nats, [0, 3, 0, 1, 3, 0], [2, 0, 3], 4, 1.474283)
    # One word of nine was seen, once: it has 0.2, all others 0.1.
    assert_lists(student.unigram_nats, [5], [5, 5, 8, 0], 9, 1.956012)
    assert_lists(student.unigram_nats, [0], [0], 2, 0.4054651)  # ln 3/2


@pytest.mark.task("unigram_nats")
@pytest.mark.hint("What is counted where? Try a `valid` that has nothing in common with `train`.")
def test_unigrams_of_a_longer_text(student: Student, reference: Student, draw: Draw) -> None:
    """Right for random texts, and where most of the vocabulary was never seen."""
    for vocabulary in (6, 50):
        train, valid = draw.random.choices(range(5), k=41), draw.random.choices(range(vocabulary), k=17)
        expected = reference.unigram_nats(train, valid, vocabulary)
        assert_lists(student.unigram_nats, train, valid, vocabulary, expected)


@pytest.mark.task("unigram_nats")
@pytest.mark.hint("Two tensors that hold a 3: are they one key of a dict, or two? What is in a list?")
def test_unigrams_of_tensors(student: Student, reference: Student, draw: Draw) -> None:
    """Tensors of ids are as good as lists."""
    assert_tensors(student.unigram_nats, reference.unigram_nats, draw)


@pytest.mark.task("bigram_nats")
@pytest.mark.hint(
    "How many pairs of neighbours are there in a text of six words?",
    "Which words follow 0 in the training text? One is added to each count: what do they add up to?",
)
def test_the_word_before_helps(student: Student) -> None:
    """Add-one pairs of `train` and mean nats over the pairs of `valid`: worked out by hand."""
    # After 0: 1, 1, 2; after 1: 0, 0; after 2: nothing, because it stands at the end.
    train = [0, 1, 0, 1, 0, 2]
    assert_lists(student.bigram_nats, train, [0, 1, 0, 2], 4, 0.9310693)  # 3/7, 3/6, 2/7
    assert_lists(student.bigram_nats, train, [2, 1, 1], 4, 1.589027)  # 1/4, 1/6
    assert_lists(student.bigram_nats, train, [3, 0], 5, 1.609438)  # 1/5
    assert_lists(student.bigram_nats, [0, 0], [0, 0], 2, 0.4054651)  # 2/3


@pytest.mark.task("bigram_nats")
@pytest.mark.hint(
    "For every pair of `valid`: how often did the first word have a successor, and how often this one?"
)
def test_bigrams_of_a_longer_text(student: Student, reference: Student, draw: Draw) -> None:
    """Right for random texts, and where most pairs were never seen."""
    for vocabulary in (5, 40):
        train, valid = draw.random.choices(range(4), k=41), draw.random.choices(range(vocabulary), k=17)
        valid[5] = train[-1]  # the last word of a text has no successor there
        expected = reference.bigram_nats(train, valid, vocabulary)
        assert_lists(student.bigram_nats, train, valid, vocabulary, expected)


@pytest.mark.task("bigram_nats")
@pytest.mark.hint("Two tensors that hold a 3: are they one key of a dict, or two? What is in a list?")
def test_bigrams_of_tensors(student: Student, reference: Student, draw: Draw) -> None:
    """Tensors of ids are as good as lists."""
    assert_tensors(student.bigram_nats, reference.bigram_nats, draw)


# sentence_log_prob


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint(
    "What does the model read before it predicts the first word? And before it predicts the last?",
    "Is the log-probability of a sentence a sum or a mean, and of which sign?",
)
def test_every_word_after_those_before_it(student: Student, reference: Student, draw: Draw) -> None:
    """The sum of ln p of all words, each after `eos_id` and the words before it, and of nothing else."""
    for words in (4, 1, 9):
        model = remembering(draw).eval()
        ids = draw.random.choices(range(V), k=words)
        for eos_id in ((), (5,)):
            expected = reference.sentence_log_prob(model, ids, *eos_id)
            what = _("for {words} words after eos_id = {eos_id} the result").format(
                words=words, eos_id=(eos_id or (1,))[0]
            )
            assert_equal(student.sentence_log_prob(model, ids, *eos_id), expected, what)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.supporting
@pytest.mark.hint("What does the sum of no numbers give, and what the product?")
def test_a_sentence_of_no_words(student: Student, draw: Draw) -> None:
    """No words: 0.0, which is the logarithm of 1."""
    for is_training in (False, True):  # an early return may forget the mode
        model = remembering(draw).train(is_training)
        assert_equal(student.sentence_log_prob(model, []), 0.0, _("for no words the result"))


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint("Should dropout change how likely a sentence is?")
def test_sentences_are_read_in_eval_mode(student: Student, reference: Student, draw: Draw) -> None:
    """A model in training mode gives what it gives in eval mode: without dropout."""
    for is_training in (True, False):
        model = remembering(draw, pair=True, while_training=0.5).train(is_training)
        ids = draw.random.choices(range(V), k=4)
        expected = reference.sentence_log_prob(model, ids)
        what = _("for a model that was in {before} the result").format(before=mode_name(is_training))
        assert_equal(student.sentence_log_prob(model, ids), expected, what)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint(
    "How small is a product of 300 probabilities? What can be added instead of multiplied?",
    "What is the logarithm of a probability that was rounded to 0?",
)
def test_very_unlikely_sentences(student: Student, reference: Student, draw: Draw) -> None:
    """Long sentences, and words with next to no probability, have a finite log-probability."""
    for words, scale in ((300, 3.0), (6, 2000.0)):
        model = remembering(draw).eval()
        model.table.data.mul_(scale)
        ids = draw.random.choices(range(V), k=words)
        expected = reference.sentence_log_prob(model, ids)
        what = _("for a very unlikely sentence the result")
        assert_equal(student.sentence_log_prob(model, ids), expected, what)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint("What does a second sentence start from: from what the first one left, or afresh?")
def test_sentences_do_not_know_each_other(student: Student, reference: Student, draw: Draw) -> None:
    """Every call starts afresh; an LSTM and a GRU of float32 are read like any model."""
    for kind in ("LSTM", "GRU"):
        kept, right = put_both(student, reference, library_model(draw, kind, layers=2).float().eval())
        for words in (5, 2, 5):
            ids = draw.random.choices(range(V), k=words)
            expected = reference.sentence_log_prob(right, ids)
            what = _("for a model of kind {kind} and {words} words the result").format(kind=kind, words=words)
            assert_equal(student.sentence_log_prob(kept, ids), expected, what, rtol=1e-4)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines sets a seed, or draws a random number?")
def test_reading_a_sentence_leaves_chance_alone(student: Student, draw: Draw) -> None:
    """No random number is drawn, and no seed is set."""
    model = remembering(draw)
    assert_chance_left_alone(student, "sentence_log_prob", lambda: student.sentence_log_prob(model, [2, 5]))
