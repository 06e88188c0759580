"""The known mistakes fit their solutions, and their questions do not give the answer away."""

from __future__ import annotations

import ast

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.mistakes import Mistake, mutate, read_mistakes
from autograder.maintain.release.leaks import squash, telling_lines

ASSIGNMENTS = assignment_names()


def code_lines(mistake: Mistake, answer: str) -> list[str]:
    """The telling lines, without white space, of the solution and of what the mistake takes out of it."""
    taken_out = "\n".join(line[1:] for hunk in mistake.hunks for line in hunk if line[0] == "-")
    published, _, solution = answer.partition("### BEGIN SOLUTION")
    return [line for code in (solution, taken_out) for line in telling_lines(code, squash(published))]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_mistake_fits_its_solution(assignment: str) -> None:
    """Each patch can be applied, changes the answer cell, and leaves code that can be parsed."""
    notebook = source_notebook(assignment)
    right = {cell.source: ast.dump(ast.parse(cell.source)) for cell in notebook.definitions()}
    for mistake in read_mistakes(assignment):
        changed = [source for source in mutate(notebook, mistake) if source not in right]
        assert any(ast.dump(ast.parse(source)) not in right.values() for source in changed), mistake.id


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_hint_is_a_question_without_code_of_the_solution(assignment: str) -> None:
    """A student may see the hint: it asks, and it holds no line of the answer."""
    answers = source_notebook(assignment).answers()
    for mistake in read_mistakes(assignment):
        assert "?" in mistake.hint, mistake.id
        hint = squash(mistake.hint)
        given_away = [line for line in code_lines(mistake, answers[mistake.task].source) if line in hint]
        assert not given_away, f"{mistake.id}: {given_away}"
