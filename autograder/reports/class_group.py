"""Computes the statistics of one assignment in a class, for the class page."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.reports import attention, measured
from autograder.reports.attention import Marks
from autograder.reports.items import Item, items
from autograder.student.core.results import Result, Scale

BINS = 10  # of the histogram of scores
SLOWEST = 5  # submissions whose time is listed

Catalogue = Mapping[tuple[str, str], str]  # what is wrong in a known mistake, by its assignment and its id


@dataclass(frozen=True)
class Common:
    """A known mistake, and who made it."""

    task: str
    id: str
    what: str
    made: tuple[Result, ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions that resemble each other."""

    results: tuple[Result, Result]
    checkpoint: float | None
    code: Mapping[str, float]
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The results of one assignment, and what can be counted in them."""

    assignment: str
    results: tuple[Result, ...]
    everybody: tuple[str, ...]  # of the class, whatever they handed in
    catalogue: Catalogue
    before: Marks | None  # of the last run; None if there was none

    @cached_property
    def graded(self) -> tuple[Result, ...]:
        """Those that have a mark."""
        return tuple(result for result in self.results if result.status == "graded")

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks, in the order of the notebook."""
        return tuple(dict.fromkeys(task.name for result in self.results for task in result.tasks))

    @property
    def max_score(self) -> float:
        """What a submission can reach."""
        return max(result.max_score for result in self.results)

    @property
    def scores(self) -> list[float]:
        """Those of the graded submissions."""
        return [result.score for result in self.graded]

    @property
    def mean(self) -> float:
        """The mean score of those that were graded."""
        return statistics.fmean(self.scores)

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of those that were graded."""
        scores = self.scores * 2 if len(self.scores) == 1 else self.scores
        lower, median, upper = statistics.quantiles(scores, n=4, method="inclusive")
        return lower, median, upper

    @property
    def histogram(self) -> tuple[int, ...]:
        """How many scores lie in each tenth of the possible one."""
        return histogram(self.graded)

    @cached_property
    def items(self) -> list[Item]:
        """How each task did, in the order of the notebook."""
        return items(self.graded)

    @property
    def hardest(self) -> list[Item]:
        """The tasks that not everybody has in full, the hardest first."""
        return sorted((item for item in self.items if item.share < 1), key=lambda item: item.share)

    @property
    def doubtful(self) -> list[str]:
        """The tasks that do not tell the strong from the weak, as code."""
        return [f"`{item.name}`" for item in self.items if item.correlation and item.correlation.is_near_zero]

    @cached_property
    def mistakes(self) -> tuple[Common, ...]:
        """The known mistakes that were made, the commonest first."""
        return _commonest(self.graded, self.catalogue)

    @cached_property
    def limits(self) -> Scale | None:
        """The scale of the models; None if none is measured."""
        return measured.scale_of(self.results)

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
    def dots(self) -> list[measured.Dot]:
        """The models on their scale."""
        return measured.dots(self.graded, self.limits) if self.limits else []

    @property
    def points_by_hand(self) -> float:
        """What a person gives on top of the highest score."""
        return max(result.points_by_hand for result in self.results)

    @cached_property
    def help(self) -> list[attention.Helped]:
        """Who needs help."""
        return attention.in_need_of_help(self.graded)

    @cached_property
    def waiting(self) -> list[tuple[Result, list[str]]]:
        """What waits for a person, by submission."""
        found = ((result, attention.waiting(result)) for result in self.results)
        return [(result, told) for result, told in found if told]

    @cached_property
    def absent(self) -> list[str]:
        """Who handed in nothing."""
        return attention.absent(self.results, self.everybody)

    @cached_property
    def late(self) -> list[Result]:
        """Who was late."""
        return attention.late(self.results)

    @cached_property
    def changes(self) -> list[attention.Change]:
        """What is not as it was in the last run."""
        return [] if self.before is None else attention.changes(self.results, self.before)

    @cached_property
    def pairs(self) -> list[Pair]:
        """Submissions that resemble each other; those with most in common first."""
        return _pairs(self.results)

    @property
    def seconds(self) -> list[float]:
        """What each submission took to grade, as far as it is known."""
        return [result.seconds for result in self.results if result.seconds]

    @property
    def median_seconds(self) -> float:
        """What half of the submissions took at most."""
        return statistics.median(self.seconds)

    @property
    def memory(self) -> list[int]:
        """What each submission occupied at its peak, as far as it is known."""
        return [result.memory_bytes for result in self.results if result.memory_bytes]

    @property
    def median_memory(self) -> float:
        """What half of the submissions occupied at most."""
        return statistics.median(self.memory)

    @property
    def slowest(self) -> list[Result]:
        """The submissions that took longest to grade."""
        return sorted(self.results, key=lambda result: -result.seconds)[:SLOWEST]

    def task_mean(self, name: str) -> float:
        """The mean score in one task of those that were graded."""
        return statistics.fmean(
            task.score for result in self.graded for task in result.tasks if task.name == name
        )

    def marks(self, result: Result) -> str:
        """By what a row of the table can be found: words of a class attribute."""
        names = {
            "help": any(each.result is result for each in self.help),
            "person": any(each is result for each, _told in self.waiting),
            "late": result.late is not None,
            "absent": result.is_absent,
            "changed": any(each.result is result for each in self.changes),
        }
        return " ".join(name for name, is_so in names.items() if is_so)


def groups_of(
    results: Sequence[Result], mistakes: Catalogue | None = None, before: Marks | None = None
) -> list[Group]:
    """The results by assignment, in the order of their names.

    Who handed in nothing is in every group. What belongs to no assignment is in the only one; if there are several, in
    a last group without a name.
    """
    everybody = tuple(sorted({result.student for result in results}))
    names = sorted({result.assignment for result in results if result.assignment})
    absent = [result for result in results if result.is_absent and not result.assignment]
    unknown = [result for result in results if not result.is_absent and not result.assignment]
    found = {name: [*(r for r in results if r.assignment == name), *absent] for name in names}
    if unknown or not names:
        found.setdefault(names[0] if len(names) == 1 else "", [] if names else absent).extend(unknown)
    return [
        Group(name, tuple(sorted(own, key=lambda r: r.student)), everybody, mistakes or {}, before)
        for name, own in found.items()
        if own
    ]


def histogram(results: Sequence[Result]) -> tuple[int, ...]:
    """How many results lie in each tenth of the possible score; full marks belong to the last."""
    shares = (result.score / result.max_score if result.max_score else 0.0 for result in results)
    counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    return tuple(counts[index] for index in range(BINS))


def _commonest(graded: Sequence[Result], catalogue: Catalogue) -> tuple[Common, ...]:
    made: dict[tuple[str, str, str], list[Result]] = {}
    for result in graded:
        own = {
            (result.assignment, task.name, test.mistake)
            for task in result.tasks
            for test in task.tests
            if test.mistake
        }
        for key in own:
            made.setdefault(key, []).append(result)
    return tuple(
        Common(task, identifier, catalogue.get((assignment, identifier), ""), tuple(owners))
        for (assignment, task, identifier), owners in sorted(
            made.items(), key=lambda each: (-len(each[1]), each[0])
        )
    )


def _pairs(results: Sequence[Result]) -> list[Pair]:
    by_name = {result.student: result for result in results}
    found = [
        Pair((result, by_name[other.student]), other.checkpoint, other.code, other.mistakes)
        for result in results
        for other in result.similar
        if result.student < other.student and other.student in by_name
    ]
    return sorted(found, key=lambda pair: (-(pair.checkpoint or 0.0), -len(pair.code), -len(pair.mistakes)))
