"""Editions in other languages: nothing is missing or out of date, and the bundle speaks the language throughout."""

from __future__ import annotations

import gettext
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.repair import released, repair
from autograder.maintain import class_run, translation
from autograder.maintain.release import EDITION_PACKAGES, edition_files
from autograder.maintain.release.assignments import ASSIGNMENTS
from autograder.maintain.release.bundle import bundle_files
from autograder.maintain.release.leaks import Secret, assert_nothing_leaks
from autograder.student.core import language
from autograder.student.core.language import DOMAIN, EDITION, LOCALES
from autograder.student.core.notebook import parse_notebook
from autograder.tests.reports import samples

EDITION_FILE = f"autograder/student/core/locale/{EDITION.name}"
HANGUL = ("가", "힣")


@pytest.fixture(scope="module")
def english() -> dict[str, bytes]:
    """What is in the bundle, with the notebooks in assignments/."""
    return bundle_files(
        {name: (ASSIGNMENTS / name / f"{name}.ipynb").read_bytes() for name in assignment_names()}
    )


@pytest.fixture(scope="module")
def korean() -> dict[str, bytes]:
    """What is in the Korean one."""
    return edition_files("ko")


def syllables(text: str) -> int:
    """How many Korean syllables stand in a text."""
    first, last = HANGUL
    return sum(first <= letter <= last for letter in text)


def known_by(cell: dict[str, Any]) -> dict[str, Any]:
    """Everything of a cell but what it says, and nbgrader's checksum of that."""
    nbgrader = {
        key: value for key, value in cell["metadata"].get("nbgrader", {}).items() if key != "checksum"
    }
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": nbgrader}, "source": None}


@pytest.mark.parametrize("language", translation.languages())
def test_nothing_is_missing_or_out_of_date(language: str) -> None:
    """No sentence, cell, printed word or page; `make messages EDITION=…` says what and where, if anything is."""
    assert translation.missing(language) == []


def test_an_edition_differs_in_its_words_alone(english: dict[str, bytes], korean: dict[str, bytes]) -> None:
    """Notebooks and pages are translated, a font is needed, and one file says the language; the code is the same."""
    changed = {name for name in korean if korean[name] != english.get(name)}
    notebooks = {f"{name}.ipynb" for name in assignment_names()}
    assert changed == {*notebooks, "README.md", "AGENTS.md", "CLAUDE.md", "pyproject.toml", EDITION_FILE}
    assert korean.keys() - english.keys() == {EDITION_FILE}
    assert korean[EDITION_FILE] == b"ko\n"
    assert all(
        syllables(korean[name].decode("utf-8")) > 20 for name in ("README.md", "AGENTS.md", "CLAUDE.md")
    )
    assert json.dumps(EDITION_PACKAGES["ko"][0]) in korean["pyproject.toml"].decode("utf-8")


def test_cells_to_fill_in_are_left_as_they_are(english: dict[str, bytes], korean: dict[str, bytes]) -> None:
    """Ids, points, tags and checks: whatever the grader knows a cell by."""
    for name in assignment_names():
        ours, theirs = (json.loads(files[f"{name}.ipynb"])["cells"] for files in (english, korean))
        assert list(map(known_by, theirs)) == list(map(known_by, ours))
        checks = [
            [cell["source"] for cell in cells if cell["source"][:1] == ["check("]] for cells in (ours, theirs)
        ]
        assert checks[0] == checks[1]
        prose = ["".join(cell["source"]) for cell in theirs if cell["cell_type"] == "markdown"]
        assert all(syllables(text) for text in prose if len(text) > 100)


@pytest.mark.parametrize("name", assignment_names())
def test_an_edition_that_nobody_touched_is_known_as_such(name: str) -> None:
    """Its docstrings are others, even those of cells that came with it; nothing was changed, and nothing answered."""
    source = source_notebook(name)
    edition = parse_notebook(json.loads(translation.translated_notebook(name, "ko")))
    cells = [replace(cell, source=released(cell)) if cell.is_answer else cell for cell in edition.cells]
    repaired = repair(replace(edition, cells=tuple(cells)), source)
    assert repaired.repairs == ()
    unanswered = repaired.not_attempted | repaired.missing  # a model is a file: nothing defines it
    assert unanswered == {task.name for task in source.tasks()}


def test_nothing_hidden_is_in_an_edition(
    english: dict[str, bytes], korean: dict[str, bytes], secrets: list[Secret]
) -> None:
    """A translator sees the answers, and must not write one into a text. The catalogue is in every bundle."""
    own = {name: data for name, data in korean.items() if data != english.get(name)}
    assert_nothing_leaks(own, secrets)


def test_the_table_of_a_class_is_in_the_language_of_whoever_grades(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every line that `grade` prints, as the pages beside it; but for the names of students, tasks and files."""
    monkeypatch.setattr(language, "_catalogue", gettext.translation(DOMAIN, LOCALES, ["ko"]))
    results = [samples.result(), samples.ungradable()]
    class_run._print_results(results, tmp_path / "x", ["html"])
    printed = capsys.readouterr().out.replace(str(tmp_path), "")
    names = {*re.findall(r"\w+", str(results[1].reason)), "rnn_basics", "ada", "bob", "x", "index", "html"}
    names |= {task.name for task in results[0].tasks}
    assert set(re.findall(r"[A-Za-z_]\w*", printed, re.ASCII)) <= names, printed
    assert syllables(printed) > 20
