"""Tells each result which others of its class it resembles: in its model, its code, its rare mistakes.

Each alone may be chance; side by side they are for a person to look at. None changes a mark, and no student is told.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from autograder.grading.code_similarity import alike_answers
from autograder.grading.similarity import alike_checkpoints
from autograder.student.core.results import Result, Similar

RARE, RARE_SHARE = 2, 0.02  # a mistake that no more students made, or no larger share of the class, is rare
TELLING = 2  # so many rare mistakes in common are told without anything else in common


def compared(results: Sequence[Result]) -> list[Result]:
    """The same results, each with those of its assignment that it resembles, by name; what was there is replaced."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, result in enumerate(results):
        groups[result.assignment].append(number)
    found: defaultdict[int, list[Similar]] = defaultdict(list)
    for numbers in groups.values():
        for (one, other), seen in _pairs([results[number] for number in numbers]).items():
            first, second = numbers[one], numbers[other]
            found[first].append(replace(seen, student=results[second].student))
            found[second].append(replace(seen, student=results[first].student))
    return [
        replace(result, similar=tuple(sorted(found[number], key=lambda each: each.student)))
        for number, result in enumerate(results)
    ]


def _pairs(results: Sequence[Result]) -> dict[tuple[int, int], Similar]:
    """What two results of one assignment have in common, by their positions, the lower first; without names."""
    checkpoints, answers = alike_checkpoints(results), alike_answers(results)
    mistakes = _rare_in_common(results)
    alone = {pair for pair, shared in mistakes.items() if len(shared) >= TELLING}
    return {
        pair: Similar("", checkpoints.get(pair), answers.get(pair, {}), mistakes.get(pair, ()))
        for pair in checkpoints.keys() | answers.keys() | alone
    }


def _rare_in_common(results: Sequence[Result]) -> dict[tuple[int, int], tuple[str, ...]]:
    made = [
        {f"{task.name}: {test.mistake}" for task in result.tasks for test in task.tests if test.mistake}
        for result in results
    ]
    counts = Counter(itertools.chain.from_iterable(made))
    most = max(RARE, RARE_SHARE * len(results))
    shared: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for name in sorted(name for name, count in counts.items() if count <= most):
        owners = [number for number, own in enumerate(made) if name in own]
        for pair in itertools.combinations(owners, 2):
            shared[pair].append(name)
    return {pair: tuple(names) for pair, names in shared.items()}
