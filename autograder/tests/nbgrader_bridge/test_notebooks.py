"""The notebook nbgrader gets: every cell it knows once, in its place, whatever was handed in."""

from __future__ import annotations

import re
from dataclasses import replace

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.markdown import markdown2html
from nbgrader.nbgraderformat import MetadataValidator

from autograder.assignments.sources import source_notebook
from autograder.grading.repair import released, repair
from autograder.nbgrader_bridge.notebooks import notebook_for_nbgrader
from autograder.student.core.notebook import Cell, Notebook
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.reports.pages import Page
from autograder.tests.reports.test_feedback import HOSTILE as HOSTILE_TEXTS

SOURCE = source_notebook(ASSIGNMENT)
# Those that want to do something in a browser; how long nbconvert takes for the others is its own affair.
HOSTILE = [text for text in HOSTILE_TEXTS if len(text) < 500]
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


@settings(max_examples=25)
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


@pytest.mark.parametrize(
    "text", [*HOSTILE, "[read]( \n javascript:x)", "![x](<javascript:x>)", r"\[x]: data:x"]
)
def test_a_student_s_text_is_shown_and_not_obeyed(text: str) -> None:
    """A script would run in the browser of the instructor who reads the answer in formgrader."""
    question = next(cell for cell in SOURCE.cells if cell.is_by_hand)
    own = Cell("markdown", f"My own. {text}")
    notebook = given_to_nbgrader(replace(question, source=f"My answer. {text}"), own)
    texts = [cell.source for cell in notebook.cells if cell.source.startswith("My ")]
    assert len(texts) == 2
    page = Page(markdown2html(texts[0]))
    assert "My answer." in page.text
    assert not {tag for tag, _attributes in page.elements} & {
        "script",
        "style",
        "svg",
        "iframe",
        "details",
        "math",
    }
    for _tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in attributes.keys() & {"href", "src"}:
            assert re.match(r"https?://|mailto:|#|[\w./-]*$", attributes[name]), attributes
    assert "\\href" not in texts[0]


def test_text_without_tags_stays_as_it_was_written() -> None:
    """Formulas and code compare things; and the course's own text may have tags."""
    question = next(cell for cell in SOURCE.cells if cell.is_by_hand)
    text = "If $a < b$, then `x[i]: y < z[0](1)`, see [this](https://example.org/a:b) and [that](#rnn_step)."
    assert text_of(given_to_nbgrader(replace(question, source=text)), question.grade_id) == text
    tagged = Cell("markdown", "<details>ours</details>", id="ours")
    source = Notebook((*SOURCE.cells, tagged))
    shown = notebook_for_nbgrader(repair(source, source).notebook, source, RELEASED)
    assert tagged.source in [cell.source for cell in shown.cells]
