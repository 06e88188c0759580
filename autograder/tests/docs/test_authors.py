"""`docs/authors.md` is followed word by word, in a course of another subject that is taken all the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.assignments.sources import ROOT

GUIDE = ROOT / "autograder" / "docs" / "authors.md"
REST = Path(__file__).with_name("numerals")
BLOCK = re.compile(r"<!-- (file|cell|check): (.+?) -->\n```\w+\n(.*?)```", re.DOTALL)

SETUP = """from autograder.student import check

ROMAN_LETTERS = [("M", 1000), ("D", 500), ("C", 100), ("L", 50), ("X", 10), ("V", 5), ("I", 1)]
ROMAN = [
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
]"""
ANSWERS = {
    "from_roman": """def from_roman(numeral):
    ### BEGIN SOLUTION
    values = [dict(ROMAN_LETTERS)[letter] for letter in numeral]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0]))
    ### END SOLUTION""",
    "is_numeral": """import re
def is_numeral(word):
    ### BEGIN SOLUTION
    pattern = "M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})"
    return bool(word) and re.fullmatch(pattern, word) is not None
    ### END SOLUTION""",
}


def blocks(kind: str) -> dict[str, str]:
    """The examples of one kind in the guide, by what they are called there."""
    return {
        name: text for found, name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if found == kind
    }


def cell(source: str, identifier: str, **nbgrader: Any) -> dict[str, Any]:
    """A code cell as nbgrader's toolbar makes it; without flags, a setup cell."""
    metadata: dict[str, Any] = {"tags": ["setup"]}
    if nbgrader:
        flags = {"grade": False, "locked": False, "solution": False, "task": False}
        metadata = {"nbgrader": {"schema_version": 3, "grade_id": identifier, **flags, **nbgrader}}
    return {
        "cell_type": "code",
        "id": identifier,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(answers: dict[str, str]) -> bytes:
    """The notebook of the course, with these answers."""
    cells = [cell(SETUP, "setup")]
    for name, source in answers.items():
        cells.append(cell(source.rstrip("\n"), name, solution=True))
        cells.append(cell(f'check("{name}")', f"check-{name}", grade=True, locked=True, points=3))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document).encode()


class Course:
    """A copy of the package in which the assignments are others."""

    def __init__(self, root: Path) -> None:
        self.root = root
        ignored = shutil.ignore_patterns("__pycache__", "tests", "rnn_*", "subword_*", "benchmarks")
        shutil.copytree(ROOT / "autograder", root / "autograder", ignore=ignored)
        shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("prepared"))
        for name in ("pyproject.toml", "LICENSE"):
            shutil.copyfile(ROOT / name, root / name)
        self.folder = root / "autograder" / "assignments" / "numerals"
        shutil.copytree(REST, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        for package in (self.folder, self.folder / "tests"):
            (package / "__init__.py").write_text("", encoding="utf-8")
        (self.folder / "spec.py").write_text(
            "from autograder.student.core.spec import Spec\nSPEC = Spec()\n", encoding="utf-8"
        )
        self.write("solutions/numerals/numerals.ipynb", notebook(ANSWERS))

    def write(self, name: str, data: bytes) -> Path:
        """Writes a file of the course."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the course in its folder."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course before the task is added."""
    return Course(tmp_path_factory.mktemp("course"))


def test_the_guide_leads_from_two_cells_to_a_proved_task(course: Course) -> None:
    """Each step does what the guide says of it; the tests of this task are of no other subject than the task."""
    # 1. The cells alone: refused by name, when releasing and when grading.
    answers = ANSWERS | blocks("cell")
    assert blocks("check") == {"to_roman, 3 points": 'check("to_roman")\n'}
    course.write("solutions/numerals/numerals.ipynb", notebook(answers))
    refused = course.run("autograder", "release")
    assert refused.returncode == 2
    assert (
        "to_roman: no test in autograder/assignments/numerals/tests/ is marked as a test of it."
        in refused.stderr
    )
    wrong = course.write(
        "class/eve.ipynb", notebook(answers | {"to_roman": "def to_roman(n):\n    return 'I' * n"})
    )
    assert course.run("autograder", "grade", str(wrong), "--out", "marks").returncode == 2

    # 2. to 4. Tests, mistakes, alternatives, and what the assignment says of itself.
    for name, text in blocks("file").items():
        course.write(name, text.encode())
    lacking = course.run("autograder", "release").stderr
    assert "to_roman: it is not recorded yet" in lacking

    # 5. Record and prove.
    recorded = course.run("autograder", "release", "--update-assignments")
    assert recorded.returncode == 0, recorded.stderr
    assert (course.folder / "recorded" / "to_roman.json").is_file()
    proved = course.run("autograder.maintain.proof", "numerals", "--seeds", "5")
    assert proved.returncode == 0, proved.stderr
    assert re.search(r"│ to_roman +│ 4 +│ 3 +│ 3 +│ 3 +│ 2 +│ 2 +│", proved.stdout), proved.stdout
    assert "numerals" in proved.stdout.splitlines()[0]
    assert ":" not in proved.stdout.splitlines()[-1], "a remark stands below the table"


@pytest.mark.slow
def test_the_task_of_the_guide_is_checked_graded_and_released(course: Course) -> None:
    """A student checks, a class is graded, and the bundle is made, all with the task that was added."""
    answers = ANSWERS | blocks("cell")
    course.write("solutions/numerals/numerals.ipynb", notebook(answers))
    for name, text in blocks("file").items():
        course.write(name, text.encode())
    assert course.run("autograder", "release", "--update-assignments").returncode == 0
    once = answers | {"to_roman": answers["to_roman"].replace("while number", "if number")}
    mistaken = course.write("class/ada.ipynb", notebook(once))
    told = json.loads(course.run("autograder", "check", str(mistaken), "--format", "json").stdout)
    verdicts = {task["name"]: task for task in told["tasks"]}
    assert [verdicts[name]["status"] for name in ANSWERS] == ["passed", "passed"]
    failed = next(test for test in verdicts["to_roman"]["tests"] if test["outcome"] == "failed")
    assert (failed["mistake"], failed["hint"]) == (
        "R1",
        "How many Ms does 3000 need, and how many does your loop write?",
    )
    course.write("class/right.ipynb", notebook(answers))
    graded = course.run("autograder", "grade", "class", "--out", "marks", "--seed", "5", "--jobs", "1")
    assert graded.returncode == 0, graded.stderr
    marks = {
        path.stem: json.loads(path.read_text()) for path in (course.root / "marks" / "results").glob("*.json")
    }
    scores = {result["student"]: result["score"] for result in marks.values() if "student" in result}
    assert scores["right"] == 9
    assert scores["ada"] == sum(task["score"] for task in told["tasks"])
    released = course.run("autograder", "release", "--out", "dist")
    assert released.returncode == 0, released.stderr
    with zipfile.ZipFile(next((course.root / "dist").glob("*.zip"))) as bundle:
        names = bundle.namelist()
    assert any(name.endswith("assignments/numerals/recorded/to_roman.json") for name in names)
    assert not any("private" in name for name in names)
