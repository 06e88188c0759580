"""Three graders as `autograder.benchmarks.attacks` sets them up: ours, `nbgrader autograde`, and `otter run`.

Each grades a class in a folder of its own, `world`, where the teacher's files and everybody's hand-ins lie. What runs
is limited in time, and what it leaves behind is ended by a word in its environment.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.assignments.sources import ROOT
from autograder.benchmarks.attack_code import Attack
from autograder.maintain.demo import DemoStudent, write_students

SECONDS = 240  # of the clock, for one command
LIMITS = "ulimit -t 200 && ulimit -f 2097152 && ulimit -c 0"  # CPU seconds and file size of each process
SETTLING_SECONDS = 6  # for a process left behind that waits for the results
OURS = "rnn_basics"
TASK = "rnn_step"
TOY = "toy"
CANARY = "teacher/canary.txt"
TOKEN = "SECRET-5e1ec7"
SECRET = {"AUTOGRADER_BENCHMARK_SECRET": f"ENVIRONMENT-{TOKEN}"}
_RUN = "AUTOGRADER_BENCHMARK_RUN"


@dataclass(frozen=True)
class Observed:
    """What was to be seen after an attack. `score` is None where there is no result."""

    score: float | None
    shown: str  # what was printed, and what was found and shown
    ended: bool  # in time
    left: int  # processes
    has_canary: bool
    pages: str = ""  # the report as HTML


def new_world(world: Path) -> None:
    """The folder with what the teacher has, and the hand-in of somebody else."""
    for name, text in {
        "teacher/solution.py": f"# SOLUTION-{TOKEN}\ndef double(x): return 2 * x\n",
        CANARY: "here",
        "submitted/zoe/notes.txt": f"OTHER-{TOKEN}",
    }.items():
        (world / name).parent.mkdir(parents=True, exist_ok=True)
        (world / name).write_text(text, encoding="utf-8")


def ours(world: Path, attacks: Mapping[str, Attack], port: int) -> Iterator[tuple[str, Observed]]:
    """A class in which every attack is a student's, graded by one `autograder grade`."""
    new_world(world)
    cells = [attack.cell(str(world), f"def {TASK}(*arguments):", port) for attack in attacks.values()]
    students = [DemoStudent(f"student{number:02}", "", {TASK: cell}) for number, cell in enumerate(cells)]
    write_students(world / "submitted", OURS, students)
    command = [sys.executable, "-m", "autograder", "grade", "submitted", "--out", "graded", "--jobs", "1"]
    ended, printed, left = _run(command, world, SECONDS * len(attacks))
    path = world / "graded" / "results.json"
    results = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else []
    by_student = {result["student"]: result for result in results}
    for number, name in enumerate(attacks):
        result = by_student.get(f"student{number:02}")
        pages = [each.read_text() for each in world.glob(f"graded/feedback/*/student{number:02}.html")]
        score = result["score"] if result and result["status"] == "graded" else None
        said = "".join([printed, json.dumps(result), *pages, _loot(world)])
        yield name, Observed(score, said, ended, left, (world / CANARY).exists(), "".join(pages))


def nbgraders(world: Path, attacks: Mapping[str, Attack], port: int) -> Iterator[tuple[str, Observed]]:
    """A course for each attack, graded by `nbgrader autograde`; its report by `nbgrader generate_feedback`."""
    nbgrader = [sys.executable, "-m", "nbgrader"]
    template = world / "template"
    new_world(template)
    _write(template / "source" / TOY / f"{TOY}.ipynb", _nbgraders_source())
    _run([*nbgrader, "generate_assignment", TOY], template)
    for number, (name, attack) in enumerate(attacks.items()):
        course = world / f"course{number:02}"
        shutil.copytree(template, course)
        released = json.loads((course / "release" / TOY / f"{TOY}.ipynb").read_text(encoding="utf-8"))
        released["cells"][0]["source"] = attack.cell(str(course), "def double(*arguments):", port)
        _write(course / "submitted" / "mallory" / TOY / f"{TOY}.ipynb", released)
        ended, printed, left = _run([*nbgrader, "autograde", TOY, "--student", "mallory"], course)
        if "script" in name:
            _run([*nbgrader, "generate_feedback", TOY, "--student", "mallory"], course)
        pages = "".join(page.read_text() for page in course.glob("feedback/**/*.html"))
        graded = "".join(path.read_text() for path in course.glob("autograded/**/*.ipynb"))
        outputs = _outputs(graded)
        score = _nbgraders_score(course / "gradebook.db")
        shown = printed + outputs + _loot(course)
        yield name, Observed(score, shown, ended, left, (course / CANARY).exists(), pages)


