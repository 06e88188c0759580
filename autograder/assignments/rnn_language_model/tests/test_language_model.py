"""Public tests of the trained model: it is there, it fits, and it tells what it would be worth."""

from __future__ import annotations

import pytest

from autograder.student import corpora
from autograder.student.checking.plugin import Measured
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.models.checkpoints import Checkpoint
from autograder.student.models.thresholds import MissingThresholds, Thresholds, thresholds
from autograder.student.scoring.prequential import Predictor, restore, score, token_ids


@pytest.fixture
def marks() -> Thresholds:
    """What a perplexity is worth."""
    try:
        return thresholds("rnn_language_model")
    except MissingThresholds as error:
        raise CheckFailed(str(error)) from None


@pytest.fixture
def predictor(student: Student, checkpoint: Checkpoint, marks: Thresholds) -> Predictor:
    """Her `RNNModel` with the weights of the checkpoint in it."""
    return restore(student, checkpoint, marks.vocabulary_size, "RNNModel")


@pytest.mark.task("language_model")
@pytest.mark.essential
@pytest.mark.hint(
    "Which arguments did you give to `RNNModel`, and which to `LiveTraining`?",
    "If you changed the class after training: whose weights are in the file?",
)
def test_the_checkpoint_fits(predictor: Predictor) -> None:
    """`rnn_lm.safetensors` and `rnn_lm.json` lie beside the notebook, and your `RNNModel` takes them."""
    predictor.start(2)


@pytest.mark.task("language_model")
@pytest.mark.essential
@pytest.mark.hint(
    "What does the learning curve do at its end: does it still fall, is it flat, or does the valid loss rise again?",
    "Which single change of the recipe would you measure first: the learning rate, its schedule, or the dropout?",
)
def test_perplexity_on_the_valid_text(predictor: Predictor, marks: Thresholds, measured: Measured) -> None:
    """On the whole valid text, read a word at a time as the grader reads the hidden one, its perplexity is good."""
    try:
        words = corpora.vocabulary(marks.corpus)
        ids = token_ids(corpora.lines(marks.corpus, "valid"), words)
    except corpora.MissingCorpus as error:
        raise CheckFailed(str(error)) from None
    found = score(predictor, ids, words.index(corpora.END_OF_LINE))
    measured.credit = marks.credit(found.perplexity, "valid")
    measured.metrics = {"valid_perplexity": round(found.perplexity, 2)} if found.is_finite else {}
    measured.message = " ".join(
        [
            marks.sentence(found.perplexity, found.tokens, "valid"),
            _("Your points come from a hidden text; its floor and its target were measured in the same way."),
        ]
    )
    if measured.credit < 1:
        raise CheckFailed(measured.message)
