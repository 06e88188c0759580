"""Executes the cells of a solution and runs its suite, so many times: the least that any grader would have to do.

    python -m autograder.benchmarks.bare 10

No jail, no worker, no messages: what it costs beyond its own start is what `autograder.benchmarks.grading` divides by.
"""

from __future__ import annotations

import contextlib
import io
import sys

import matplotlib

from autograder.grading.suite import Suite, trusted_student
from autograder.student.core.notebook import CHECK_PREFIX, SKIP_TAG

ASSIGNMENT = "rnn_basics"
SEED = 1  # any but the public one, as when grading


def main(rounds: int) -> None:
    """So many rounds; the imports, and the reference's own definitions, are there before the first."""
    matplotlib.use("Agg")
    suite = Suite(ASSIGNMENT)
    assert suite.reference
    tasks = [task.name for task in suite.tasks]
    # When grading, demonstrations that take long are left out, and `check` in the released cells does nothing.
    sources = [
        cell.source
        for cell in suite.notebook.cells
        if cell.kind == "code" and SKIP_TAG not in cell.tags and not cell.grade_id.startswith(CHECK_PREFIX)
    ]
    for _round in range(rounds):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            student = trusted_student(sources)
        suite.run(dict.fromkeys(tasks, student).__getitem__, SEED)


if __name__ == "__main__":
    main(int(sys.argv[1]))
