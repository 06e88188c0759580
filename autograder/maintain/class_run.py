"""Grades a class under a progress bar, writes its reports, and prints the table of marks.

Nothing heavy is imported before it is needed: torch takes seconds, and `autograder --help` should not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.student.core.command import ended_by_signal, interrupted, refuse, refuse_path
from autograder.student.core.language import _
from autograder.student.core.terminal import output, print_table

if TYPE_CHECKING:
    from autograder.grading.graded import Graded
    from autograder.grading.roster import Roster
    from autograder.maintain.made import Made
    from autograder.sandbox import Isolation
    from autograder.student.core.results import Result, TaskResult

_ROWS = 60  # of the table in a terminal; of a larger class only those who need a look are listed


def grade_paths(
    paths: Sequence[Path],
    out: Path,
    formats: Sequence[str] = ("html", "json", "csv"),
    jobs: int = 1,
    cluster: str = "",
    seed: int | None = None,
    assignment: str = "",
    isolation: Isolation | None = None,
    train: bool = False,
    roster: Path | None = None,
    due: str = "",
    late_policy: str = "none",
    shard: str = "",
    shows_model_answers: bool = False,
) -> list[Result]:
    """Grades what is found in the paths, writes every report, prints the table; if it cannot, exits with a sentence."""
    from autograder.assignments.sources import model_answers
    from autograder.grading.find import NothingToGrade, find_submissions
    from autograder.grading.jobs import CannotGrade
    from autograder.grading.lateness import BadPolicy, Deadline, due_from, policy_from
    from autograder.grading.many import grade_all, label
    from autograder.grading.roster import BadRoster, read_roster
    from autograder.grading.store import Busy, finish_run, locked, run_seed
    from autograder.maintain.made import Made
    from autograder.platforms.shards import BadShard, shard_from

    names = known_assignments()
    _refuse_untested(names)
    try:
        part = shard_from(shard) if shard else None
        students = read_roster(roster) if roster else None
        policy = policy_from(late_policy)
        deadline = Deadline(due_from(due), policy, students) if due else None
        if students and not due and any(student.extension for student in students.students):
            print(_("The extensions in the roster have no effect without --due."), file=sys.stderr)
        found = find_submissions(paths, names, students)
        found = label(found, assignment, deadline.is_late if deadline else lambda _found: False)
        if part:
            found = [each for each in found if part.holds(each.student)]
        out.mkdir(parents=True, exist_ok=True)
        with ended_by_signal(), locked(out), Made(out) as made:
            seed = run_seed(out, seed, str(part or ""))
            results = _with_progress(
                len(found),
                lambda on_result: grade_all(
                    found,
                    out,
                    seed,
                    jobs,
                    assignment,
                    isolation,
                    cluster,
                    on_result,
                    train,
                    deadline=deadline,
                ),
                made,
                out if "html" in formats else None,
                {name: model_answers(name) for name in names} if shows_model_answers else {},
            )
            _write_reports(results, out, formats, students, made)
            finish_run(out, results)
    except (NothingToGrade, CannotGrade, Busy, BadRoster, BadPolicy, BadShard) as error:
        refuse(error)
    except OSError as error:
        refuse_path(error, out)
    except KeyboardInterrupt:
        interrupted()
    _print_results(results, out, formats)
    return results


def merge_paths(
    folders: Sequence[Path], out: Path, formats: Sequence[str], roster: Path | None = None
) -> None:
    """Merges the folders of shards, writes every report, prints the table; if it cannot, exits with a sentence."""
    from autograder.grading.roster import BadRoster, read_roster
    from autograder.grading.store import Busy, locked
    from autograder.maintain.made import Made
    from autograder.platforms.gradebooks import GRADEBOOKS
    from autograder.platforms.merging import CannotMerge, merge

    if roster and not set(GRADEBOOKS) & set(formats):
        sentence = _("--roster has no effect here: only the formats {names} need it.")
        print(sentence.format(names=", ".join(GRADEBOOKS)), file=sys.stderr)
    try:
        students = read_roster(roster) if roster else None
        out.mkdir(parents=True, exist_ok=True)
        with locked(out), Made(out) as made:
            results = merge(folders, out)
            _write_reports(results, out, formats, students, made)
    except (CannotMerge, Busy, BadRoster) as error:
        refuse(error)
    except OSError as error:
        refuse_path(error, out)
    _print_results(results, out, formats)


def known_assignments() -> list[str]:
    """The names of all assignments; without source notebooks the command ends with a sentence."""
    from autograder.assignments.sources import assignment_names

    names = assignment_names()
    if not names:
        refuse(
            _(
                "The source notebooks are not here, so nothing can be graded: install the instructor's copy with "
                "“pip install --editable .” in its folder."
            )
        )
    return names


def _refuse_untested(names: Sequence[str]) -> None:
    """Ends the command if a task has no tests: the points of a whole class would be lost, and nobody would know why."""
    from autograder.assignments.sources import untested

    for name in names:
        for task in untested(name):
            refuse(
                _(
                    "The task {task} of {assignment} has no tests, so nothing was graded. Put its tests into "
                    "{folder}."
                ).format(task=task, assignment=name, folder=f"autograder/assignments/{name}/tests/")
            )


def _with_progress(
    total: int,
    work: Callable[[Callable[[Graded], None]], list[Result]],
    made: Made,
    pages: Path | None,
    answers: Mapping[str, Mapping[str, str]],
) -> list[Result]:
    """Does the work under a progress bar on stderr, and writes each student's page as soon as it can be."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(_("Loading torch, starting the sandbox …"), total=total)

        def on_result(graded: Graded) -> None:
            if pages is not None:
                _write_page(graded, made, pages, answers.get(graded.result.assignment, {}))
            progress.update(bar, advance=1, description=_("Grading"))

        return work(on_result)


