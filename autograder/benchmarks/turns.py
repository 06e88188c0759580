"""Measures what five students who use everything they may cost the others of a class.

    python -m autograder.benchmarks.turns [--students 25] [--jobs 1 2] [--out FOLDER]

The same right submissions are graded twice, without the five and with them. With them the five are handed in first, so
that in order of arrival everybody else would wait for them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments.sources import ROOT, source_notebook
from autograder.benchmarks.cost import Cost, cost_of
from autograder.benchmarks.grading import students
from autograder.benchmarks.record import write_record
from autograder.maintain.demo import ASSIGNMENT, DemoStudent, write_students

SEED = "20261129"
BURNS = "while True:\n    pass"
SLEEPS = "import time\ntime.sleep(10**6)"
# Memory that is written to, and files up to the limit; then it ends the program, so that all begins anew.
FILLS = """import os, time
kept = [bytearray(2**20) for _ in range(1500)]
for i in range(250):
    open(f"{i}", "wb").write(bytes(2**20 - 1))
for i in range(250):
    os.remove(f"{i}")
os._exit(0)"""
# Each answer is as large as one may be: the grader has to read them all.
FLOODS = "return torch.zeros(3 * 10**6)"


def hogs(answers: Mapping[str, str]) -> list[DemoStudent]:
    """Five students with one thing in excess each; what they do not waste is right."""
    tasks = list(answers)
    half = tasks[: len(tasks) // 2]

    def before(code: str, names: Sequence[str]) -> dict[str, str]:
        return {name: f"{code}\n\n{answers[name]}" for name in names}

    def inside(code: str, names: Sequence[str]) -> dict[str, str]:
        body = "\n".join(f"    {line}" for line in code.splitlines())
        return {name: f"def {name}(*arguments, **options):\n{body}" for name in names}

    right = dict(answers)
    return [
        DemoStudent("a-cells", "loops for ever in half of all cells", right | before(BURNS, half)),
        DemoStudent("a-tasks", "loops for ever in half of all tasks", right | inside(BURNS, half)),
        DemoStudent("a-sleeps", "sleeps in half of all cells", right | before(SLEEPS, half)),
        DemoStudent("a-fills", "takes memory and disk in half of all tasks", right | inside(FILLS, half)),
        DemoStudent("a-floods", "sends all it may in half of all tasks", right | inside(FLOODS, half)),
    ]


def grade(folder: Path, submitted: str, out: str, jobs: int) -> Cost:
    """The cost of grading a class."""
    command = [sys.executable, "-m", "autograder", "grade", submitted, "--out", out, "--seed", SEED]
    return cost_of([*command, "--jobs", str(jobs)], folder)


def seconds_until(out: Path, names: Sequence[str], whole: float) -> float:
    """How long the last of these students has waited, by the times of the results, where a run took `whole` seconds."""
    written = {path.name.split(".")[0]: path.stat().st_mtime for path in (out / "results").glob("*.json")}
    end = max(path.stat().st_mtime for path in out.rglob("*") if path.is_file())
    return whole - (end - max(written[name] for name in names))


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the numbers to a file with the date in its name."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--students", type=int, default=25)
    options.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    console = Console()
    everybody = students("right", chosen.students)
    names = [student.name for student in everybody]
    answers = {name: cell.source for name, cell in source_notebook(ASSIGNMENT).answers().items()}
    table = Table("jobs", "class", "clock, s", "CPU, s", "until the last of the others, s", "ratio")
    rows = []
    for jobs in chosen.jobs:
        with tempfile.TemporaryDirectory(prefix="autograder-turns-") as name:
            folder = Path(name)
            write_students(folder / "alone", ASSIGNMENT, everybody)
            write_students(folder / "all", ASSIGNMENT, [*hogs(answers), *everybody])
            costs, waits = {}, {}
            for kind in ("alone", "all"):
                with console.status(f"{jobs} at a time, {kind} …"):
                    costs[kind] = grade(folder, kind, f"{kind}-graded", jobs)
                waits[kind] = seconds_until(folder / f"{kind}-graded", names, costs[kind].wall)
                ratio = (
                    f"{waits[kind] / waits['alone']:.2f}; all: {costs[kind].wall / costs['alone'].wall:.2f}"
                )
                numbers = [f"{number:.0f}" for number in (costs[kind].wall, costs[kind].cpu, waits[kind])]
                table.add_row(str(jobs), "with five hogs" if kind == "all" else "without", *numbers, ratio)
                rows.append({"jobs": jobs, "class": kind, **vars(costs[kind]), "others": waits[kind]})
    console.print(table)
    console.print(
        f"Load average: {os.getloadavg()[0]:.1f}. Written: {write_record('turns', rows, chosen.out)}"
    )


if __name__ == "__main__":
    main()
