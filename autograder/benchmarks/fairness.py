"""Grades the same class again and again, alone and beside busy loops, and looks whether any mark is another one.

    python -m autograder.benchmarks.fairness [--times 20] [--loops 4] [--out FOLDER]

Five submissions whose marks could depend on the load: right answers in another style, an endless loop, one that takes
all the memory, and two of the third assignment whose work is measured, one fast enough and one too slow. Results are
compared byte for byte but for seconds and memory. "Alone" is as quiet as the machine is otherwise; with `--loops 0` the
load is whatever else the machine has to do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder.assignments.sources import ROOT
from autograder.benchmarks.classes import grade, results
from autograder.benchmarks.record import write_record
from autograder.grading.suite import Suite
from autograder.maintain.demo import ASSIGNMENT, SUBWORDS, DemoStudent, the_class, write_students

DEPENDING_ON_LOAD = ("blaise", "ines", "jan")  # of the demonstration's class
TOO_SLOW = "full_recount"  # counts all pairs anew for every merge
# It ends with this program, even if that is killed.
LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(10**6))"


def students() -> dict[str, list[DemoStudent]]:
    """The class, by assignment."""
    subwords = Suite(SUBWORDS)
    right = {task: cell.source for task, cell in subwords.notebook.answers().items()}
    slow = ROOT / "autograder" / "assignments" / SUBWORDS / "private" / "wrong" / "train_bpe"
    too_slow = right | {"train_bpe": (slow / f"{TOO_SLOW}.py").read_text(encoding="utf-8")}
    return {
        ASSIGNMENT: [each for each in the_class(Suite(ASSIGNMENT)) if each.name in DEPENDING_ON_LOAD],
        SUBWORDS: [
            DemoStudent("mila", "all but the training", right),
            DemoStudent("nils", "too slow", too_slow),
        ],
    }


def write_class(folder: Path) -> None:
    """Writes the class as nbgrader collects it."""
    for assignment, members in students().items():
        write_students(folder, assignment, members)


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that do nothing but compute, as long as the context is open."""
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _loop in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two results differ, and how.

    >>> list(differences({"a": [1, 2]}, {"a": [1, 3]}))
    ['/a/1: 2, 3']
    """
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differences(one[key], other[key], f"{place}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differences(first, second, f"{place}/{number}")
    elif json.dumps(one) != json.dumps(other):
        yield f"{place}: {json.dumps(one)}, {json.dumps(other)}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line a run, and what differs from the first one; ends with 1 if anything does."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--times", type=int, default=20, help="runs alone, and as many beside busy loops")
    options.add_argument("--loops", type=int, default=2 * (os.cpu_count() or 1))
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    console, first, rows = Console(), None, []
    with tempfile.TemporaryDirectory(prefix="autograder-fairness-") as name:
        folder = Path(name)
        write_class(folder / "submitted")
        for number in range(1, 2 * chosen.times + 1):
            loops = (number - 1) % 2 * chosen.loops
            with busy_loops(loops):
                cost = grade(folder, f"graded-{number}")
            found = results(folder / f"graded-{number}")
            first = first or found
            others, load = list(differences(first, found)), os.getloadavg()[0]
            rows.append({"loops": loops, "load": load, "differences": others, **vars(cost)})
            console.print(
                f"run {number}: {loops} busy loops, load {load:.1f}, {cost.wall:.0f} seconds of the clock, "
                f"{cost.cpu:.0f} of the processors: {'the same results' if not others else 'OTHER RESULTS'}",
                highlight=False,
            )
            for line in others:
                console.print(f"run {number}: {line}", markup=False, highlight=False, soft_wrap=True)
    same = sum(not row["differences"] for row in rows)
    loads = [row["load"] for row in rows]
    console.print(
        f"{same} of {len(rows)} runs gave the results of the first; load: {min(loads):.1f} to {max(loads):.1f}.",
        highlight=False,
    )
    console.print(f"Written: {write_record('fairness', rows, chosen.out)}")
    if same != len(rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