def _write_page(graded: Graded, made: Made, out: Path, answers: Mapping[str, str]) -> None:
    from autograder.reports.feedback import feedback_file, write_feedback

    def write() -> list[Path]:
        outcomes = [(outcome.status, outcome.error or None, outcome.output) for outcome in graded.outcomes]
        has_cells = bool(graded.notebook.cells)
        return [
            write_feedback(
                graded.result,
                graded.notebook if has_cells else None,
                outcomes if has_cells else None,
                out / feedback_file(graded.result),
                answers,
            )
        ]

    made.once(feedback_file(graded.result), [graded.to_json(), json.dumps(answers)], write)


def _write_reports(
    results: Sequence[Result], out: Path, chosen: Sequence[str], students: Roster | None, made: Made
) -> None:
    """Writes all files about a class; its page says what changed since this was done last in the same folder."""
    from autograder.grading.store import keep_marks, last_marks
    from autograder.platforms import gradebooks
    from autograder.reports import formats
    from autograder.reports.attention import mark_of
    from autograder.reports.class_report import write_class

    content = json.dumps([result.document() for result in results], default=vars)
    if "html" in chosen:
        mistakes, before = _mistakes({result.assignment for result in results}), last_marks(out)
        made.once(
            "class page",
            [content, repr(sorted(mistakes.items())), repr(before)],
            lambda: [write_class(results, out / "index.html", mistakes, before)],
        )
    names = [name for name in chosen if name in formats.FORMATS]
    made.once("formats", [content, *names], lambda: formats.write(results, out, names))
    gradebooks.write(results, out, [name for name in chosen if name in gradebooks.GRADEBOOKS], students)
    keep_marks(out, {(result.student, result.assignment): mark_of(result) for result in results})


def _mistakes(assignments: set[str]) -> dict[tuple[str, str], str]:
    """What is wrong in each known mistake, in words, by its assignment and its id: ids occur in several."""
    from autograder.assignments.sources import assignment_names
    from autograder.grading.mistakes import read_mistakes

    return {
        (name, mistake.id): mistake.what
        for name in assignments & set(assignment_names())
        for mistake in read_mistakes(name)
    }


