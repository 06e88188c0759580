"""What is promised of `perplexity`, `unigram_nats`, `bigram_nats` and `sentence_log_prob`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.tests.test_training import (
    V,
    assert_mode,
    nats_of_each_word,
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
    """If each of n tokens is one of V equal chances, the perplexity is V; if all are certain, it is 1."""
    for chances in (6, 2, 5000):
        tokens = draw.random.randrange(3, 40)
        what = _("for {tokens} tokens of ln {chances} nats each, the result").format(
            tokens=tokens, chances=chances
        )
        assert_equal(
            student.perplexity(tokens * math.log(chances), tokens), float(chances), what, rtol=FLOAT32
        )
    assert_equal(student.perplexity(0.0, 3), 1.0, _("for no nats in 3 tokens the result"))


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
    assert_refused(student, 12.0, 0)
    assert_refused(student, -0.5, 3)
    assert_refused(student, math.nan, 3)


# unigram_nats, bigram_nats


def nats_of(*probabilities: float) -> float:
    """The mean nats of words that had these probabilities."""
    return -sum(math.log(p) for p in probabilities) / len(probabilities)


Baseline = Callable[[Any, Any, int], Any]


def assert_baseline(
    function: Baseline, train: Sequence[int], valid: Sequence[int], vocabulary: int, expected: float
) -> None:
    """Raises `CheckFailed` unless a baseline gives this number for lists, and for tensors."""
    for kind, make in ((_("lists"), list), (_("tensors"), torch.tensor)):
        what = _("for {kind} of {train} and {valid} ids, V = {V}, the result").format(
            kind=kind, train=len(train), valid=len(valid), V=vocabulary
        )
        assert_equal(function(make(train), make(valid), vocabulary), expected, what, rtol=FLOAT32)


@pytest.mark.task("unigram_nats")
@pytest.mark.hint(
    "One is added to each count, of words that were never seen too. What do the counts add up to then?",
    "In which text are words counted, and in which are they predicted?",
)
def test_frequent_words_are_cheap(student: Student) -> None:
    """Add-one frequencies of `train` and mean nats over all of `valid`: checked by hand, as lists and as tensors."""
    # counts 3, 1, 0, 2 of 6, and one more each: 4/10, 2/10, 1/10, 3/10
    assert_baseline(student.unigram_nats, [0, 3, 0, 1, 3, 0], [2, 0, 3], 4, nats_of(0.1, 0.4, 0.3))
    # nothing was seen of a vocabulary of 9, but for one word
    assert_baseline(student.unigram_nats, [5], [5, 5, 8, 0], 9, nats_of(0.2, 0.2, 0.1, 0.1))


@pytest.mark.task("bigram_nats")
@pytest.mark.hint(
    "How many pairs of neighbours are there in a text of six words?",
    "Which words follow 0 in the training text? One is added to each count: what do they add up to?",
)
def test_the_word_before_helps(student: Student) -> None:
    """Add-one pairs of `train` and mean nats over the pairs of `valid`: checked by hand, as lists and as tensors."""
    # after 0: 1, 1, 2; after 1: 0, 0; after 2: nothing, because it stands at the end
    train = [0, 1, 0, 1, 0, 2]
    assert_baseline(student.bigram_nats, train, [0, 1, 0, 2], 4, nats_of(3 / 7, 3 / 6, 2 / 7))
    assert_baseline(student.bigram_nats, train, [2, 1, 1], 4, nats_of(1 / 4, 1 / 6))
    assert_baseline(student.bigram_nats, train, [3, 0], 5, nats_of(1 / 5))


# sentence_log_prob


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint(
    "What does the model read before it predicts the first word? And before it predicts the last?",
    "Is the log-probability of a sentence a sum or a mean, and of which sign?",
)
def test_every_word_after_those_before_it(student: Student, draw: Draw) -> None:
    """The sum of ln p of all words, each after `eos_id` and the words before it, and of nothing else."""
    for words in (4, 1, 9):
        model = remembering(draw).eval()
        ids = draw.random.choices(range(V), k=words)
        for eos_id in ((), (5,)):
            text = torch.tensor([*(eos_id or (1,)), *ids])[:, None]
            what = _("for {words} words after eos_id = {eos_id} the result").format(
                words=words, eos_id=int(text[0])
            )
            got = student.sentence_log_prob(model, ids, *eos_id)
            assert_equal(got, -nats_of_each_word(model, text).sum().item(), what)


@pytest.mark.task("sentence_log_prob")
@pytest.mark.supporting
@pytest.mark.hint("What does the sum of no numbers give, and what the product?")
def test_a_sentence_of_no_words(student: Student, draw: Draw) -> None:
    """No words: 0.0, which is the logarithm of 1."""
    model = remembering(draw).eval()
    assert_equal(student.sentence_log_prob(model, []), 0.0, _("for no words the result"))


@pytest.mark.task("sentence_log_prob")
@pytest.mark.hint("Should dropout have a say in how likely a sentence is?")
def test_sentences_are_read_in_eval_mode(student: Student, draw: Draw) -> None:
    """A model in training mode gives what it gives in eval mode, and is put back into the mode it was in."""
    for training in (True, False):
        model = remembering(draw, pair=True, while_training=0.5)
        model.train(training)
        kept = student.put(model)
        ids = draw.random.choices(range(V), k=4)
        before = _("training mode") if training else _("eval mode")
        what = _("for a model that was in {before} the result").format(before=before)
        expected = -nats_of_each_word(model, torch.tensor([1, *ids])[:, None]).sum().item()
        assert_equal(student.sentence_log_prob(kept, ids), expected, what)
        assert_mode(kept, training, "sentence_log_prob")
