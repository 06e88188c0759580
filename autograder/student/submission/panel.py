"""Describes a hand-in, and shows it to a person: a panel for a notebook, lines for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from autograder.student.checking.panel import AMBER, GREEN, GREY, headline, html_text
from autograder.student.core.language import _, plural
from autograder.student.core.results import TaskResult
from autograder.student.submission.warnings import Notice

MINUTES_OF_A_YEAR = 365 * 24 * 60


@dataclass(frozen=True, repr=False)
class HandIn:
    """What was made: the archive, what is in it, what the checks say, and what to look at again."""

    archive: Path
    files: dict[str, int]  # their sizes in bytes, by name
    results: tuple[TaskResult, ...]
    notices: tuple[Notice, ...]
    seconds_since_saved: float
    lost_tasks: int = 0  # whose cells are gone; what they are worth stands in these, and the grader knows it

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """The notices that ask for something."""
        return tuple(notice for notice in self.notices if notice.is_warning)

    def __repr__(self) -> str:
        return text_panel(self, self.archive.name)  # a notebook keeps this, and hands it in

    def _repr_html_(self) -> str:
        return html_panel(self)


def html_panel(hand_in: HandIn) -> str:
    """What is in the archive and where it is; what to look at first; how far the tasks are."""
    colour = AMBER if hand_in.warnings else GREEN
    name = hand_in.archive.name
    link = f"<a href='{quote(name)}' download='{escape(name, quote=True)}'>{escape(name)}</a>"
    title = escape(_headline(hand_in, "{archive}")).replace("{archive}", link)
    notices = "".join(
        f"<div style='padding-left:1.4em;text-indent:-1.4em'>"
        f"<span style='color:{AMBER if notice.is_warning else GREY};font-weight:600;display:inline-block;"
        f"width:1.4em;text-indent:0'>{'!' if notice.is_warning else '·'}</span>{html_text(notice.text)}</div>"
        for notice in hand_in.notices
    )
    open_tasks = "".join(f"<li>{escape(line)}</li>" for line in _open_tasks(hand_in))
    folded = (
        f"<details><summary style='cursor:pointer'>{escape(_points(hand_in))}</summary>"
        f"<ul style='margin:0'>{open_tasks}</ul></details>"
        if open_tasks
        else f"<div>{escape(_points(hand_in))}</div>"
    )
    return (
        f"<div style='border-left:4px solid {colour};padding:4px 12px;max-width:60em;line-height:1.5'>"
        f"<div style='font-weight:600'>{title}</div>{notices}"
        f"<div style='margin-top:6px'>{folded if hand_in.results else ''}</div>"
        f"<div style='color:{GREY}'>{escape(_contents(hand_in))}</div></div>"
    )


def text_panel(hand_in: HandIn, archive: str) -> str:
    """The same for a terminal, without colours; `archive` is what the archive is called there."""
    lines = [_headline(hand_in, archive)]
    lines += [f"  {'!' if notice.is_warning else '·'} {notice.text}" for notice in hand_in.notices]
    if hand_in.results:
        lines += [_points(hand_in), *(f"  {line}" for line in _open_tasks(hand_in))]
    return "\n".join([*lines, _contents(hand_in)])


def _headline(hand_in: HandIn, archive: str) -> str:
    if hand_in.warnings:
        return plural(
            "{archive} is made. Before you hand it in, look at {count} thing:",
            "{archive} is made. Before you hand it in, look at {count} things:",
            len(hand_in.warnings),
            archive=archive,
        )
    return _("{archive} is made, and nothing seems to be missing. Hand in this file.").format(archive=archive)


def _points(hand_in: HandIn) -> str:
    sentence = _(
        "After a restart {passed} of {tasks} tasks pass, with {points:g} of {max_points:g} points. When your notebook "
        "is graded, the same tests run."
    ).format(
        passed=sum(result.status == "passed" for result in hand_in.results),
        tasks=len(hand_in.results),
        points=round(sum(result.score for result in hand_in.results), 2),
        max_points=sum(result.max_score for result in hand_in.results),
    )
    if not hand_in.lost_tasks:
        return sentence
    more = plural(
        "The points of {count} task whose cells are missing come on top.",
        "The points of {count} tasks whose cells are missing come on top.",
        hand_in.lost_tasks,
    )
    return f"{sentence} {more}"


def _open_tasks(hand_in: HandIn) -> list[str]:
    return [headline(result) for result in hand_in.results if result.status != "passed"]


def _contents(hand_in: HandIn) -> str:
    files = ", ".join(f"{name} ({_size(size)})" for name, size in hand_in.files.items())
    minutes = int(hand_in.seconds_since_saved // 60)
    if minutes > MINUTES_OF_A_YEAR:  # unpacked from an archive without dates
        return _("In it: {files}.").format(files=files)
    saved = (
        plural("saved {count} minute ago", "saved {count} minutes ago", minutes)
        if minutes
        else _("saved less than a minute ago")
    )
    return _("In it: {files}. The notebook is as it was {saved}.").format(files=files, saved=saved)


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, round(size / 2**10))} kB"
