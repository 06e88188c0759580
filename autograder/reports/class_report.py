"""Writes the page an instructor reads: students by tasks, how scores lie, what was hard, what went wrong."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.reports import measured
from autograder.reports.feedback import feedback_file
from autograder.reports.page import render, write_text
from autograder.student.core.results import Result, Scale, TaskResult

BINS = 10  # of the histogram of scores
SHADES = 6  # of the table's cells
HARDEST = 6  # tasks that are listed
COMMONEST = 12  # mistakes that are listed

Catalogue = Mapping[tuple[str, str], str]  # what is wrong in a known mistake, by its assignment and its id


@dataclass(frozen=True)
class Hard:
    """How a class did in one task."""

    name: str
    share: float  # of its points, on average
    right: int  # students who have all of it
    test: str  # the title of the test that most students failed; empty if none did


@dataclass(frozen=True)
class Common:
    """How often a known mistake was made."""

    task: str
    id: str
    what: str
    count: int


@dataclass(frozen=True)
class Group:
    """The results of one assignment, and what can be counted in them."""

    assignment: str
    results: tuple[Result, ...]
    tasks: tuple[str, ...]
    max_score: float
    graded: tuple[Result, ...]
    histogram: tuple[int, ...]
    hardest: tuple[Hard, ...]
    mistakes: tuple[Common, ...]
    limits: Scale | None = None
    dots: tuple[measured.Dot, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether a model was measured in any of the results."""
        return any(measured.number_of(result) is not None for result in self.results)

    @property
    def metric(self) -> str:
        """What models are measured in, as a title."""
        title = measured.metric_of(self.limits).title if self.limits else ""
        return title[:1].upper() + title[1:]

    @property
    def highest(self) -> int:
        """How high the dots are stacked."""
        return max((dot.level for dot in self.dots), default=0) + 1

    @property
    def points_by_hand(self) -> float:
        """What a person gives on top of the highest score."""
        return max(result.points_by_hand for result in self.results)

    @property
    def mean(self) -> float:
        """The mean score of those that were graded."""
        return statistics.fmean(result.score for result in self.graded)

    @property
    def median(self) -> float:
        """The median score of those that were graded."""
        return statistics.median(result.score for result in self.graded)

    def task_mean(self, name: str) -> float:
        """The mean score in one task of those that were graded."""
        return statistics.fmean(task.score for task in _tasks_called(name, self.graded))


def write_class(results: Iterable[Result], path: Path, mistakes: Catalogue | None = None) -> Path:
    """Writes the class page. `mistakes` says what is wrong in each known mistake, by its assignment and its id.

    It links to the students' pages at `feedback_file(result)` beside it.
    """
    return write_text(path, class_page(results, mistakes))


def class_page(results: Iterable[Result], mistakes: Catalogue | None = None) -> str:
    """The class page; the order of the results does not matter."""
    ordered = sorted(results, key=lambda result: (result.assignment, result.student))
    names = sorted({result.assignment for result in ordered})
    groups = [
        group([result for result in ordered if result.assignment == name], mistakes or {}) for name in names
    ]
    return render(
        "class.html.j2",
        groups=groups,
        feedback_file=feedback_file,
        shade=shade,
        by_task=by_task,
        number_of=measured.number_of,
    )


def group(results: Sequence[Result], mistakes: Catalogue) -> Group:
    """What can be counted in the results of one assignment."""
    graded = tuple(result for result in results if result.status == "graded")
    tasks = tuple(dict.fromkeys(task.name for result in results for task in result.tasks))
    limits = measured.scale_of(results)
    return Group(
        assignment=results[0].assignment,
        results=tuple(results),
        tasks=tasks,
        max_score=max(result.max_score for result in results),
        graded=graded,
        histogram=histogram(graded),
        hardest=_hardest(tasks, graded),
        mistakes=_commonest(graded, mistakes),
        limits=limits,
        dots=tuple(measured.dots(graded, limits)) if limits else (),
    )


def histogram(results: Sequence[Result]) -> tuple[int, ...]:
    """How many results lie in each tenth of the possible score; full marks belong to the last."""
    shares = (result.score / result.max_score if result.max_score else 0.0 for result in results)
    counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    return tuple(counts[index] for index in range(BINS))


def shade(task: TaskResult) -> int:
    """The shade of a task's cell: 0 for nothing, the darkest only for all of its points."""
    if task.score >= task.max_score:
        return SHADES - 1
    return min(int(task.score / task.max_score * (SHADES - 1)), SHADES - 2)


def by_task(result: Result) -> dict[str, TaskResult]:
    """The tasks of a result by name."""
    return {task.name: task for task in result.tasks}


def _tasks_called(name: str, results: Iterable[Result]) -> list[TaskResult]:
    return [task for result in results for task in result.tasks if task.name == name]


def _hardest(tasks: Sequence[str], graded: Sequence[Result]) -> tuple[Hard, ...]:
    rows = []
    for name in tasks:
        found = _tasks_called(name, graded)
        possible = sum(task.max_score for task in found)
        if not possible:
            continue
        failed = Counter(
            test.title for task in found for test in task.tests if test.outcome not in ("passed", "not_run")
        )
        rows.append(
            Hard(
                name=name,
                share=sum(task.score for task in found) / possible,
                right=sum(task.status == "passed" for task in found),
                test=min(failed, key=lambda title: (-failed[title], title), default=""),
            )
        )
    rows.sort(key=lambda row: row.share)  # stable: ties in the order of the notebook
    return tuple(row for row in rows[:HARDEST] if row.share < 1)


def _commonest(graded: Sequence[Result], mistakes: Catalogue) -> tuple[Common, ...]:
    counts = Counter(
        made
        for result in graded
        for made in {
            (result.assignment, task.name, test.mistake)
            for task in result.tasks
            for test in task.tests
            if test.mistake
        }
    )
    return tuple(
        Common(task, identifier, mistakes.get((assignment, identifier), ""), count)
        for (assignment, task, identifier), count in sorted(
            counts.items(), key=lambda item: (-item[1], item[0])
        )[:COMMONEST]
    )
