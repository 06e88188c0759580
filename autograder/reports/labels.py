"""Puts states, scores and counts into words and signs; no state is shown by colour alone."""

from __future__ import annotations

from autograder.student.core.language import _
from autograder.student.core.results import Result, TaskResult, TaskStatus, TestOutcome, TestResult

_TASK_SIGNS: dict[TaskStatus, str] = {
    "passed": "✓",
    "partial": "◐",
    "failed": "✗",
    "crashed": "!",
    "timeout": "…",
    "missing": "?",
    "not_attempted": "○",
}
_TEST_SIGNS: dict[TestOutcome, str] = {
    "passed": "✓",
    "failed": "✗",
    "crashed": "!",
    "timeout": "…",
    "error": "?",
    "not_run": "–",
}


def number(value: float) -> str:
    """A score as people write it: at most two decimals, none that say nothing.

    >>> number(2.0), number(1.33), number(59.999)
    ('2', '1.33', '60')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """How long something took.

    >>> duration(3.21), duration(75.0), duration(7260.0)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def task_sign(status: TaskStatus) -> str:
    """The sign of a task's state."""
    return _TASK_SIGNS[status]


def test_sign(outcome: TestOutcome) -> str:
    """The sign of a test's outcome."""
    return _TEST_SIGNS[outcome]


test_sign.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def task_word(status: TaskStatus) -> str:
    """A task's state in a word or two."""
    return {
        "passed": _("right"),
        "partial": _("partly right"),
        "failed": _("not right yet"),
        "crashed": _("crashed"),
        "timeout": _("took too long"),
        "missing": _("no answer found"),
        "not_attempted": _("not attempted"),
    }[status]


def task_sentence(task: TaskResult) -> str:
    """What a task's state means, where the tests below do not say it themselves."""
    return {
        "passed": "",
        "partial": "",
        "failed": "",
        "crashed": _(
            "Your code ended the whole process it ran in, or used up its memory. Other tasks are not affected."
        ),
        "timeout": _("Your code did not finish within the time limit. Other tasks are not affected."),
        "missing": _("The notebook has no cell that answers this task: it may have been deleted or renamed."),
        # A model that was not handed in has a test that says so, whatever was written.
        "not_attempted": "" if task.tests else _("Nothing has been written here yet."),
    }[task.status]


def test_word(test: TestResult) -> str:
    """A test's outcome in a word or two, for readers who do not see the sign."""
    return {
        "passed": _("passed"),
        "failed": _("failed"),
        "crashed": _("crashed"),
        "timeout": _("took too long"),
        "error": _("could not be carried out"),
        "not_run": _("not run"),
    }[test.outcome]


test_word.__test__ = False  # type: ignore[attr-defined]


def result_sentence(result: Result) -> str:
    """One sentence about the whole submission."""
    if result.status == "ungradable":
        return _("This submission could not be graded.")
    return _("{right} of {total} tasks right, {partly} partly right.").format(
        total=len(result.tasks),
        right=sum(task.status == "passed" for task in result.tasks),
        partly=sum(task.status == "partial" for task in result.tasks),
    )
