"""`docs/platforms.md` is followed: its commands, one after another, lead from hand-ins to tables of marks."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT
from autograder.tests.platforms.test_gradebooks import CANVAS_EXPORT, MOODLE_EXPORT
from autograder.tests.platforms.workflows import stub
from autograder.tests.test_cli import few_cells

PAGE = (ROOT / "autograder" / "docs" / "platforms.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def test_every_section_is_in_the_table_and_every_template_is_spoken_of() -> None:
    """Nobody has to read the whole page, and no template is left to be found by chance."""
    titles = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = {title.lower().replace(" ", "-") for title in titles}
    assert anchors == set(re.findall(r"\]\(#([\w-]+)\)", PAGE))
    folder = ROOT / "autograder" / "platforms" / "templates"
    for path in folder.rglob("*"):
        if path.is_file() and path.parent.name != "gradescope" and path.suffix != ".pyc":
            names = {path.name, path.parent.name, *([] if path.suffix != ".yml" else [path.stem])}
            assert any(name in PAGE or name.capitalize() in PAGE for name in names), path


@pytest.mark.slow
def test_the_page_leads_to_marks(tmp_path: Path) -> None:
    """Every command on it, but for Docker itself, in a folder with what platforms give to download."""
    few_cells(tmp_path / "handed-in" / "ada.ipynb", "pad_batch")
    few_cells(tmp_path / "handed-in" / "bob.ipynb", "masked_mean")
    notebook = (tmp_path / "handed-in" / "ada.ipynb").read_bytes()
    for archive, name in (
        ("submissions.zip", "lovelaceada_411_9924_rnn_basics-1.ipynb"),
        ("moodle.zip", "Ada Lovelace_4711_assignsubmission_file_/rnn_basics.ipynb"),
    ):
        with zipfile.ZipFile(tmp_path / archive, "w") as opened:
            opened.writestr(name, notebook)
    (tmp_path / "gradebook.csv").write_text(CANVAS_EXPORT, encoding="utf-8")
    (tmp_path / "participants.csv").write_text(MOODLE_EXPORT, encoding="utf-8")
    stub(tmp_path / "bin", "docker")
    stub(tmp_path / "bin", "unzip", f'{sys.executable} -m zipfile -e "$2" "$4"')
    stub(tmp_path / "bin", "autograder", f'PYTHONPATH={ROOT} exec {sys.executable} -m autograder "$@"')
    for block in BLOCK.findall(PAGE):
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", block],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}{done.stderr}"
    canvas, moodle = (rows(tmp_path / "marks" / f"{name}.csv") for name in ("canvas", "moodle"))
    assert canvas["2026001"][1:] == ["411", "2026001", "ada", "분반 1", "2"]
    assert canvas["2026002"][-1] == ""
    assert moodle["2026001"][1:3] == ["ada@example.org", "2"]
    assert moodle[""][1:3] == ["chulsoo@example.org", "-"]
    merged = json.loads((tmp_path / "marks/all/results.json").read_text(encoding="utf-8"))["results"]
    assert [(each["student"], each["status"]) for each in merged] == [("ada", "graded"), ("bob", "graded")]
    assert (tmp_path / "students/recurrent-language-models/.github/workflows/check.yml").is_file()
    assert (tmp_path / "dist/gradescope-rnn_basics.zip").is_file()
    assert (tmp_path / ".github/workflows/grade.yml").is_file()


def rows(path: Path) -> dict[str, list[str]]:
    """The rows of a table by the student's number, wherever it stands in them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    column = next(number for number, title in enumerate(table[0]) if title in ("SIS User ID", "ID number"))
    return {row[column]: row for row in table[1:]}
