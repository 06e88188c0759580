"""A known mistake is recognised by its answers, and by nothing else."""

from __future__ import annotations

import pytest
import torch

from autograder.grading.diagnose import Following, equal_answers
from autograder.grading.mistakes import mutate
from autograder.grading.suite import trusted_student
from autograder.tests.assignments.mutants import grade, grade_mistake, is_named, suite_of


def test_equal_answers_are_recognised() -> None:
    """To rounding, with exceptions by type and message."""
    ours = [{"result": torch.tensor([1.0])}, {"error": {"type": "ValueError", "message": "m", "lines": [1]}}]
    theirs = [
        {"result": torch.tensor([1.0 + 1e-7])},
        {"error": {"type": "ValueError", "message": "m", "lines": []}},
    ]
    assert equal_answers(ours, theirs)
    assert not equal_answers(ours[:1], theirs)
    assert not equal_answers([{"result": torch.tensor([1.1])}, ours[1]], theirs)


def test_a_transcript_that_follows_stops_at_the_first_other_reply() -> None:
    """What a mutant would answer after that is not asked for."""
    following = Following([{}, {"result": 1}])
    following.append({})
    with pytest.raises(RuntimeError):
        following.append({"result": 2})
    with pytest.raises(RuntimeError):
        Following([]).append({})


def test_a_student_who_makes_a_known_mistake_is_told_so() -> None:
    """Her own code, not the mutant's, with the same answers: the mistake has a name."""
    suite = suite_of("rnn_basics")
    source = "def rnn_step(x, h, W_xh, W_hh, b):\n    return (F.linear(x, W_xh) + F.linear(h, W_hh)).tanh()"
    student = trusted_student(
        [*(c.source for c in suite.notebook.definitions() if c.grade_id != "rnn_step"), source]
    )
    result = grade(suite, student, "rnn_step")
    assert {test.mistake for test in result.tests if test.outcome == "failed"} == {"A02a"}


def test_a_rule_that_is_broken_is_no_known_mistake() -> None:
    """A test that asks nothing of the student's code cannot recognise it by its answers."""
    suite = suite_of("rnn_basics")
    source = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.rnn_tanh_cell(x, h, W_xh, W_hh, b, b - b)"
    student = trusted_student(
        [*(c.source for c in suite.notebook.definitions() if c.grade_id != "rnn_step"), source]
    )
    result = grade(suite, student, "rnn_step")
    assert result.score == 0
    assert all(test.mistake is None for test in result.tests)


def test_an_earlier_function_is_named_when_it_is_to_blame() -> None:
    """Who calls her own wrong rnn_step is sent there; so is who calls it through rnn_forward."""
    suite = suite_of("rnn_basics")
    wrong_step = next(mistake for mistake in suite.mistakes if mistake.id == "A01a")
    student = trusted_student(mutate(suite.notebook, wrong_step))
    for task in ("rnn_forward", "CharRNN"):
        failed = [test for test in grade(suite, student, task).tests if test.outcome == "failed"]
        assert failed
        assert all("see to `rnn_step` first" in test.message for test in failed)


def test_what_a_mistake_is_called_does_not_depend_on_who_was_graded_before() -> None:
    """A mistake that keeps something in a global table is called the same in each of several gradings of a process."""
    suite = suite_of("subword_language_model")
    mistake = next(mistake for mistake in suite.mistakes if mistake.id == "C28b")
    for seed in (2, 1, 8):
        assert is_named(mistake, grade_mistake(suite, mistake, seed)), seed
