"""Restores the cells of a submitted notebook to those of its source, and says in sentences what was changed.

Students duplicate, delete, move and retype cells, lose metadata and rename files. None of it may cost an honest
answer its marks, and none of it may gain any: what counts is what the code defines, and the tests are the grader's.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.student.core.code import bound_names, checked_task, is_python, statements
from autograder.student.core.language import _, plural
from autograder.student.core.notebook import CHECK_PREFIX, SETUP_TAG, SKIP_TAG, Cell, Notebook
from autograder.student.core.parts import added, around_check, defining, joined

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Repaired:
    """A submission as it will be run.

    `notebook` has its cells in the order in which they run, setup first; `skipped` are the positions of those
    that do not: text, checks, long demonstrations, empty duplicates.
    """

    notebook: Notebook
    skipped: frozenset[int]
    not_attempted: frozenset[str]  # tasks whose cell is as it was released
    missing: frozenset[str]  # tasks that nothing in the notebook defines
    repairs: tuple[str, ...]  # for the student
    integrity: tuple[str, ...]  # for the instructor

    @property
    def executable(self) -> tuple[Cell, ...]:
        """The cells that run, in order."""
        return tuple(cell for i, cell in enumerate(self.notebook.cells) if i not in self.skipped)


def repair(
    submitted: Notebook, source: Notebook, released_points: Mapping[str, float] | None = None
) -> Repaired:
    """The submission with every cell recognised, and the source's own cells as they were released.

    `released_points` are those that stood in the released notebook, by task, if the course has changed them since.
    """
    return _Repair(submitted, source, released_points or {}).result()


def recognise(submitted: Notebook, sources: Mapping[str, Notebook]) -> str | None:
    """The assignment a notebook belongs to, by its cells and the names it defines; None if it is not of this course.

    One check of ours is enough, or the id of a cell as only ours are called. Names such as `evaluate` are common, as
    functions and as ids of nbgrader's cells: most of those of the assignment, or of the notebook, must be there.
    """
    ids = {cell.id for cell in submitted.cells}
    checks = {cell.grade_id for cell in submitted.cells} | ids
    checks |= {f"{CHECK_PREFIX}{task}" for cell in submitted.cells if (task := checked_task(cell.source))}
    answered = {cell.grade_id for cell in submitted.cells if cell.is_answer}
    names = {name for cell in submitted.cells for name in bound_names(cell.source)}

    def likeness(assignment: str) -> int:
        answers = sources[assignment].answers()
        marked = {task for task, cell in answers.items() if cell.id in ids - {task}}
        marked |= {task for task in answers if f"{CHECK_PREFIX}{task}" in checks}
        named = answers.keys() & (names | ids | answered)
        is_most = 2 * len(named) >= len(answers) or 0 < len(answered) <= 2 * len(answers.keys() & answered)
        return len(marked) + len(named) if marked or is_most else 0

    best = max(sorted(sources), key=likeness, default=None)
    return best if best is not None and likeness(best) else None


def released(cell: Cell) -> str:
    """The text of an answer cell as students get it: every solution region replaced by the stub."""
    lines: list[str] = []
    inside = False
    for line in cell.source.split("\n"):
        if _BEGIN in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in STUB.split("\n")]
        elif _END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines) if _BEGIN in cell.source else STUB


@functools.lru_cache(maxsize=4096)
def _meaning(source: str) -> object:
    """What makes two cells the same: what their statements say, in any language; of other texts the letters.

    Docstrings, which an edition in another language translates, comments and layout do not count.
    """
    return tuple(each.digest for each in statements(source)) or "".join(source.split())


class _Repair:
    """One repair: first every cell is given its place in the source, then each kind is put right."""

    def __init__(self, submitted: Notebook, source: Notebook, released_points: Mapping[str, float]) -> None:
        self.source = source
        self.released_points = released_points
        self.cells = submitted.cells
        self.answers = source.answers()
        self.checks = {
            cell.grade_id.removeprefix(CHECK_PREFIX): cell for cell in source.cells if cell.is_check
        }
        self.stubs = {task: _meaning(released(cell)) for task, cell in self.answers.items()}
        self.repairs: list[str] = []
        self.integrity: list[str] = []
        matching = _Matching(submitted, source)
        self.origins, self.lost_metadata = matching.origins, matching.lost_metadata

    def result(self) -> Repaired:
        """Cells in running order, and what was found out about the tasks."""
        setup = [c for c in self.source.cells if SETUP_TAG in c.tags and c.kind == "code"]
        self._look_at_setup(setup)
        self._look_at_checks()
        # (the cell, whether it runs)
        own = [self._own(cell, origin) for cell, origin in zip(self.cells, self.origins, strict=True)]
        own = self._revive(own)
        own = self._without_empty_duplicates(own)
        self._look_at_order()
        self._report_lost_metadata()
        rows = [(cell, True) for cell in setup]
        for row, cell, origin in zip(own, self.cells, self.origins, strict=True):
            before, behind = _additions(cell, origin)
            rows += _own_rows(before) + ([row] if row else []) + _own_rows(behind)
        running = [cell for cell, runs in rows if runs]
        untouched, missing = self._states(running)
        return Repaired(
            notebook=Notebook(tuple(cell for cell, _runs in rows)),
            skipped=frozenset(i for i, (_cell, runs) in enumerate(rows) if not runs),
            not_attempted=untouched,
            missing=missing,
            repairs=tuple(self.repairs),
            integrity=tuple(self.integrity),
        )

    # What the source's own cells have become

    def _submitted(self, origin: Cell) -> list[Cell]:
        return [cell for cell, found in zip(self.cells, self.origins, strict=True) if found is origin]

    def _look_at_setup(self, setup: Sequence[Cell]) -> None:
        for cell in setup:
            name = f"`{cell.grade_id or cell.id}`"
            copies = self._submitted(cell)
            if not copies:
                self.repairs.append(_("The cell {name} was missing; it was put back.").format(name=name))
            elif any(added(cell.source, copy.source) for copy in copies):
                self.repairs.append(
                    _(
                        "The cell {name} had been changed; it was run as it was released, and then what you added."
                    ).format(name=name)
                )
            elif any(copy.kind != "code" for copy in copies):
                self.repairs.append(_("The cell {name} was changed back into a code cell.").format(name=name))

    def _look_at_checks(self) -> None:
        missing = 0
        for task, check in self.checks.items():
            copies = self._submitted(check)
            missing += not copies
            name = f"`{task}`"
            if copies and all(around_check(copy.source, task) is None for copy in copies):
                self.integrity.append(
                    _("The check cell of {task} was changed; the grader ran its own.").format(task=name)
                )
            course = (check.nbgrader.get("points"), self.released_points.get(task))
            if any(_claims_other_points(copy, course) for copy in copies):
                self.integrity.append(
                    _(
                        "The points of {task} were changed in the notebook; the points that the course sets "
                        "count."
                    ).format(task=name)
                )
            if len(copies) > 1:
                self.repairs.append(
                    _("The check cell of {task} was there more than once; it counts once.").format(task=name)
                )
        if missing:
            self.repairs.append(
                plural(
                    "{count} check cell was missing; its task was checked all the same.",
                    "{count} check cells were missing; their tasks were checked all the same.",
                    missing,
                )
            )

    # Cell by cell

    def _own(self, cell: Cell, origin: Cell | None) -> tuple[Cell, bool] | None:
        """A submitted cell as it will stand in the repaired notebook, and whether it runs; None if it is replaced."""
        if origin is None:
            plain = replace(cell, nbgrader={}, tags=frozenset())
            is_left_out = SKIP_TAG in cell.tags or checked_task(cell.source) is not None
            return plain, cell.kind == "code" and not is_left_out
        if SETUP_TAG in origin.tags and origin.kind == "code":
            return None  # the source's own stand first
        known = replace(cell, id=origin.id, tags=origin.tags, nbgrader=dict(origin.nbgrader))
        if origin.is_check:
            return replace(known, kind="code", source=origin.source), False
        if not origin.is_answer:
            known = replace(known, kind=origin.kind)
        return known, known.kind == "code" and SKIP_TAG not in origin.tags

    def _revive(self, rows: list[tuple[Cell, bool] | None]) -> list[tuple[Cell, bool] | None]:
        """Answers that became text are code again, unless another code cell defines the same name."""
        in_code = {
            name
            for row in rows
            if row and row[1] and not self._is_stub(row[0])
            for name in bound_names(row[0].source)
        }
        result = list(rows)
        for i, row in enumerate(rows):
            if row is None or row[0].kind == "code":
                continue
            task = self._task_of(row[0])
            if task is not None and task not in in_code:
                result[i] = (replace(row[0], kind="code"), True)
                self.repairs.append(
                    _("The cell of {task} was not a code cell; it was changed back into one.").format(
                        task=f"`{task}`"
                    )
                )
        return result

    def _task_of(self, cell: Cell) -> str | None:
        """The task a cell answers: by its recognised metadata, else by the name it defines."""
        if cell.grade_id in self.answers:
            return cell.grade_id
        return next((task for task in self.answers if task in bound_names(cell.source)), None)

    def _is_stub(self, cell: Cell) -> bool:
        meaning = _meaning(cell.source)
        return any(meaning == stub for stub in self.stubs.values())

    def _without_empty_duplicates(
        self, rows: list[tuple[Cell, bool] | None]
    ) -> list[tuple[Cell, bool] | None]:
        """An untouched answer cell does not run where another cell has the answer: it would undo it."""
        result = list(rows)
        for task in self.answers:
            defining = [
                i for i, row in enumerate(rows) if row and row[1] and task in bound_names(row[0].source)
            ]
            empty = [i for i in defining if self._is_stub(rows[i][0])]  # type: ignore[index]
            if len(defining) > 1 and len(empty) < len(defining):
                for i in empty:
                    result[i] = (rows[i][0], False)  # type: ignore[index]
            answers = [i for i in defining if rows[i][0].grade_id == task]  # type: ignore[index]
            if len(answers) > 1:
                self.repairs.append(
                    _(
                        "The cell of {task} was there more than once; the last one that is not empty counts."
                    ).format(task=f"`{task}`")
                )
        return result

    def _look_at_order(self) -> None:
        places = {id(cell): i for i, cell in enumerate(self.source.cells)}
        answers = [places[id(o)] for o in self.origins if o is not None and o.is_answer]
        if answers != sorted(answers):
            self.repairs.append(
                _(
                    "The cells are in a different order than in the released notebook; they were run in "
                    "this order."
                )
            )

    def _report_lost_metadata(self) -> None:
        if self.lost_metadata:
            self.repairs.append(
                plural(
                    "{count} cell had lost its metadata and was recognised by its contents.",
                    "{count} cells had lost their metadata and were recognised by their contents.",
                    self.lost_metadata,
                )
            )

    # What became of the tasks

    def _states(self, running: Sequence[Cell]) -> tuple[frozenset[str], frozenset[str]]:
        """The tasks that were not attempted, and those that nothing defines."""
        untouched, missing = set(), set()
        for task, stub in self.stubs.items():
            defining = [cell for cell in running if task in bound_names(cell.source)]
            broken = [cell for cell in running if cell.grade_id == task and not is_python(cell.source)]
            if not defining and not broken:
                missing.add(task)
            elif all(_meaning(cell.source) == stub for cell in defining + broken):
                untouched.add(task)
        return frozenset(untouched), frozenset(missing)


class _Matching:
    """Gives every submitted cell its origin in the source: by grade_id, else by cell id, else by what it holds."""

    def __init__(self, submitted: Notebook, source: Notebook) -> None:
        self.by_grade_id = {cell.grade_id: cell for cell in source.cells if cell.grade_id}
        self.by_id = {cell.id: cell for cell in source.cells if cell.id}
        self.intact = {checked_task(cell.source) for cell in submitted.cells} - {None}
        self.origins: list[Cell | None] = [self._by_name(cell) for cell in submitted.cells]
        named = [
            origin for cell, origin in zip(submitted.cells, self.origins, strict=True) if not cell.grade_id
        ]
        self.lost_metadata = sum(origin is not None and bool(origin.grade_id) for origin in named)
        self._match_by_content(submitted, source)

    def _by_name(self, cell: Cell) -> Cell | None:
        origin = self.by_grade_id.get(cell.grade_id) or self.by_id.get(cell.id)
        if origin is not None and origin.is_check and self._is_own(cell, origin):
            return None
        return origin

    def _is_own(self, cell: Cell, check: Cell) -> bool:
        """A copy of a check that holds something else, beside the check itself, is a cell of the student's own."""
        task = check.grade_id.removeprefix(CHECK_PREFIX)
        return checked_task(cell.source) != task and task in self.intact

    def _match_by_content(self, submitted: Notebook, source: Notebook) -> None:
        """Finds what has lost its names: answers by what they define, all else by its text."""
        nameless = [i for i, origin in enumerate(self.origins) if origin is None]
        named = {id(origin) for origin in self.origins}
        answers = source.answers()
        for origin in source.cells:
            is_named = id(origin) in named
            if is_named and (origin.grade_id in answers or origin.is_check):
                continue  # beside the named one, whatever looks like it is the student's own
            for i in nameless:
                cell = submitted.cells[i]
                if self.origins[i] is None and self._looks_like(cell, origin, origin.grade_id in answers):
                    self.origins[i] = origin
                    self.lost_metadata += bool(origin.grade_id) and not is_named

    @staticmethod
    def _looks_like(cell: Cell, origin: Cell, is_answer: bool) -> bool:
        if is_answer:
            return origin.grade_id in bound_names(cell.source)
        return bool(origin.source.strip()) and _meaning(cell.source) == _meaning(origin.source)


def _additions(cell: Cell, origin: Cell | None) -> tuple[str, str]:
    """What a student has put into a cell whose released text runs in its place, or does not run: (before, behind) it.

    Of a cell that is left out all definitions count, for an answer may use them. In all others what was added runs
    where it stands.
    """
    known = origin or cell  # one of the student's own may be left out, too
    if known.kind != "code":
        return "", ""
    if origin and origin.is_check:
        task = origin.grade_id.removeprefix(CHECK_PREFIX)
        return around_check(cell.source, task) or (joined(added(cell.source, origin.source)), "")
    if origin and SETUP_TAG in origin.tags:
        return "", joined(added(cell.source, origin.source))
    return "", defining(cell.source) if SKIP_TAG in known.tags else ""


def _own_rows(source: str) -> list[tuple[Cell, bool]]:
    """A cell of the student's own that runs; none if there is nothing in it."""
    return [(Cell("code", source), True)] if source else []


def _claims_other_points(copy: Cell, course: Collection[object]) -> bool:
    """Whether a check cell's metadata names points that the course never gave; without metadata it claims nothing."""
    if "points" not in copy.nbgrader:
        return False
    points = copy.nbgrader["points"]
    return not isinstance(points, int | float) or isinstance(points, bool) or points not in course
