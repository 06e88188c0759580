"""Writes marks as the tables that learning platforms import: Canvas' gradebook and Moodle's.

The roster says who is who; without one, names stay as they were found. The tables hold only points and what a student
may read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from autograder.grading.roster import Roster, Student
from autograder.reports.formats import BYTE_ORDER_MARK, cell
from autograder.reports.labels import number, result_sentence
from autograder.reports.markup import printable
from autograder.reports.page import write_text
from autograder.student.core.language import _
from autograder.student.core.results import Result

# As Canvas exports them: it finds a student by the first of ID, SIS User ID, SIS Login ID and name that it knows.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# Moodle asks, when importing, which column names the user: either will do.
MOODLE = ("ID number", "Email address")


def canvas(results: Sequence[Result], roster: Roster | None = None) -> str:
    """The marks as Canvas' gradebook imports them: a column for each assignment, and a row of points possible.

    A cell without a mark is empty. Points possible include those that a person still gives.
    """
    names = _assignments(results)
    most = {r.assignment: r.max_score + r.points_by_hand for r in results if r.status == "graded"}
    possible = ["    Points Possible", "", "", "", "", *(number(most[n]) if n in most else "" for n in names)]
    rows = [[*CANVAS, *map(cell, names)], possible]
    for student, of_student in _by_student(results).items():
        line = _line(roster, student)
        ids = line.platform_ids
        who = (line.name or student, ids.get("canvas", ""), line.id, ids.get("login", ""), line.section)
        scores = (_score(of_student.get(name), "") for name in names)
        rows.append([*map(cell, who), *scores])
    return _table(rows)


def moodle(results: Sequence[Result], roster: Roster | None = None) -> str:
    """The marks as Moodle's gradebook imports them: for each assignment a grade and a feedback.

    A cell without a mark holds "-", which Moodle reads as no grade.
    """
    names = _assignments(results)
    rows = [[*MOODLE, *(cell(text) for name in names for text in (name, f"{name} feedback"))]]
    for student, of_student in _by_student(results).items():
        line = _line(roster, student)
        row = [cell("" if line.id == line.email else line.id), cell(line.email)]
        for name in names:
            row += [_score(of_student.get(name), "-"), cell(_feedback(of_student.get(name)))]
        rows.append(row)
    return _table(rows)


Gradebook = Callable[[Sequence[Result], Roster | None], str]
GRADEBOOKS: dict[str, Gradebook] = {"canvas": canvas, "moodle": moodle}


def write(
    results: Iterable[Result], folder: Path, chosen: Sequence[str], roster: Roster | None = None
) -> list[Path]:
    """Writes each of these gradebooks to a file of its name; the files. Excel reads them as UTF-8."""
    ordered = sorted(results, key=lambda result: (result.assignment, result.student))
    return [
        write_text(folder / f"{name}.csv", BYTE_ORDER_MARK + GRADEBOOKS[name](ordered, roster))
        for name in dict.fromkeys(chosen)
    ]


def _assignments(results: Sequence[Result]) -> list[str]:
    return sorted({result.assignment for result in results} - {""})


def _by_student(results: Sequence[Result]) -> dict[str, dict[str, Result]]:
    """The results of everybody, by student and assignment; who has none that is known has a row all the same."""
    found: dict[str, dict[str, Result]] = {}
    for result in sorted(results, key=lambda result: result.student):
        found.setdefault(result.student, {})[result.assignment] = result
    return found


def _line(roster: Roster | None, student: str) -> Student:
    return (roster and roster.student(student)) or Student(student)


def _score(result: Result | None, without: str) -> str:
    return number(result.score) if result and result.status == "graded" else without


def _feedback(result: Result | None) -> str:
    """The points of each task, in lines; nothing that a student wrote is in it, since Moodle takes it for HTML."""
    if result is None:
        return ""
    if result.status == "ungradable":
        return _("This is not a mark of zero: no mark has been given yet.")
    tasks = [f"{task.name}: {number(task.score)} / {number(task.max_score)}" for task in result.tasks]
    return "\n".join([printable(result_sentence(result)), *tasks])


def _table(rows: Sequence[Sequence[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()
