"""Measures what grading costs: with nbgrader's own `autograde`, with ours, and with the same work in a bare process.

    python -m autograder.benchmarks.grading [--counts 1 5 30] [--class right mixture] [--json FILE]

nbgrader runs as it is installed, in a course directory of its own, and runs the checks that students have; it knows no
hidden tests and no jail. A bare process has torch imported already; it executes the cells of the solution and runs the
suite once. The mixture is the demonstration's class without the answer that takes all the memory, against which
nbgrader has no protection. The cost is that of all processors; the start of the programs is in it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments.sources import ROOT, source_path
from autograder.benchmarks.cost import Cost, cost_of, counts_alone
from autograder.benchmarks.record import write_record
from autograder.grading.suite import Suite
from autograder.maintain.demo import DemoStudent, the_class, write_students

ASSIGNMENT = "rnn_basics"
WITHOUT = "jan"  # takes all the memory
BARE = [sys.executable, "-m", "autograder.benchmarks.bare"]


def students(kind: str, count: int) -> list[DemoStudent]:
    """So many students: all right, or the demonstration's class again and again.

    Each has written her name into every answer: the grader remembers what it has read of equal cells.
    """
    everybody = [student for student in the_class(Suite(ASSIGNMENT)) if student.name != WITHOUT]
    chosen = islice(cycle(everybody[:1] if kind == "right" else everybody), count)
    return [_named(student, f"{student.name}{i:03}") for i, student in enumerate(chosen)]


def _named(student: DemoStudent, name: str) -> DemoStudent:
    answers = {task: f"{source}\n# {name}" for task, source in student.answers.items()}
    return replace(student, name=name, answers=answers)


def nbgraders(kind: str, count: int) -> Cost:
    """The cost of `nbgrader autograde`."""
    with tempfile.TemporaryDirectory(prefix="autograder-nbgrader-") as name:
        course = Path(name)
        target = course / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_bytes(source_path(ASSIGNMENT).read_bytes())
        nbgrader = [sys.executable, "-m", "nbgrader"]
        cost_of([*nbgrader, "generate_assignment", ASSIGNMENT], course)
        write_students(course / "submitted", ASSIGNMENT, students(kind, count))
        return cost_of([*nbgrader, "autograde", ASSIGNMENT], course)


def ours(kind: str, count: int, *options: str) -> Cost:
    """The cost of `autograder grade`."""
    with tempfile.TemporaryDirectory(prefix="autograder-ours-") as name:
        folder = Path(name)
        write_students(folder / "submitted", ASSIGNMENT, students(kind, count))
        command = [sys.executable, "-m", "autograder", "grade", "submitted", "--out", "graded"]
        return cost_of([*command, "--jobs", "1", *options], folder)


def bare() -> Cost:
    """The cost of the cells of the solution and one run of the suite, in a process in which torch is imported."""
    return cost_of([*BARE, "10"], ROOT) - cost_of([*BARE, "0"], ROOT)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the numbers to a file with the date in its name."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--counts", type=int, nargs="+", default=[1, 5, 30])
    options.add_argument("--class", dest="kinds", nargs="+", default=["right", "mixture"])
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    console = Console()
    if not counts_alone():
        console.print("Only root can count a command alone: these are the seconds of the whole machine.")
    table = Table("class", "submissions", "nbgrader, CPU", "ours, CPU", "ours / nbgrader")
    rows = []
    for kind in chosen.kinds:
        costs = []
        for count in chosen.counts:
            theirs, mine = nbgraders(kind, count), ours(kind, count)
            costs.append((count, theirs, mine))
            rows.append({"class": kind, "submissions": count, "nbgrader": theirs.cpu, "ours": mine.cpu})
            ratio = mine.cpu / theirs.cpu
            table.add_row(kind, str(count), f"{theirs.cpu:.1f}", f"{mine.cpu:.1f}", f"{ratio:.2f}")
        if len(costs) > 1:
            (least, first, my_first), (most, last, my_last) = costs[0], costs[-1]
            further, my_further = (last - first) / (most - least), (my_last - my_first) / (most - least)
            rows.append({"class": kind, "further": True, "nbgrader": further.cpu, "ours": my_further.cpu})
            ratio = my_further.cpu / further.cpu
            table.add_row(kind, "each further", f"{further.cpu:.2f}", f"{my_further.cpu:.2f}", f"{ratio:.2f}")
    alone = bare() / 10
    rows.append({"bare": alone.cpu})
    console.print(table)
    console.print(f"In a bare process, cells and suite once: {alone.cpu:.2f} seconds of CPU.")
    console.print(f"Written: {write_record('grading', rows, chosen.out)}")


if __name__ == "__main__":
    main()
