"""Grades many submissions in processes with warm servers; one failure costs one result, and each is written at once.

A submission is the unit of work, a pure function from bytes and a seed. What is finished stays in a cache beside
the results, where no worker can write, so that an interrupted run continues where it stopped; where only some tests
have changed since then, only their tasks are tested again (`reuse`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.assignments.sources import assignment_names
from autograder.grading.choosing import choose, distinct
from autograder.grading.cluster import on_cluster
from autograder.grading.files import Refused
from autograder.grading.find import Found
from autograder.grading.graded import Earlier, Graded, Submission, ungradable
from autograder.grading.jobs import Job
from autograder.grading.lateness import Deadline
from autograder.grading.processes import Graders
from autograder.grading.resemblance import compared
from autograder.grading.store import remember, remembered, write_result
from autograder.grading.task_keys import task_keys
from autograder.student.core.language import _
from autograder.student.core.results import Result

if TYPE_CHECKING:
    from autograder.sandbox import Isolation

OnResult = Callable[[Graded], None]


def label(
    found: Sequence[Found], assignment: str = "", is_late: Callable[[Found], bool] = lambda _found: False
) -> list[Found]:
    """One submission for each student and assignment, under names that can be shown."""
    return distinct(choose(found, assignment, is_late))


def grade_all(
    found: Sequence[Found],
    out: Path,
    seed: int,
    jobs: int = 1,
    assignment: str = "",
    isolation: Isolation | None = None,
    cluster: str = "",
    on_result: OnResult = lambda graded: None,
    train: bool = False,
    graders: Graders | None = None,
    deadline: Deadline | None = None,
) -> list[Result]:
    """Grades all submissions; each result is written and reported as soon as it is there. In the order of `found`.

    What is known of a hand-in beyond its contents is added: that there were others, and how late it was. In the end
    submissions are compared with each other, and each result says which others it resembles. With `graders` it is
    these processes that grade, and they stay warm. `CannotGrade` if nothing can be graded here.
    """
    results: dict[int, Result] = {}

    def job_of(each: Found) -> Job:
        data = each.read()
        files, notes = each.read_files()
        modules = each.read_modules(data)
        name = assignment or each.assignment
        submission = Submission(
            each.student, data, each.file_name, name, files | modules.files, notes, modules.notes
        )
        return Job(submission, seed, isolation, train)

    def finish(number: int, graded: Graded, is_new: bool = True) -> None:
        graded = replace(graded, result=_with_circumstances(graded.result, found[number], deadline))
        if is_new:  # another is there already, with all that it resembles
            write_result(out, graded.result)
        results[number] = graded.result
        on_result(graded)

    pending: list[int] = []
    for number, each in enumerate(found):
        try:
            earlier = remembered(out, job_of(each))
        except Refused as error:
            empty = Submission(each.student, b"", each.file_name, assignment or each.assignment)
            earlier = Earlier(ungradable(empty, str(error)), frozenset())
        if earlier is None or earlier.stale:
            pending.append(number)
        else:
            finish(number, earlier.graded, is_new=False)

    def read(number: int) -> Job:
        try:
            job = job_of(found[number])
            # A model that is trained while grading may become another one, and all that is said of it with it.
            return job if train else replace(job, earlier=remembered(out, job))
        except Refused:  # it was there a moment ago; an empty file is refused in its own words
            return Job(Submission(found[number].student, b"", found[number].file_name), seed, isolation)

    if pending:
        # From before graders read the tests: one that is edited meanwhile is run again the next time.
        for name in assignment_names():
            task_keys(name)
    with ExitStack() as resources:
        graders = graders or resources.enter_context(Graders())
        ways = on_cluster(pending, read, cluster) if cluster else graders.map(pending, read, jobs)
        for number, job, graded in ways:
            if graded.is_final:
                remember(out, job, graded)
            finish(number, graded)
    finished = compared([results[number] for number in range(len(found))])
    for result in finished:
        write_result(out, result)
    return finished


def _with_circumstances(result: Result, found: Found, deadline: Deadline | None) -> Result:
    result = replace(result, repairs=(*found.notes, *result.repairs), is_absent=found.is_absent)
    if found.is_stranger:
        sentence = _("{student} is not in the roster: find out whose hand-in this is.")
        named = sentence.format(student=f"“{result.student}”")
        result = replace(result, integrity=(*result.integrity, named))
    return deadline.applied(result, found) if deadline else result
