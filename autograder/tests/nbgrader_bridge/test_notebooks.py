"""The notebook nbgrader gets: every cell it knows once, in its place, whatever was handed in."""

from __future__ import annotations

from dataclasses import replace

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.assignments import source_notebook
from autograder.course.notebook import Cell, Notebook
from autograder.grading.repair import released, repair
from autograder.nbgrader_bridge.notebooks import notebook_for_nbgrader
from autograder.tests.conftest import ASSIGNMENT

SOURCE = source_notebook(ASSIGNMENT)
RELEASED = {
    cell.grade_id: released(cell) if cell.is_answer else cell.source for cell in SOURCE.cells if cell.grade_id
}
OWN = Cell("code", "x = 1")


def known(notebook: nbformat.NotebookNode) -> list[str]:
    """The grade_ids in the notebook, in its order."""
    return [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]


def given_to_nbgrader(*cells: Cell) -> nbformat.NotebookNode:
    """What becomes of a submission with these cells."""
    return notebook_for_nbgrader(repair(Notebook(cells), SOURCE).notebook, SOURCE, RELEASED)


def text_of(notebook: nbformat.NotebookNode, grade_id: str) -> str:
    return next(
        cell.source
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def test_what_is_missing_is_put_back_where_it_stood() -> None:
    """Even if nothing was handed in at all."""
    assert known(given_to_nbgrader()) == list(RELEASED)
    notebook = given_to_nbgrader(*(cell for cell in SOURCE.cells if not cell.is_check))
    places = {name: place for place, name in enumerate(known(notebook))}
    assert all(places[f"check-{task}"] == places[task] + 1 for task in SOURCE.answers())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*SOURCE.cells, OWN]), max_size=40))
def test_every_cell_is_there_once(cells: list[Cell]) -> None:
    """In any order, any number of times; and nbgrader and nbformat have nothing against it."""
    notebook = given_to_nbgrader(*cells)
    assert sorted(known(notebook)) == sorted(RELEASED)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


def test_of_copies_the_last_one_with_something_in_it_is_commented_on() -> None:
    """A question in words that was answered in the first of two cells is shown to the person who reads it."""
    question = next(cell for cell in SOURCE.cells if cell.is_by_hand)
    first, second = replace(question, source="First."), replace(question, source="Second.")
    empty = replace(question, source=RELEASED[question.grade_id] + "\n\n")
    assert text_of(given_to_nbgrader(first, second, empty), question.grade_id) == "Second."
    assert text_of(given_to_nbgrader(empty, empty), question.grade_id) == empty.source
    shown = [cell.source for cell in given_to_nbgrader(first, second).cells]
    assert "First." in shown


def test_a_cell_the_gradebook_does_not_know_is_plain() -> None:
    """As when a text was added to the source after the release: nbgrader would refuse the whole notebook."""
    some = {name: text for name, text in RELEASED.items() if name != "title"}
    notebook = notebook_for_nbgrader(SOURCE, SOURCE, some)
    assert "title" not in known(notebook)
    assert len(notebook.cells) == len(SOURCE.cells)
