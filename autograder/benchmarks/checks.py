"""Measures how long a check takes at a student's desk, task by task, with torch loaded and the answer right.

    python -m autograder.benchmarks.checks

The time is that of `check("task")` without drawing its panel: the best of a few calls, since other programs may run
at the same time. This is not a test, because a slow machine would fail it.
"""

from __future__ import annotations

import statistics
import time

from rich.console import Console
from rich.table import Table

from autograder.grading.suite import Suite
from autograder.student.checking.live import check_task
from autograder.student.core.course import assignment_names

CALLS = 3


def seconds(suite: Suite, task: str) -> float:
    """The seconds of one check of the solution."""
    found = []
    for _call in range(CALLS):
        start = time.perf_counter()
        tests = check_task(suite.reference, task, suite.assignment)
        found.append(time.perf_counter() - start)
        if any(test.outcome != "passed" for test in tests):
            raise RuntimeError(f"the solution fails its own check of {task}")
    return min(found)


def main() -> None:
    """Print the table: by assignment the median and the slowest tasks."""
    table = Table("assignment", "tasks", "median", "slowest", "second slowest", "third slowest")
    for assignment in assignment_names():
        suite = Suite(assignment)
        taken = {task.name: seconds(suite, task.name) for task in suite.tasks if not task.is_measured}
        slowest = sorted(taken.items(), key=lambda pair: -pair[1])[:3]
        names = (f"{name} {value:.2f} s" for name, value in slowest)
        table.add_row(assignment, str(len(taken)), f"{statistics.median(taken.values()):.2f} s", *names)
    Console().print(table)


if __name__ == "__main__":
    main()