def otters(
    world: Path, attacks: Mapping[str, Attack], port: int, environment: Path
) -> Iterator[tuple[str, Observed]]:
    """A folder for each attack, graded by `otter run`, in an environment that has Otter alone."""
    otter = [str(environment / "bin" / "python"), "-m", "otter"]
    template = world / "template"
    new_world(template)
    (template / "tests").mkdir()
    (template / "tests" / "q1.py").write_text(_OTTERS_TESTS.replace("TOKEN", TOKEN), encoding="utf-8")
    _run([*otter, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"], template)
    shutil.rmtree(template / "tests")
    for number, (name, attack) in enumerate(attacks.items()):
        folder = world / f"run{number:02}"
        shutil.copytree(template, folder)
        (folder / "out").mkdir()
        cell = attack.cell(str(folder), "def double(*arguments):", port)
        _write(folder / "mallory.ipynb", _notebook([_code("double", cell)]))
        command = [*otter, "run", "-a", "autograder.zip", "-o", "out", "--no-logo", "mallory.ipynb"]
        ended, _printed, left = _run(command, folder)
        path = folder / "out" / "results.json"
        tests = json.loads(path.read_text())["tests"] if path.exists() else None
        score = None if tests is None else float(sum(test.get("score", 0) for test in tests))
        # What a hidden test says of its failure is for the teacher, and no finding of the student's.
        yield name, Observed(score, _loot(folder), ended, left, (folder / CANARY).exists())


def make_otter(environment: Path) -> None:
    """Otter in an environment of its own, by pip, unless it is there."""
    if not (environment / "bin" / "otter").exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "otter-grader", "ipykernel"], check=True)


# Notebooks


def _code(name: str, source: str, **nbgrader: object) -> dict[str, object]:
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, **nbgrader}} if nbgrader else {}
    return {
        "cell_type": "code",
        "id": name,
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def _notebook(cells: Sequence[Mapping[str, object]]) -> dict[str, object]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _nbgraders_source() -> dict[str, object]:
    answer = "### BEGIN SOLUTION\ndef double(x): return 2 * x\n### END SOLUTION"
    tests = (
        "import math\nassert math.isclose(double(2), 4)\n### BEGIN HIDDEN TESTS\n"
        f"secret = 'TESTS-{TOKEN}'\nassert math.isclose(double(21), 42)\n### END HIDDEN TESTS"
    )
    plain = {"solution": False, "grade": False, "locked": False, "task": False}
    return _notebook(
        [
            _code("double", answer, **plain | {"solution": True}),
            _code("check-double", tests, **plain | {"grade": True, "locked": True, "points": 2}),
        ]
    )


_OTTERS_TESTS = """OK_FORMAT = True
test = {"name": "q1", "points": [1, 1], "suites": [{"scored": True, "type": "doctest", "setup": "", "teardown": "",
 "cases": [
  {"code": ">>> import math\\n>>> assert math.isclose(double(2), 4)\\n", "hidden": False, "locked": False},
  {"code": ">>> import math\\n>>> secret = 'TESTS-TOKEN'\\n>>> assert math.isclose(double(21), 42)\\n",
   "hidden": True, "locked": False}]}]}
"""


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def _outputs(notebook: str) -> str:
    """What the first cell of a graded notebook shows: the others are the teacher's."""
    return json.dumps(json.loads(notebook)["cells"][0].get("outputs", [])) if notebook else ""


def _nbgraders_score(gradebook: Path) -> float | None:
    with suppress(sqlite3.Error), sqlite3.connect(gradebook) as base:
        found = base.execute("select auto_score from grade where auto_score is not null").fetchall()
        return float(found[0][0]) if found else None
    return None


def _loot(world: Path) -> str:
    path = world / "loot.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


# Commands


def _run(command: Sequence[str], folder: Path, seconds: float = SECONDS) -> tuple[bool, str, int]:
    """Whether a command ended in time, what it printed, and how many processes it left; these are ended."""
    run = f"{_RUN}={folder}"
    environment = {**os.environ, **SECRET, _RUN: str(folder), "PYTHONPATH": str(ROOT)}
    with (folder / "printed.txt").open("wb") as printed:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'{LIMITS} && exec "$@"', "sh", *command],
            cwd=folder,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        ended = True
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            ended = False
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    left = _tagged(run)
    if left:
        time.sleep(SETTLING_SECONDS)
    for number in _tagged(run):
        with suppress(OSError):
            os.kill(number, signal.SIGKILL)
    return ended, (folder / "printed.txt").read_text(errors="replace"), len(left) if ended else 0


def _tagged(word: str) -> list[int]:
    """The processes that have this word in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if word.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found
