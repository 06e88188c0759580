"""Chooses, where one student handed in several notebooks of one assignment, the one that counts, and says so.

It is the newest of those that were worked in and handed in before the due date.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import NamedTuple

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.files import Refused
from autograder.grading.find import Found
from autograder.grading.lateness import in_seconds
from autograder.grading.read import Unreadable, read_submission
from autograder.grading.repair import recognise, repair
from autograder.grading.text import clean_line, visible
from autograder.student.core.language import _

MAX_READ = 20  # of one student's notebooks, the newest; the others are only named
_MAX_NAMED = 5
_MAX_FOLDERS = 3  # before a name


class Content(NamedTuple):
    """What is in a notebook: its assignment, empty if it is none of ours, and how many tasks have an answer."""

    assignment: str = ""
    answered: int = -1  # of a file that is not a notebook of this course
    is_foreign: bool = False  # a notebook of another course, whatever its name


def content_of(found: Found, assignment: str = "") -> Content:
    """What is in this notebook, which is taken for one of `assignment` if that is given."""
    try:
        notebook = read_submission(found.read()).notebook
    except (Refused, Unreadable):
        return Content()
    sources = {name: source_notebook(name) for name in assignment_names()}
    name = assignment or recognise(notebook, sources)
    if name not in sources:
        return Content(is_foreign=True)
    repaired = repair(notebook, sources[name])
    return Content(name, len(sources[name].tasks()) - len(repaired.not_attempted | repaired.missing))


def choose(
    found: Sequence[Found], assignment: str = "", is_late: Callable[[Found], bool] = lambda _found: False
) -> list[Found]:
    """One submission for every student and assignment, in the order of `found`, with a sentence where others are left.

    Only notebooks of students with more than one are read.
    """
    of_student: dict[str, list[Found]] = {}
    for each in found:
        of_student.setdefault(each.student, []).append(each)
    chosen = []
    for own in of_student.values():
        chosen += own if len(own) == 1 else _chosen(own, assignment, is_late)
    places = {_key(each): number for number, each in enumerate(found)}
    return sorted(chosen, key=lambda each: places[_key(each)])


def _key(found: Found) -> tuple[str, object]:
    return found.student, found.place


def _chosen(own: Sequence[Found], assignment: str, is_late: Callable[[Found], bool]) -> list[Found]:
    """Of one student's, the one that counts of each assignment; one of none counts where nothing else is there."""
    newest = sorted(own, key=lambda each: (not each.problem, *_age(each)), reverse=True)
    contents = {_key(each): content_of(each, assignment) for each in newest[:MAX_READ]}
    groups: dict[str, list[Found]] = {}
    for each in own:
        content = contents.get(_key(each), Content())
        said = "" if content.is_foreign else _said(each)
        groups.setdefault(assignment or content.assignment or said, []).append(each)
    others = groups.pop("", []) if len(groups) > 1 else []
    chosen = []
    for name, group in groups.items():
        best = max(group, key=lambda each: _rank(each, contents.get(_key(each), Content()), is_late(each)))
        left = [each for each in [*group, *others] if each is not best]
        notes = (*best.notes, *_sentence(best, left))
        chosen.append(replace(best, assignment=best.assignment or name, notes=notes))
    return chosen


def _said(found: Found) -> str:
    """The assignment that the name of a file speaks of, or nbgrader's tree; empty if none."""
    stem = PurePosixPath(found.file_name).stem
    return found.assignment or (stem if stem in assignment_names() else "")


def _rank(found: Found, content: Content, is_late: bool) -> tuple[object, ...]:
    """The higher the more likely it is the one that was meant."""
    is_named = PurePosixPath(found.file_name).stem == content.assignment
    return (
        content.answered >= 0,
        content.answered > 0,
        not is_late,
        *_age(found),
        is_named,
        found.file_name,
    )


def _age(found: Found) -> tuple[float, int, float]:
    """The larger the newer: when it was handed in, the platform's number, what its author's machine says."""
    return in_seconds(found.when), found.order, found.changed


def _sentence(best: Found, others: Sequence[Found]) -> tuple[str, ...]:
    if not others:
        return ()
    name, *left = map(_shown, _names([best, *others]))
    more = " …" if len(others) > _MAX_NAMED else ""
    return (
        _("There was more than one notebook: {name} was graded, and not {others}.").format(
            name=name, others=", ".join(left[:_MAX_NAMED]) + more
        ),
    )


def _names(found: Sequence[Found]) -> list[str]:
    """What the files are called; with folders and archives before the names where these are the same."""
    places = [PurePosixPath(each.path, each.member, each.inner).parts for each in found]
    names = [each.file_name for each in found]
    for length in range(2, _MAX_FOLDERS + 2):
        if len(set(names)) == len(names):
            break
        names = ["/".join(place[-length:]) for place in places]
    return names


def _shown(name: str) -> str:
    plain = clean_line(name, 100) or "?"
    return f"`{plain.replace('`', '?')}`"


def distinct(found: Sequence[Found]) -> list[Found]:
    """The same submissions under names that can be shown; a number behind one that two students would share."""
    labels: dict[str, str] = {}
    taken: set[str] = set()
    for student in dict.fromkeys(each.student for each in found):
        plain = clean_line(student, 100) or "?"
        numbered = (f"{plain} ({number})" for number in itertools.count(2))
        every = itertools.chain([plain], numbered)
        labels[student] = next(label for label in every if visible(label) not in taken)
        taken.add(visible(labels[student]))
    return [replace(each, student=labels[each.student]) for each in found]
