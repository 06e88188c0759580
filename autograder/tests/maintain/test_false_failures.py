"""The command that looks for right answers that fail finds one if there is one."""

from __future__ import annotations

from autograder.maintain.false_failures import FIRST_SEED, failures, right_answers
from autograder.maintain.proof import Answer, Proof


def test_a_right_answer_has_no_failure_and_a_wrong_one_is_told() -> None:
    """The solution and every alternative are asked; what fails is named with its seed."""
    proof = Proof("rnn_basics")
    right = list(right_answers(proof, "rnn_step"))
    assert right[0].name == "solution"
    assert len(right) == 1 + len(list(proof.written(proof.private / "alternatives", "rnn_step"))) > 2
    wrong = Answer("mistaken", "rnn_step", next(proof.mutants("rnn_step")).sources)
    (told,) = failures([(proof, answer) for answer in [*right, wrong]], FIRST_SEED)
    assert told.startswith(f"rnn_basics rnn_step mistaken, seed {FIRST_SEED}: test_")
