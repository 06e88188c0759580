"""Grades one submission inside Gradescope's container, and writes `results/results.json` there.

Gradescope describes the results at https://gradescope-autograders.readthedocs.io/en/latest/specs/ and its metadata of
a submission at .../submission_metadata/. Only instructors see what is printed here.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.assignments.sources import assignment_names
from autograder.grading.find import NothingToGrade, find_submissions
from autograder.grading.graded import Submission, ungradable
from autograder.grading.jobs import CannotGrade
from autograder.grading.lateness import Deadline, policy_from
from autograder.grading.many import grade_all, label
from autograder.grading.store import write_atomically
from autograder.reports.formats import gradescope
from autograder.student.core.language import _
from autograder.student.core.results import Result


@dataclass(frozen=True)
class Metadata:
    """What Gradescope tells about a submission: whose it is, when it was handed in and when it was due."""

    student: str = "student"
    created: datetime | None = None
    due: datetime | None = None


def metadata_from(document: Any) -> Metadata:
    """The metadata in Gradescope's JSON. What is missing or of another form is not known.

    An extension moves the due date of a student; of a group's the latest counts.
    """
    if not isinstance(document, dict):
        return Metadata()
    users = [user for user in _list(document.get("users")) if isinstance(user, dict)]
    names = [str(user["name"]) for user in users if user.get("name")]
    extended = [time for user in users if (time := _due(user)) is not None]
    return Metadata(
        ", ".join(names) or Metadata.student,
        _time(document.get("created_at")),
        max(extended) if extended else _due(document),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _due(document: dict[str, Any]) -> datetime | None:
    assignment = document.get("assignment")
    return _time(assignment.get("due_date")) if isinstance(assignment, dict) else None


def _time(text: Any) -> datetime | None:
    with suppress(ValueError, TypeError):
        time = datetime.fromisoformat(text)
        return time if time.tzinfo else None
    return None


def told_in(root: Path) -> Metadata:
    """What Gradescope tells about the submission below `root`, laid out as Gradescope's /autograder."""
    document = None
    with suppress(OSError, ValueError):
        document = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
    return metadata_from(document)


def grade(root: Path, told: Metadata, assignment: str, late_policy: str, seed: int) -> Result:
    """The result of the submission below `root`.

    Inputs are drawn from `seed`, a new one each time, so that a student who hands in again gets others. `CannotGrade`
    if nothing can be graded on this machine.
    """
    deadline = None
    if told.due and late_policy != "none":
        deadline = Deadline(told.due, policy_from(late_policy))
    try:
        found = find_submissions([root / "submission"], assignment_names())
    except NothingToGrade:
        reason = _("There is no notebook in what was handed in.")
        return ungradable(Submission(told.student, b"", assignment=assignment), reason).result
    # Whatever its files and folders are called, all of it is this student's.
    own = [replace(each, student=told.student, when=told.created, shares_folder=False) for each in found]
    with tempfile.TemporaryDirectory() as out:
        [result] = grade_all(label(own, assignment), Path(out), seed, 1, assignment, deadline=deadline)
    return result


def _level(result: Result) -> str:
    return str(result.provenance.get("isolation", _("not started")))


def main(arguments: list[str] | None = None) -> int:
    """Grades what lies in the current folder; exit code 1, and no results, if that cannot be done on this machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--late-policy", default="none")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(2**53)
    told = told_in(Path.cwd())
    try:
        result = grade(Path.cwd(), told, options.assignment, options.late_policy, seed)
    except CannotGrade as error:
        print(error, file=sys.stderr)
        return 1
    print(
        _("Graded with --seed {seed}, in a sandbox of level: {level}.").format(
            seed=seed, level=_level(result)
        )
    )
    if options.late_policy != "none" and told.due is None:
        sentence = _(
            "The late policy {policy} took nothing off: Gradescope gave no due date. Set one in the settings of the "
            "assignment."
        )
        print(sentence.format(policy=options.late_policy))
    print(*result.integrity, sep="\n")
    write_atomically(Path("results", "results.json"), json.dumps(gradescope(result), allow_nan=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
