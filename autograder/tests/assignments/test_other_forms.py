"""Tasks of another form: code with faults to mend, and lines to put in order, in every language."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from autograder.assignments.sources import source_notebook
from autograder.grading.suite import Suite, trusted_student
from autograder.maintain import translation
from autograder.student.checking.suite import PUBLIC_SEED
from autograder.student.core.course import ASSIGNMENTS

BUG = ("rnn_language_model", "bug-to-find", "sentence_log_prob")
LINES = ("subword_language_model", "lines-to-order", "wordpiece_encode")
# The lines that do not belong there, each with the one in whose place somebody might put it.
TOO_MANY = {
    "for end in range(start + 1, len(word) + 1):": "for end in range(len(word), start, -1):",
    "start = start + len(piece)": "start = end",
}
# What notices the product of many probabilities, and the mode that is not put back.
FAULTS = ["test_very_unlikely_sentences", "test_nothing_else_changes[sentence_log_prob]"]


@cache
def suite_of(assignment: str) -> Suite:
    """The suite, made once."""
    return Suite(assignment)


def printed(assignment: str, cell: str) -> str:
    """The code that a text cell shows."""
    notebook = source_notebook(assignment)
    (text,) = [each.source for each in notebook.cells if each.grade_id == cell]
    return code_in(text)


def code_in(text: str) -> str:
    """The code between fences."""
    (found,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return str(found)


def solution(assignment: str, task: str, name: str) -> str:
    """The answer that comes out, as one of the alternatives that the suite has to accept."""
    path = ASSIGNMENTS / assignment / "private" / "alternatives" / task / f"{name}.py"
    return path.read_text(encoding="utf-8")


def failed(assignment: str, task: str, answer: str) -> list[str]:
    """The names of the tests that an answer fails."""
    sources = [cell.source for cell in source_notebook(assignment).definitions()]
    student = trusted_student([*sources, answer])
    results = suite_of(assignment).run(lambda _task: student, PUBLIC_SEED, [task])[task]
    return [result.name for result in results if result.outcome != "passed"]


def test_the_code_has_two_faults_and_no_others() -> None:
    """Two tests fail, each for one of them: where one first looks, at short sentences, the code is right."""
    assignment, cell, task = BUG
    assert failed(assignment, task, printed(assignment, cell)) == FAULTS


def test_both_faults_have_to_be_mended() -> None:
    """With one of them left its test fails; the mended code passes, and is the printed one but for a few lines."""
    assignment, cell, task = BUG
    wrong, right = printed(assignment, cell), solution(assignment, task, "mended")
    only_the_mode = wrong.replace("    model.eval()", "    was = model.training\n    model.eval()").replace(
        "    return", "    model.train(was)\n    return"
    )
    assert failed(assignment, task, only_the_mode) == FAULTS[:1]
    assert failed(assignment, task, right.replace("    model.train(was_training)\n", "")) == FAULTS[1:]
    assert failed(assignment, task, right) == []
    assert len(set(wrong.splitlines()) - set(right.splitlines())) == 3


def test_the_lines_make_a_solution_but_for_two() -> None:
    """What is printed are the lines of a right answer, and two more that are known mistakes of one line."""
    assignment, cell, task = LINES
    lines = printed(assignment, cell).splitlines()
    body = solution(assignment, task, "in_order").partition("vocab):\n")[2]
    needed = [line.strip() for line in body.splitlines()]
    assert lines == sorted(lines, key=str.lower)
    assert sorted(lines) == sorted([*needed, *TOO_MANY])
    assert failed(assignment, task, solution(assignment, task, "in_order")) == []


@pytest.mark.parametrize("line", TOO_MANY)
def test_a_line_too_many_is_noticed(line: str) -> None:
    """In the place of the line that it looks like."""
    assignment, _cell, task = LINES
    right = solution(assignment, task, "in_order")
    assert TOO_MANY[line] in right
    assert failed(assignment, task, right.replace(TOO_MANY[line], line))


@pytest.mark.parametrize("language", translation.languages())
@pytest.mark.parametrize(("assignment", "cell"), [BUG[:2], LINES[:2]])
def test_the_code_is_the_same_in_every_language(assignment: str, cell: str, language: str) -> None:
    """A translator leaves what stands between the fences as it is."""
    document = json.loads(translation.translated_notebook(assignment, language))
    (text,) = ["".join(each["source"]) for each in document["cells"] if each["id"] == cell]
    assert code_in(text) == printed(assignment, cell)
