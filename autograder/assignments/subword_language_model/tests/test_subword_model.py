"""Public tests of the trained model: it is there, its tokenizer spells the text, and it tells what it is worth."""

from __future__ import annotations

import pytest

from autograder.student import corpora
from autograder.student.checking.plugin import Measured
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.thresholds import MissingThresholds, Thresholds, thresholds
from autograder.student.models.tokenizer_file import Spelling, spelling_of
from autograder.student.scoring.byte_scoring import encoded, line_end
from autograder.student.scoring.measured_text import Bytes, score
from autograder.student.scoring.prequential import restore

ASSIGNMENT = "subword_language_model"
MODEL = MEASURED_MODELS[ASSIGNMENT].class_name


@pytest.fixture
def marks() -> Thresholds:
    """What bits per byte are worth."""
    try:
        return thresholds(ASSIGNMENT)
    except MissingThresholds as error:
        raise CheckFailed(str(error)) from None


@pytest.fixture
def spelling(checkpoint: Checkpoint) -> Spelling:
    """The pieces of the tokenizer that is saved with the model."""
    try:
        return spelling_of(checkpoint)
    except UnreadableCheckpoint as error:
        raise CheckFailed(str(error)) from None


@pytest.fixture
def text(marks: Thresholds) -> Bytes:
    """The valid text, cut as the grader cuts the hidden one."""
    try:
        return Bytes.of(marks.corpus, corpora.raw_text(marks.corpus, "valid"))
    except corpora.MissingCorpus as error:
        raise CheckFailed(str(error)) from None


@pytest.mark.task("subword_model")
@pytest.mark.essential
@pytest.mark.hint(
    "Which arguments did you give to `SubwordModel`, and which to `LiveTraining`?",
    "If you changed the class or the tokenizer after training: whose weights and whose pieces are in the files?",
)
def test_the_checkpoint_fits(student: Student, checkpoint: Checkpoint, spelling: Spelling) -> None:
    """`subword_lm.safetensors` and `subword_lm.json` lie beside the notebook, and your `SubwordModel` takes them."""
    restore(student, checkpoint, len(spelling.pieces), MODEL).start(2)


@pytest.mark.task("subword_model")
@pytest.mark.essential
@pytest.mark.hint(
    "If you join the bytes of all ids that `encode` returns: which text do you get?",
    "What does your tokenizer do with a letter that the training text does not have?",
)
def test_the_tokenizer_spells_the_valid_text(student: Student, spelling: Spelling, text: Bytes) -> None:
    """The tokenizer that is saved with the model cuts the whole valid text into pieces, and loses no byte of it."""
    line_end(spelling)
    encoded(student, spelling, text.parts)


@pytest.mark.task("subword_model")
@pytest.mark.essential
@pytest.mark.hint(
    "What does the learning curve do at its end: does it still fall, is it flat, or does the valid loss rise again?",
    "What would you change first: the recipe of the training, the size of the vocabulary, or the width of the model?",
)
def test_bits_per_byte_on_the_valid_text(
    student: Student,
    checkpoint: Checkpoint,
    spelling: Spelling,  # that it can be read is found out first
    text: Bytes,
    marks: Thresholds,
    measured: Measured,
) -> None:
    """On the whole valid text, read a piece at a time as the grader reads the hidden one, it needs few bits a byte."""
    found = score(student, checkpoint, text, MODEL)
    bits = marks.metric.of(found.nats, text.count(found))
    measured.credit = marks.credit(bits, "valid")
    measured.metrics = {"valid_bits_per_byte": round(bits, 4)} if found.is_finite else {}
    measured.message = " ".join(
        [
            marks.sentence(bits, text.count(found), "valid"),
            _("Your points come from a hidden text; its floor and its target were measured in the same way."),
        ]
    )
    if measured.credit < 1:
        raise CheckFailed(measured.message)
