"""Shows the result of a check to a person: a panel for a notebook, lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from autograder.student.core.language import _
from autograder.student.core.results import TaskResult, TestResult

# At least 4.2 to 1 on both the white of JupyterLab's light theme and the #111111 of its dark one.
GREEN, RED, AMBER, GREY = "#1f8a40", "#e0393e", "#a86f00", "#7c7c7c"


def html_panel(result: TaskResult, progress: str, hints: int) -> str:
    """The panel under a check cell: a headline, one line a test, what failed in words, and how far one is."""
    colour = GREEN if result.status == "passed" else RED
    lines = "".join(_html_tests(tests, hints) for tests in _with_equal_messages(result))
    footer = f"<div style='color:{GREY};margin-top:6px'>{escape(progress)}</div>" if progress else ""
    return (
        f"<div style='border-left:4px solid {colour};padding:4px 12px;max-width:60em;line-height:1.5'>"
        f"<div style='font-weight:600'>{escape(headline(result))}</div>{lines}{footer}</div>"
    )


def _with_equal_messages(result: TaskResult) -> list[list[TestResult]]:
    """The tests in their order, neighbours with the same message together: what stops every test is said once."""
    return [list(tests) for _message, tests in groupby(result.tests, key=lambda test: test.message)]


def _html_tests(tests: Sequence[TestResult], hints: int) -> str:
    titles = "".join(_html_title(test) for test in tests)
    first = tests[0]
    if not _has_more(first):
        return titles
    parts = [f"<div>{html_text(first.message)}</div>"]
    parts += [f"<div><i>{html_text(hint)}</i></div>" for hint in first.hints[:hints]]
    # Folded, and opened by a click: a check cell is locked, so that `hints=2` cannot be typed into it.
    parts += [_html_folded(hint) for hint in first.hints[hints:]]
    return f"{titles}<div style='margin:0 0 4px 1.4em'>{''.join(parts)}</div>"


def _has_more(test: TestResult) -> bool:
    """Whether there is something to say beside its title: what failed, or what was measured."""
    return test.outcome != "passed" or bool(test.message)


def _html_title(test: TestResult) -> str:
    mark, colour = ("✓", GREEN) if test.outcome == "passed" else ("✗", RED)
    return f"<div><span style='color:{colour};font-weight:600'>{mark}</span> {html_text(test.title)}</div>"


def _html_folded(hint: str) -> str:
    summary = f"<summary style='color:{GREY};cursor:pointer'>{escape(_('Another hint'))}</summary>"
    return f"<details>{summary}<i>{html_text(hint)}</i></details>"


def html_text(sentence: str) -> str:
    """Escaped text in which `code` stands in a fixed-width font."""
    pieces = escape(sentence).split("`")
    return "".join(f"<code>{piece}</code>" if odd % 2 else piece for odd, piece in enumerate(pieces))


def text_panel(result: TaskResult, hints: int) -> str:
    """The same for a terminal, without colours."""
    lines = [headline(result)]
    for tests in _with_equal_messages(result):
        lines += [f"  {'✓' if test.outcome == 'passed' else '✗'} {test.title}" for test in tests]
        if _has_more(tests[0]):
            lines += [f"      {sentence}" for sentence in (tests[0].message, *tests[0].hints[:hints])]
    return "\n".join(lines)


def headline(result: TaskResult) -> str:
    """One line: the task, how many of its tests hold, how many of its points are visible."""
    passed = sum(test.outcome == "passed" for test in result.tests)
    return _("{task}: {passed} of {tests} checks hold, {score:g} of {max_score:g} points").format(
        task=result.name,
        passed=passed,
        tests=len(result.tests),
        score=result.score,
        max_score=result.max_score,
    )
