"""What is commonly forgotten when a notebook is handed in, found in its file and said in sentences.

Nothing here prevents a hand-in: the student decides what to do about a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.student.checking.processes import advice
from autograder.student.core.code import fingerprints, python
from autograder.student.core.language import _, plural
from autograder.student.core.modules import Modules, about_missing, not_beside
from autograder.student.core.newer_syntax import about_newer
from autograder.student.core.notebook import MAX_BYTES_WITH_OUTPUTS, Cell, Notebook
from autograder.student.core.results import TaskResult
from autograder.student.core.spec import MeasuredModel
from autograder.student.models.checkpoints import changed_since
from autograder.student.models.model_files import FILE_LIMITS, about_near_misses
from autograder.student.submission.clean_run import CleanRun

_STUB = "raise NotImplementedError()"
_ANSWER = "YOUR ANSWER HERE"
_SHOWN = 3  # of a kind; more would not be read


@dataclass(frozen=True)
class Notice:
    """One sentence about a hand-in. A warning asks for something; the other notices are only good to know."""

    text: str
    is_warning: bool = True

    def __post_init__(self) -> None:
        # Names and errors in it may hold anything, such as half a character, which no terminal can print.
        object.__setattr__(self, "text", "".join(c if c.isprintable() else "?" for c in self.text))


def code_of(notebook: Notebook) -> list[str]:
    """The code cells of a notebook as plain Python, in order."""
    return [python(cell.source) for cell in notebook.cells if cell.kind == "code"]


def about_file(name: str, data: bytes, assignment: str) -> Iterator[Notice]:
    """Whether the grader will take the notebook's file as it is."""
    if len(data) > MAX_BYTES_WITH_OUTPUTS:
        text = _(
            "Your notebook is larger than the {limit} MB that are graded: choose Edit → Clear Outputs of All Cells, "
            "save it, and run this again."
        )
        yield Notice(text.format(limit=MAX_BYTES_WITH_OUTPUTS // 2**20))
    if name != f"{assignment}.ipynb":
        text = _("Your notebook is called {name}; it is handed in as {assignment}.")
        yield Notice(text.format(name=f"`{name}`", assignment=f"`{assignment}.ipynb`"), is_warning=False)


def about_tasks(notebook: Notebook, has_model: bool) -> Iterator[Notice]:
    """Tasks and questions that are as they were released, in whole or in part."""
    tasks = notebook.tasks()
    if not tasks:
        yield Notice(
            _(
                "The cells of your notebook have lost their metadata; some editors remove it. The "
                "notebook can still be graded, but no points can be shown here."
            )
        )
    trained = {task.name for task in tasks if task.is_measured and has_model}
    empty = [name for name in _empty(notebook) if name not in trained]
    if empty:
        text = plural(
            "{count} task still holds the line it came with, `raise NotImplementedError()`: {names}.",
            "{count} tasks still hold the line they came with, `raise NotImplementedError()`: {names}.",
            len(empty),
            names=_quoted(empty),
        )
        yield Notice(text)
    by_hand = [cell for cell in notebook.cells if cell.is_by_hand and cell.nbgrader.get("points")]
    unanswered = [cell.grade_id for cell in by_hand if _ANSWER in cell.source or not cell.source.strip()]
    if unanswered:
        text = _("Questions that carry points and have no answer yet: {names}.")
        yield Notice(text.format(names=_quoted(unanswered)))


def lost_tasks(notebook: Notebook, tasks: Iterable[str]) -> list[str]:
    """The tasks of its assignment whose answer or check is gone from a notebook; none if all are: it is another one."""
    there = {task.name for task in notebook.tasks()} & notebook.answers().keys()
    return [name for name in tasks if name not in there] if there else []


def about_lost_cells(lost: Sequence[str]) -> Iterator[Notice]:
    """Tasks whose cells are gone from the notebook: their points count all the same."""
    if lost:
        text = plural(
            "The cell or the check of {count} task is not in your notebook any more: {names}. Its points count all "
            "the same: copy it from the notebook that you were given.",
            "The cells or the checks of {count} tasks are not in your notebook any more: {names}. Their points count "
            "all the same: copy them from the notebook that you were given.",
            len(lost),
            names=_quoted(lost),
        )
        yield Notice(text)


def about_worth(
    model: MeasuredModel, files: Mapping[str, bytes], results: Iterable[TaskResult]
) -> Iterator[Notice]:
    """A model that is there, and gives no points."""
    if not all(name in files for name in model.files):
        return
    for result in results:
        if result.name == model.task and not result.score:
            said = next((test.message for test in result.tests if test.outcome != "passed"), "")
            text = _("Your trained model is here, but it gives no points yet: {call} says why. {reason}")
            call = f'`check("{model.task}")`'
            yield Notice(text.format(call=call, reason=said).strip())


def about_model(
    model: MeasuredModel,
    files: Mapping[str, bytes],
    present: Collection[str],
    code: Sequence[str],
    fits: bool,
) -> Iterator[Notice]:
    """The trained model: whether both of its files are there, under their names, and made by the code that is here.

    `files` are those that are handed in, `present` the names near the notebook, `code` the cells of the notebook and
    of its modules; `fits` says whether the model has passed its check.
    """
    missing = [name for name in model.files if name not in files]
    sentences = []
    if len(missing) == len(model.files):
        text = _("Your trained model is missing: without {weights} and {arguments} it gives no points.")
        sentences.append(text.format(weights=f"`{model.weights}`", arguments=f"`{model.arguments}`"))
    elif missing:
        text = _(
            "Half of your trained model is missing: {missing}. Both files are needed; find it, or train again."
        )
        sentences.append(text.format(missing=f"`{missing[0]}`"))
    for name in missing:
        if name in present:
            text = _("{name} cannot be read, or is larger than the {limit} kB that are accepted.")
            sentences.append(text.format(name=f"`{name}`", limit=FILE_LIMITS[name] // 2**10))
    sentences += about_near_misses([name for name in missing if name not in present], present)
    if sentences:
        yield Notice(" ".join(sentences))
    arguments = files.get(model.arguments)
    changed = changed_since(arguments, code) if arguments is not None else []
    if changed:
        text = _("This model was trained by older code: {names} changed since.")
        fit = _("It still fits.") if fits else _("It no longer fits, or cannot be checked: train it again.")
        yield Notice(f"{text.format(names=_quoted(changed))} {fit}", is_warning=not fits)


def about_modules(modules: Modules, sources: Sequence[str], run: CleanRun) -> Iterator[Notice]:
    """The helper modules that go with a notebook of these cells, and those that cannot.

    What is missing altogether has stopped a cell in the run, and is told there.
    """
    if modules.files:
        text = _("Handed in with your notebook, which imports it: {names}.")
        yield Notice(text.format(names=_quoted(modules.files)), is_warning=False)
    yield from map(Notice, modules.notes)
    for name in not_beside(sources, modules):
        if not any(f"'{name}" in stop.error for stop in run.stops):
            text = _("{name} is not handed in: is it a file of yours? Put {file} beside the notebook.")
            yield Notice(text.format(name=f"`{name}`", file=f"`{name}.py`"))


def about_run(
    notebook: Notebook, run: CleanRun, in_kernel: Mapping[str, TaskResult] | None = None
) -> Iterator[Notice]:
    """What does not work from a fresh start: cells that stop, and tasks that hold in the kernel alone.

    `in_kernel` are the newest results of the kernel's own checks, by task.
    """
    if run.failure:
        yield Notice(run.failure)
    now = {result.name: result for result in run.results}
    for name, before in (in_kernel or {}).items():
        if before.status == "passed" and name in now and now[name].status != "passed":
            text = _(
                "{task} passes in this kernel but fails after a restart, so it will fail when it is "
                "graded. Something it needs was deleted, or is further down."
            )
            yield Notice(text.format(task=f"`{name}`"))
    # What an empty task leaves undefined stops many a cell after it, and says nothing new.
    follows = ("NotImplementedError", "NameError") if _empty(notebook) else ("NotImplementedError",)
    own = [stop for stop in run.stops if not stop.error.startswith(follows)]
    for stop in own[:_SHOWN]:
        text = _("After a restart {cell} stops: {error}.")
        sentence = text.format(cell=called(notebook.cells[stop.cell]), error=stop.error.rstrip("."))
        yield Notice(" ".join(filter(None, (sentence, about_missing(stop.error)))))
    if len(own) > _SHOWN:
        yield Notice(
            plural("{count} further cell stops, too.", "{count} further cells stop, too.", len(own) - _SHOWN)
        )


def about_syntax(notebook: Notebook, modules: Modules) -> Iterator[Notice]:
    """Cells and modules that run here, and cannot be read by the Python that grades."""
    named = [(cell.source, called(cell)) for cell in notebook.cells if cell.kind == "code"]
    named += [(data.decode("utf-8", "replace"), f"`{path}`") for path, data in modules.files.items()]
    told = [text for source, name in named if (text := about_newer(source, name))]
    yield from map(Notice, told[:_SHOWN])


def about_processes(results: Iterable[TaskResult], code: Sequence[str]) -> Iterator[Notice]:
    """What failed tasks start other processes with, each once; `code` are the cells of notebook and modules."""
    failed = [result.name for result in results if result.status != "passed"]
    yield from (Notice(text) for text in dict.fromkeys(advice(code, name) for name in failed) if text)


def about_order(notebook: Notebook) -> Iterator[Notice]:
    """Cells that were last run after one that stands below them, by their execution counts."""
    ran = [cell for cell in notebook.cells if cell.kind == "code" and cell.execution_count is not None]
    ran = [cell for cell in ran if not cell.is_check and not is_hand_in(cell)]
    for upper, lower in pairwise(ran):
        if (upper.execution_count or 0) > (lower.execution_count or 0):
            text = _(
                "Your cells were not run in order: {upper} was last run after {lower}, which is below "
                "it. That is allowed, but what counts is a run from the top, and that is what was "
                "done here."
            )
            yield Notice(text.format(upper=called(upper), lower=called(lower)), is_warning=False)
            return


def about_kernel(notebook: Notebook, history: Sequence[str], count: int) -> Iterator[Notice]:
    """Whether the file holds what the kernel has run.

    `history` are the cells it has run, the one that asks being the last; `count` is that one's number.
    """
    again = _("Press Ctrl-S (on a Mac Cmd-S), and run this cell again.")
    on_disk = fingerprints(code_of(notebook))
    in_kernel = fingerprints(history)
    empty = _empty(notebook)
    names = [task.name for task in notebook.tasks() if task.name in on_disk and task.name in in_kernel]
    differing = [name for name in names if on_disk[name] != in_kernel[name]]
    older = [
        n
        for n in differing
        if n in empty or any(fingerprints([each]).get(n) == on_disk[n] for each in history)
    ]
    newer = [name for name in differing if name not in older]
    if older:
        text = _("Your notebook is not saved: the file still has an older {names} than the one you ran last.")
        yield Notice(text.format(names=_quoted(older)) + " " + again)
    elif count > 1 and count - 1 not in {cell.execution_count for cell in notebook.cells}:
        yield Notice(_("Your notebook is not saved since you last ran a cell.") + " " + again)
    if newer:
        text = _(
            "The file has a different {names} from the one you ran last. If you changed it since, run "
            "its cell and its check; otherwise your notebook is not saved."
        )
        yield Notice(text.format(names=_quoted(newer)) + " " + again)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _empty(notebook: Notebook) -> list[str]:
    """The tasks of which a part or all is as it was released."""
    return [name for name, cell in notebook.answers().items() if _STUB in cell.source]


def called(cell: Cell) -> str:
    """How a cell is spoken of: by its task, or by how it begins."""
    if cell.is_answer:
        return _("the cell of {task}").format(task=f"`{cell.grade_id}`")
    lines = [
        line.strip()
        for line in cell.source.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    beginning = (lines or [""])[0].replace("`", "'")
    beginning = beginning if len(beginning) <= 40 else f"{beginning[:39]}…"
    return _("the cell that begins with {line}").format(line=f"`{beginning}`")


def is_hand_in(cell: Cell) -> bool:
    """Whether this is the cell that asks."""
    return cell.kind == "code" and not cell.is_answer and "submit(" in cell.source
