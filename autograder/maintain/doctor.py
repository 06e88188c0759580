"""Says what is installed, which data is there, what protects this machine, and how to repair what is missing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys

from rich.markup import escape

from autograder import __version__
from autograder.assignments.sources import assignment_names
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.prepare import DEFAULT, problems
from autograder.maintain.data.sotu import installed_sentence
from autograder.sandbox.limits import Limits
from autograder.student.core.language import _

# What grading needs, and what it can do without.
REQUIRED = (
    "torch",
    "numpy",
    "safetensors",
    "pytest",
    "typer",
    "rich",
    "faker",
    "jinja2",
    "markdown-it-py",
    "pygments",
)
OPTIONAL = {
    "pyseccomp": _("the sandbox's list of allowed system calls"),
    "distributed": _("grading on a cluster"),
    "nbgrader": _("collecting and formgrading with nbgrader"),
    "jupyterlab": _("opening the notebooks"),
}
_GOOD, _BAD, _PARTLY = "[green]✓[/]", "[red]✗[/]", "[yellow]–[/]"


def examine() -> tuple[list[str], bool]:
    """What was found, as lines for a terminal, and whether submissions can be graded here."""
    lines = [
        _("autograder {version}, Python {python} on {system}").format(
            version=__version__, python=platform.python_version(), system=platform.platform()
        )
    ]
    parts = [_packages(), _course(), _data(), _sandbox(), (_limits(Limits()), True)]
    for part_lines, _is_able in parts:
        lines += ["", *part_lines]
    is_able = all(able for _lines, able in parts)
    verdict = _("Submissions can be graded here.") if is_able else _("Submissions cannot be graded here.")
    return [*lines, "", f"{_GOOD if is_able else _BAD} {verdict}"], is_able


def _packages() -> tuple[list[str], bool]:
    lines, is_able = [f"[bold]{_('Packages')}[/]"], True
    for name in REQUIRED:
        version = _version(name)
        is_able &= bool(version)
        advice = _("missing: pip install {name}").format(name=escape('--editable ".[grading]"'))
        lines.append(f"{_GOOD if version else _BAD} {name} {version or advice}")
    for name, purpose in OPTIONAL.items():
        version = _version(name)
        what = version or _("missing; it is for {purpose}: pip install {name}").format(
            purpose=purpose, name=name
        )
        lines.append(f"{_GOOD if version else _PARTLY} {name} {what}")
    return lines, is_able


def _course() -> tuple[list[str], bool]:
    names = assignment_names()
    lines = [f"[bold]{_('Course')}[/]"]
    if names:
        lines.append(f"{_GOOD} {_('source notebooks: {names}').format(names=', '.join(names))}")
    else:
        advice = _(
            "no source notebooks: install the instructor's copy with “pip install --editable .” in its folder"
        )
        lines.append(f"{_BAD} {advice}")
    if importlib.util.find_spec("faker"):
        lines.append(f"{_GOOD} {_('surnames of fifteen languages (faker)')}")
    return lines, bool(names)


def _data() -> tuple[list[str], bool]:
    """Without the corpus a model cannot be measured; with its package installed, hidden text can be read."""
    try:
        found = [*problems(), *filter(None, [installed_sentence()])]
    except DataError as error:
        found = [str(error)]
    lines = [f"[bold]{_('Data')}[/]", *(f"{_BAD} {escape(sentence)}" for sentence in found)]
    if not found:
        lines.append(f"{_GOOD} {_('corpus {name}: every file is there and right').format(name=DEFAULT)}")
    return lines, not found


def _sandbox() -> tuple[list[str], bool]:
    lines = [f"[bold]{_('Sandbox')}[/]"]
    if not sys.platform.startswith("linux"):
        return [*lines, f"{_BAD} {_('grading needs Linux: use a container, or WSL on Windows')}"], False
    from autograder.grading.staging import grading_server
    from autograder.sandbox import SandboxUnavailable
    from autograder.sandbox.versions import notices

    try:
        with grading_server() as server:
            lines.append(f"{_GOOD} {_('level: {level}').format(level=server.level)}")
            for layer in server.layers:
                sign = _GOOD if layer.active else _PARTLY
                reason = "" if layer.active else f" ({escape(layer.reason)})"
                lines.append(f"{sign} {escape(layer.name)}: {escape(layer.protects)}{reason}")
        is_able = True
    except SandboxUnavailable as error:
        lines.append(f"{_BAD} {escape(str(error))}")
        is_able = False
    lines += [f"{_GOOD if each.is_good else _PARTLY} {escape(each.text)}" for each in notices()]
    return lines, is_able


def _limits(limits: Limits) -> list[str]:
    """What a submission may use, every field of it."""
    megabytes = {
        name: getattr(limits, f"{name}_bytes") // 2**20 for name in ("memory", "scratch", "file", "reply")
    }
    found = [
        _("cells: {one:g} seconds of computing each, {all:g} seconds together").format(
            one=limits.cpu_seconds_per_cell, all=limits.cpu_seconds_total
        ),
        _("tasks: {one:g} seconds of computing each, {all:g} seconds together").format(
            one=limits.task_cpu_seconds, all=limits.tasks_cpu_seconds
        ),
        _(
            "a trained model: {one:g} seconds of computing for reading a text once, {all:g} seconds together"
        ).format(one=limits.scoring_cpu_seconds, all=limits.scoring_cpu_seconds_total),
        _("the grader's own work for a submission: {seconds:g} seconds of computing").format(
            seconds=limits.grader_cpu_seconds
        ),
        _("sleeping: {idle:g} seconds; waiting for all cells and tasks: {waiting:g} seconds").format(
            idle=limits.idle_seconds, waiting=limits.waiting_seconds
        ),
        _("waiting for one of them: {factor:g} times its computing, and {grace:g} seconds").format(
            factor=limits.wall_factor, grace=limits.wall_grace_seconds
        ),
        _(
            "memory: {memory} MB; disk: {scratch} MB, {file} MB a file; {files} open files; {threads} threads"
        ).format(**megabytes, files=limits.open_files, threads=limits.threads),
        _(
            "answers of a task: {reply} MB; calls of a test's function for one question: {calls}; text of a cell: "
            "{text} kB; fresh starts after cells that end the program: {restarts}"
        ).format(
            **megabytes, calls=limits.calls, text=limits.output_bytes // 2**10, restarts=limits.restarts
        ),
    ]
    return [f"[bold]{_('Limits of a submission')}[/]", *(f"{_GOOD} {line}" for line in found)]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
