"""What the third notebook's tasks forbid: a tokenizer is built without a library of tokenizers."""

import pytest

from autograder.assignments.rnn_basics.tests.test_rules import assert_nothing_forbidden
from autograder.assignments.subword_language_model.spec import SPEC
from autograder.student.checking.student import Student

TASKS = (
    "word_counts",
    "pair_counts",
    "merge_pair",
    "train_bpe",
    "BPETokenizer",
    "wordpiece_encode",
    "unigram_segment",
)


@pytest.mark.essential
@pytest.mark.hint(
    "What does the library do with a word, step by step? Can you write these steps yourself?",
    "Which of your own earlier functions could do a part of it?",
)
@pytest.mark.parametrize(
    "task", [pytest.param(task, marks=pytest.mark.task(task), id=task) for task in TASKS]
)
def test_nothing_forbidden_is_used(student: Student, task: str) -> None:
    """No library of tokenizers is used."""
    assert_nothing_forbidden(student, task, SPEC.forbidden[task])
