"""Writes results for machines: JSON, JUnit XML, Gradescope, GitHub and CSV, all from the same `Result`.

Every format gives the same total; no score is computed again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograder.reports import measured
from autograder.reports.labels import number, result_sentence, task_sentence, task_sign, task_word, test_sign
from autograder.reports.markup import printable
from autograder.reports.page import write_text
from autograder.student.core.language import _
from autograder.student.core.metric import METRICS
from autograder.student.core.names import safe_name
from autograder.student.core.results import Result, TaskResult, TestResult

BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows that a table is UTF-8


def write(results: Iterable[Result], folder: Path, formats: Sequence[str]) -> list[Path]:
    """Writes the results in every given format (see `FORMATS`); the files written, in order.

    `ValueError` names a format that does not exist, before anything is written.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(
            _("There is no format called {name}. There are: {known}.").format(
                name=unknown[0], known=", ".join(FORMATS)
            )
        )
    ordered = sorted(results, key=lambda result: (result.assignment, result.student))
    return [path for name in dict.fromkeys(formats) for path in FORMATS[name](ordered, folder)]


def results_json(results: Sequence[Result]) -> str:
    """All results in one document: a list of what `Result.to_json` writes."""
    # Put together from texts: to write indented JSON once more takes longer than all the rest of a second run.
    texts = [result.to_json().rstrip("\n").replace("\n", "\n  ") for result in results]
    return '{\n "results": [\n  ' + ",\n  ".join(texts) + '\n ],\n "schema": 1\n}\n'


def junit(result: Result) -> str:
    """One submission as JUnit XML: a suite, in it a test case for every test of every task."""
    cases = [case for task in result.tasks for case in _junit_cases(task)]
    if result.status == "ungradable":
        cases = [_junit_case("submission", _("The submission can be graded"), "error", result.reason)]
    name = printable(f"{result.assignment}.{result.student}")
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(cases)))
    for kind, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(total, str(sum(case.find(kind) is not None for case in cases)))
    suite.set("time", f"{result.seconds:.3f}")
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in (
        ("student", result.student),
        ("assignment", result.assignment),
        ("status", result.status),
        ("score", number(result.score)),
        ("max_score", number(result.max_score)),
        *([("points_by_hand", number(result.points_by_hand))] if result.points_by_hand else []),
        *((f"score.{task.name}", number(task.score)) for task in result.tasks),
        *((f"metric.{name}", repr(value)) for name, value in sorted(result.metrics.items())),
    ):
        ElementTree.SubElement(properties, "property", name=printable(key), value=printable(value))
    suite.extend(cases)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _junit_cases(task: TaskResult) -> list[ElementTree.Element]:
    if not task.tests:
        state = "" if task.status == "passed" else "failure"
        return [_junit_case(task.name, task_word(task.status), state, task_sentence(task))]
    kinds = {"passed": "", "failed": "failure", "not_run": "skipped"}
    return [
        _junit_case(task.name, f"{test.name}: {test.title}", kinds.get(test.outcome, "error"), _words(test))
        for test in task.tests
    ]


def _junit_case(task: str, name: str, kind: str, message: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=printable(task), name=printable(name))
    if kind:
        text = printable(message)
        first = text.splitlines()[0] if text else ""
        ElementTree.SubElement(case, kind, message=first).text = text
    return case


def gradescope(result: Result) -> dict[str, Any]:
    """One submission as Gradescope's `results.json`: a test case for every task, all of them visible.

    What could not be graded has to be given a number there; it is 0, and the text says that it is not a mark.
    """
    lines = [result_sentence(result)]
    if result.status == "ungradable":
        lines += [printable(result.reason), _("This is not a mark of zero: no mark has been given yet.")]
    if by_hand := measured.points_by_hand(result):
        lines.append(_("More points will be added: {points}.").format(points=by_hand))
    lines += measured.sentences(result)
    lines += [printable(repair) for repair in result.repairs]
    # The columns of Gradescope's own leaderboard; there, the first one orders it.
    columns = {name: metric.title for name, metric in METRICS.items()} | {
        measured.PARAMETERS: _("parameters")
    }
    leaderboard = [
        {"name": title[0].upper() + title[1:], "value": round(result.metrics[key], 4), "order": "asc"}
        for key, title in columns.items()
        if key in result.metrics and measured.number_of(result) is not None
    ]
    return {
        **({"leaderboard": leaderboard} if leaderboard else {}),
        "score": round(result.score, 2),
        "execution_time": round(result.seconds, 3),
        "output": "\n".join(lines),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": task.name,
                "name_format": "text",
                "number": str(place),
                "score": round(task.score, 2),
                "max_score": task.max_score,
                "status": "passed" if task.status == "passed" else "failed",
                "output": _task_text(task),
                "output_format": "text",
                "visibility": "visible",
            }
            for place, task in enumerate(result.tasks, 1)
        ],
    }


