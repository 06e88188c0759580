"""Shows the result of a check to a person: a panel for a notebook, lines for a terminal.

Only the first failed test is shown in full; later ones usually fail for the same reason and are folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograder.student.core.language import _
from autograder.student.core.results import TaskResult, TestResult

# At least 4.2 to 1 on both the white of JupyterLab's light theme and the #111111 of its dark one.
GREEN, RED, AMBER, GREY = "#1f8a40", "#e0393e", "#a86f00", "#7c7c7c"
WORKED_HINT = 3  # after the question and the second one
ALMOST = 0.95  # of the points of a task that measures: nothing is wrong with it


def html_panel(
    result: TaskResult,
    progress: str,
    hints: int,
    notes: Sequence[str] = (),
    predictions: Sequence[str] = (),
    worked: str = "",
) -> str:
    """The panel under a check cell: a headline, what passes, what fails first in words, and how far one is.

    `notes` say where notebook and kernel differ, `predictions` how what was predicted fits what came out; `worked` is
    the idea of the task on another case, the last of the hints.
    """
    speaking, folded = told(result)
    lines = [f"<div style='font-weight:600'>{escape(headline(result))}</div>"]
    lines += [f"<div style='color:{AMBER}'>{html_text(note)}</div>" for note in notes]
    lines += [_html_title(test) + _html_message(test) for test in result.tests if test.outcome == "passed"]
    if speaking is not None:
        lines.append(_html_title(speaking) + _html_speaking(speaking, hints, worked))
    if folded:
        lines.append(_html_folded_tests(folded, speaking.message if speaking else ""))
    if explanation := why_no_points(result):
        lines.append(f"<div style='color:{AMBER}'>{html_text(explanation)}</div>")
    if predictions:
        said = "".join(f"<div style='margin-left:1.4em'>{html_text(each)}</div>" for each in predictions)
        lines.append(f"<div style='margin-top:6px'>{escape(predictions_title(result))}{said}</div>")
    if progress:
        lines.append(f"<div style='color:{GREY};margin-top:6px'>{escape(progress)}</div>")
    return (
        f"<div style='border-left:4px solid {_colour(result)};padding:4px 12px;max-width:60em;line-height:1.5'>"
        f"{''.join(lines)}</div>"
    )


def told(result: TaskResult) -> tuple[TestResult | None, list[TestResult]]:
    """The failed test that speaks, and those that are folded behind it.

    A test that could not run is shown only if there is no other.
    """
    failed = [test for test in result.tests if test.outcome != "passed"]
    speaking = next((test for test in failed if test.outcome != "not_run"), failed[0] if failed else None)
    return speaking, [test for test in failed if test is not speaking]


def headline(result: TaskResult) -> str:
    """One line: the task, how many of its tests pass, how many of its points that gives."""
    passed = sum(test.outcome == "passed" for test in result.tests)
    return _("{task}: {passed} of {tests} checks pass, {score:g} of {max_score:g} points").format(
        task=result.name,
        passed=passed,
        tests=len(result.tests),
        score=result.score,
        max_score=result.max_score,
    )


def why_no_points(result: TaskResult) -> str:
    """Why a task has no points although some of its tests pass; empty for any other."""
    failed = {test.message for test in result.tests if test.outcome != "passed"}
    if result.score or len(failed) < 2 or not any(test.outcome == "passed" for test in result.tests):
        return ""  # where everything fails with one message, as in a cell that is not written yet, it says it all
    if any(test.essential and test.outcome != "passed" for test in result.tests):
        return _("No points yet: a check that the whole task depends on fails.")
    return _("No points yet: the checks that pass count only if a check of the values passes too.")


def predictions_title(result: TaskResult) -> str:
    """What stands above the predictions: what came out of wrong code is not a verdict on them."""
    if result.status == "passed":
        return _("Your predictions:")
    return _("Your predictions, beside what your code gives so far:")


def folded_sentence(folded: Sequence[TestResult]) -> str:
    """One line for all that fails behind the test that speaks."""
    if len(folded) == 1:
        return _("1 more fails, probably for the same reason")
    return _("{number} more fail, probably for the same reason").format(number=len(folded))


def _colour(result: TaskResult) -> str:
    if result.status == "passed":
        return GREEN
    measures = any(test.credit is not None for test in result.tests)
    return AMBER if measures and result.score >= ALMOST * result.max_score else RED


def _html_title(test: TestResult) -> str:
    mark, colour = {"passed": ("✓", GREEN), "not_run": ("–", GREY)}.get(test.outcome, ("✗", RED))
    return f"<div><span style='color:{colour};font-weight:600'>{mark}</span> {html_text(test.title)}</div>"


def _html_message(test: TestResult) -> str:
    return f"<div style='margin-left:1.4em'>{html_text(test.message)}</div>" if test.message else ""


def _html_speaking(test: TestResult, hints: int, worked: str) -> str:
    parts = [f"<div>{html_text(test.message)}</div>"]
    parts += [f"<div><i>{html_text(hint)}</i></div>" for hint in test.hints[:hints]]
    # Folded, and opened by a click: a check cell is locked, so that `hints=2` cannot be typed into it.
    parts += [_details(_("Another hint"), f"<i>{html_text(hint)}</i>") for hint in test.hints[hints:]]
    if test.hints and worked:
        case = "".join(f"<div>{html_text(line)}</div>" for line in worked.splitlines())
        parts.append(_details(_("The same idea, worked on another case"), case))
    return f"<div style='margin:0 0 4px 1.4em'>{''.join(parts)}</div>"


def _html_folded_tests(folded: Sequence[TestResult], said: str) -> str:
    """Titles and messages, without those that have been said already."""
    parts = [_html_title(test) + ("" if test.message == said else _html_message(test)) for test in folded]
    return _details(folded_sentence(folded), "".join(parts))


def _details(summary: str, content: str) -> str:
    return f"<details><summary style='color:{GREY};cursor:pointer'>{escape(summary)}</summary>{content}</details>"


def html_text(sentence: str) -> str:
    """Escaped text in which `code` stands in a fixed-width font."""
    pieces = escape(sentence).split("`")
    return "".join(f"<code>{piece}</code>" if odd % 2 else piece for odd, piece in enumerate(pieces))


def text_panel(
    result: TaskResult,
    hints: int,
    notes: Sequence[str] = (),
    predictions: Sequence[str] = (),
    worked: str = "",
) -> str:
    """The same for a terminal, without colours; the case that is worked is the third hint."""
    speaking, folded = told(result)
    lines = [headline(result), *(f"  ! {note}" for note in notes)]
    for test in result.tests:
        if test.outcome == "passed":
            lines += [f"  ✓ {test.title}", *([f"      {test.message}"] if test.message else [])]
    if speaking is not None:
        mark = "–" if speaking.outcome == "not_run" else "✗"
        lines.append(f"  {mark} {speaking.title}")
        lines += [f"      {sentence}" for sentence in (speaking.message, *speaking.hints[:hints]) if sentence]
        if speaking.hints and hints >= WORKED_HINT:
            lines += [f"      {line}" for line in worked.splitlines()]
    if folded:
        lines.append(f"  … {folded_sentence(folded)}:")
        lines += [f"      {test.title}" for test in folded]
    if explanation := why_no_points(result):
        lines.append(f"  ! {explanation}")
    if predictions:
        lines += [f"  {predictions_title(result)}", *(f"      {each}" for each in predictions)]
    return "\n".join(lines)