def _changed_points(assignments: set[str]) -> Iterator[str]:
    """A sentence for each assignment whose students were given other points than now stand in its source."""
    from autograder.assignments.sources import assignment_names, released_points, source_notebook

    for name in sorted(assignments & set(assignment_names())):
        given = released_points(name)
        tasks = [t.name for t in source_notebook(name).tasks() if given.get(t.name, t.points) != t.points]
        if tasks:
            text = _(
                "{assignment}: the points of {tasks} have changed since the notebook in {folder} was released; those "
                "of the source count. `make assignments` writes it again."
            )
            yield text.format(assignment=name, tasks=", ".join(tasks), folder=f"assignments/{name}/")


def _print_results(results: Sequence[Result], out: Path, chosen: Sequence[str]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from autograder.reports.measured import metric_of, number_of, points_by_hand
    from autograder.reports.summary import needs_a_look, summary
    from autograder.student.core.metric import figure

    console = output()
    shown = results if len(results) <= _ROWS else [result for result in results if needs_a_look(result)]
    titles = {metric_of(r.scale).title: None for r in shown if r.scale and number_of(r) is not None}
    several = len({result.assignment for result in results if result.assignment}) > 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in (
        (_("student"), "left"),
        *([(_("assignment"), "left")] if several else []),
        (_("score"), "right"),
        *([(" / ".join(titles), "right")] if titles else []),
        (_("not right"), "left"),
    ):
        table.add_column(title, justify=side, overflow="fold")  # type: ignore[arg-type]
    for result in shown[:_ROWS]:
        number = number_of(result)
        texts = (
            result.student,
            *([result.assignment or "–"] if several else []),
            _score(result),
            *(["" if number is None else figure(number)] if titles else []),
            _in_short(result),
        )
        table.add_row(*map(escape, texts))
    if shown:
        print_table(console, table)
    if len(shown) > _ROWS:
        text = _("Only {shown} of {count} that need a look are listed; all are on the class page.")
        console.print(text.format(shown=_ROWS, count=len(shown)), highlight=False, markup=False)
    for line in summary(results):
        console.print(line, highlight=False, markup=False)
    for assignment, by_hand in dict.fromkeys((r.assignment, points_by_hand(r)) for r in results):
        if by_hand:
            sentence = _("Not in the scores of {assignment}: {points}.")
            console.print(
                sentence.format(assignment=assignment, points=by_hand), highlight=False, markup=False
            )
    for line in _changed_points({result.assignment for result in results}):
        console.print(line, highlight=False, markup=False)
    graded = [result for result in results if result.status == "graded"]
    console.print(
        _("{graded} of {all} submissions graded; results in {folder}").format(
            graded=len(graded), all=len(results), folder=out
        ),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    if "html" in chosen:
        console.print(
            _("Class page: {page}").format(page=out / "index.html"),
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _score(result: Result) -> str:
    return f"{result.score:g} / {result.max_score:g}" if result.status == "graded" else "–"


def _in_short(result: Result) -> str:
    """Why a submission could not be graded, or its worst tasks."""
    if result.is_absent:
        return result.reason
    if result.status == "ungradable":
        return _("ungradable: {reason}").format(reason=result.reason)
    lost = sorted(
        (task for task in result.tasks if task.score < task.max_score),
        key=lambda task: task.score - task.max_score,
    )
    flag = _("; see the class page") if result.integrity or result.similar else ""
    if not lost:
        return _("everything right") + flag
    more = f" +{len(lost) - 2}" if len(lost) > 2 else ""
    return ", ".join(map(_named, lost[:2])) + more + flag


def _named(task: TaskResult) -> str:
    """A task that is not right; how its code ended, if that was not its own end."""
    words = {"crashed": _("crashed"), "timeout": _("took too long")}
    return f"{task.name} ({words[task.status]})" if task.status in words else task.name