def github_summary(results: Sequence[Result]) -> str:
    """All results as Markdown for a step's summary."""
    parts = []
    for result in results:
        parts.append(f"## {_markdown(result.student)} · {_markdown(result.assignment)}\n")
        if result.status == "ungradable":
            parts.append(f"{_markdown(result_sentence(result))} {_markdown(result.reason)}\n")
            continue
        parts.append(f"**{number(result.score)} / {number(result.max_score)}**\n")
        said = measured.sentences(result)
        if by_hand := measured.points_by_hand(result):
            said.insert(0, _("More points will be added: {points}.").format(points=by_hand))
        parts += [f"{_markdown(' '.join(said))}\n"] if said else []
        rows = [f"| | {_('Task')} | {_('Points')} | |", "|:-:|---|--:|---|"]
        for task in result.tasks:
            points = f"{number(task.score)} / {number(task.max_score)}"
            cells = (task_sign(task.status), _markdown(task.name), points, _markdown(_first_problem(task)))
            rows.append(f"| {' | '.join(cells)} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def github_notices(results: Sequence[Result]) -> str:
    """Workflow commands to print in a step, which GitHub shows beside the run: points, or why there are none."""
    lines = []
    for result in results:
        if result.status == "ungradable":
            level, said = "error", f"{result_sentence(result)} {result.reason}"
        else:
            level, said = "notice", f"{number(result.score)} / {number(result.max_score)}"
        text = f"{result.student} · {result.assignment}: {said}"
        lines.append(f"::{level} title={_('Graded')}::{_command_text(text)}\n")
    return "".join(lines)


def marks_csv(results: Sequence[Result]) -> str:
    """All results as a table: a row for every submission, a column for every task and for every number measured."""
    tasks = list(dict.fromkeys(task.name for result in results for task in result.tasks))
    found = {name for result in results for name in result.metrics}
    metrics = [name for name in measured.KNOWN if name in found] + sorted(found - {*measured.KNOWN})
    by_hand = ["points_by_hand"] if any(result.points_by_hand for result in results) else []
    late = ["score_before_lateness", "seconds_late"] if any(result.late for result in results) else []
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(
        [
            *("student", "assignment", "status", "score", "max_score", *by_hand, *late),
            *map(cell, tasks),
            *(cell(f"metric.{name}") for name in metrics),  # a task may have the name of a metric
        ]
    )
    for result in results:
        scores = {task.name: number(task.score) for task in result.tasks}
        rows.writerow(
            [
                cell(result.student),
                cell(result.assignment),
                result.status,
                number(result.score),
                number(result.max_score),
                *(number(result.points_by_hand) for _column in by_hand),
                *(_lateness(result) if late else ()),
                *(scores.get(task, "") for task in tasks),
                *(repr(result.metrics[name]) if name in result.metrics else "" for name in metrics),
            ]
        )
    return file.getvalue()


def _lateness(result: Result) -> tuple[str, str]:
    """The score before anything was taken off, and the seconds; in time, the score as it is and none."""
    late = result.late
    return (number(late.score_before), str(late.seconds)) if late else (number(result.score), "0")


def cell(text: str) -> str:
    """A text that a spreadsheet will not take for a formula: an apostrophe in front says that it is text."""
    text = printable(text)
    return f"'{text}" if re.match(r"\s*[=+\-@|%\t\r＝＋－＠]", text) else text


def _words(test: TestResult) -> str:
    return "\n".join([test.message, *test.hints[:1]]).strip()


def _task_text(task: TaskResult) -> str:
    """A task as plain text: its state, its tests, what they say, the first hint."""
    lines = [f"{task_sign(task.status)} {task_word(task.status)}"]
    if task_sentence(task):
        lines.append(task_sentence(task))
    for test in task.tests:
        lines.append(f"{test_sign(test.outcome)} {test.title}")
        if test.outcome != "passed":
            lines += [f"  {line}" for line in _words(test).splitlines()]
    return printable("\n".join(lines))


def _first_problem(task: TaskResult) -> str:
    for test in task.tests:
        if test.outcome != "passed":
            return f"{test.title} {test.message}".strip()
    return "" if task.status == "passed" else task_word(task.status)


def _markdown(text: str) -> str:
    """A text on one line in which Markdown, HTML, mentions and workflow commands are only text."""
    line = " ".join(printable(text).split())
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~&@:$])", r"\\\1", line)


def _command_text(text: str) -> str:
    """A text as the value of a workflow command; a line break would begin another command."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def _write_json(results: Sequence[Result], folder: Path) -> list[Path]:
    return [write_text(folder / "results.json", results_json(results))]


def _write_junit(results: Sequence[Result], folder: Path) -> list[Path]:
    return [write_text(_place(folder, "junit", result, "xml"), junit(result)) for result in results]


def _write_gradescope(results: Sequence[Result], folder: Path) -> list[Path]:
    return [
        write_text(_place(folder, "gradescope", result, "json"), _json(gradescope(result)))
        for result in results
    ]


def _write_github(results: Sequence[Result], folder: Path) -> list[Path]:
    return [
        write_text(folder / "github" / "summary.md", github_summary(results)),
        write_text(folder / "github" / "notices.txt", github_notices(results)),
    ]


def _write_csv(results: Sequence[Result], folder: Path) -> list[Path]:
    return [write_text(folder / "results.csv", BYTE_ORDER_MARK + marks_csv(results))]


def _place(folder: Path, kind: str, result: Result, suffix: str) -> Path:
    return folder / kind / safe_name(result.assignment) / f"{safe_name(result.student)}.{suffix}"


FORMATS: dict[str, Callable[[Sequence[Result], Path], list[Path]]] = {
    "json": _write_json,
    "junit": _write_junit,
    "gradescope": _write_gradescope,
    "github": _write_github,
    "csv": _write_csv,
}
