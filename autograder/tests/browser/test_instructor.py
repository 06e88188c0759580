"""An instructor's morning: what students handed in is collected, graded, and listed by formgrader with its mark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.assignments.sources import source_notebook
from autograder.student.submission.bundle import make
from autograder.tests.browser.lab import Lab, browser, jupyter
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.course import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

STUDENTS = {"ada": ("pad_batch", "rnn_step", "rnn_forward"), "blaise": ("pad_batch",), "emmy": ()}
NAMES = {"ada": ("Ada", "Lovelace"), "blaise": ("Blaise", "Pascal"), "emmy": ("Emmy", "Noether")}


def hand_in(bundle: Path, folder: Path, tasks: tuple[str, ...]) -> bytes:
    """The zip of a student who has solved these tasks."""
    answers = source_notebook(ASSIGNMENT).answers()
    document = json.loads((bundle / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8"))
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in tasks:
            lines = answers[name].source.splitlines(keepends=True)
            cell["source"] = [line for line in lines if "### " not in line]
    path = folder / f"{ASSIGNMENT}.ipynb"
    path.write_text(json.dumps(document), encoding="utf-8")
    return make(path, lambda _step: None).archive.read_bytes()


def test_formgrader_lists_what_was_handed_in_with_its_mark(
    bundle: Path, tmp_path: Path, pictures: Path
) -> None:
    """From the zips that `submit()` made, through nbgrader's own commands, to its own page."""
    course = Course.new(tmp_path / "course")
    archives = course.path / "downloaded" / ASSIGNMENT / "archive"
    archives.mkdir(parents=True)
    for student, tasks in STUDENTS.items():
        (archives / f"{student}.zip").write_bytes(hand_in(bundle, tmp_path, tasks))
    course.nbgrader("generate_assignment", ASSIGNMENT)
    for student, (first, last) in NAMES.items():
        course.nbgrader("db", "student", "add", student, f"--first-name={first}", f"--last-name={last}")
    course.nbgrader("zip_collect", ASSIGNMENT)
    course.nbgrader("autograde", ASSIGNMENT)

    points = {task.name: task.points for task in source_notebook(ASSIGNMENT).tasks()}
    with browser(tmp_path, height=640) as driver, jupyter(course.path, tmp_path) as address:
        lab = Lab(driver, address, pictures)
        lab.log_in()
        driver.get(f"{address}/formgrader/manage_submissions/{ASSIGNMENT}")
        rows = lab.wait_until(
            "const rows = [...document.querySelectorAll('tbody tr')].map(row => row.innerText);"
            "return rows.length >= arguments[0] && rows",
            len(STUDENTS),
        )
        lab.picture("formgrader")
        driver.get(f"{address}/formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}")
        link = "return [...document.querySelectorAll('tbody a')].find(a => a.href.includes('/submissions/'))"
        lab.wait_until(link).click()
        page = lab.wait_until(
            "return document.querySelector('.nbgrader_cell, .code_cell') && document.body.innerText"
        )
        driver.execute_script(
            "const parts = [...document.querySelectorAll('pre')];"
            "parts.find(part => part.innerText.includes('check(\"rnn_step\")')).scrollIntoView()"
        )
        lab.picture("formgrader-notebook")
    assert "rnn_step" in page
    for student, tasks in STUDENTS.items():
        [row] = [text for text in rows if student in text]
        assert f"{sum(points[task] for task in tasks):g} / 60" in row, row
        assert "graded" in row
