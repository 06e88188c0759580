"""Grades one submission after another in a process that stays warm, as `autograder grade` would."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path

from autograder.assignments.sources import SOLUTIONS
from autograder.grading.find import Found
from autograder.grading.graded import DATA, PACKAGE, Graded
from autograder.grading.jobs import forget_our_files
from autograder.grading.many import grade_all
from autograder.grading.processes import Graders
from autograder.grading.store import run_seed

# File, time of its last change, size.
_Stamp = tuple[tuple[str, int, int], ...]


class _Warm:
    """The processes that grade, as long as what they have loaded is still what is on disk."""

    def __init__(self) -> None:
        self.graders = Graders()
        self.stamp: _Stamp = ()
        atexit.register(self.graders.close)

    def renewed(self) -> Graders:
        """The processes; new ones if solutions, tests or data were edited, as may happen while JupyterLab runs."""
        stamp = _stamp()
        if stamp != self.stamp:
            self.graders.close()
            forget_our_files()
            self.stamp = stamp
        return self.graders


@cache
def _warm() -> _Warm:
    return _Warm()


def _stamp() -> _Stamp:
    recorded = PACKAGE.glob("assignments/*/recorded/*.json")
    paths = [*PACKAGE.rglob("*.py"), *recorded, *SOLUTIONS.glob("*/*.ipynb"), *DATA.rglob("*")]
    states = [(path, path.stat()) for path in sorted(paths) if path.is_file()]
    return tuple((str(path), state.st_mtime_ns, state.st_size) for path, state in states)


def grade_submission(found: Found, out: Path, train: bool = False) -> Graded:
    """Grades one submission into a run's folder: its seed, its cache and its results are those of `autograder grade`.

    So the two give the same marks, and neither does again what the other has done. `CannotGrade` if nothing can be
    graded here.
    """
    graded: list[Graded] = []
    out.mkdir(parents=True, exist_ok=True)
    grade_all([found], out, run_seed(out), on_result=graded.append, train=train, graders=_warm().renewed())
    return graded[0]
