"""Makes the hand-in of a notebook: a zip with the notebook, its trained model and a receipt.

The receipt is a claim of the student's copy. The grader ignores it: no mark and no name is ever taken from it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from autograder import __version__
from autograder.student.checking.cells import NotCheckable
from autograder.student.checking.terminal import read_file
from autograder.student.core.code import bound_names
from autograder.student.core.course import assignments_of_tasks
from autograder.student.core.files import replace_file, zipped
from autograder.student.core.language import _
from autograder.student.core.modules import beside
from autograder.student.core.notebook import Notebook, parse_notebook
from autograder.student.core.results import TaskResult
from autograder.student.core.spec import MeasuredModel
from autograder.student.models.earlier import better_earlier
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import FILE_LIMITS, names_near
from autograder.student.submission import warnings
from autograder.student.submission.clean_run import CleanRun, clean_run
from autograder.student.submission.panel import HandIn
from autograder.student.submission.warnings import Notice

RECEIPT = "receipt.json"
SCHEMA = 1
_SOLUTION = " ".join(["### BEGIN", "SOLUTION"])  # not in one piece: no file for students may hold it
_PACKAGES = ("torch", "numpy", "safetensors")


def make(
    path: Path,
    on_step: Callable[[str], None],
    about_kernel: Callable[[Notebook], Iterable[Notice]] = lambda _notebook: (),
    in_kernel: Mapping[str, TaskResult] | None = None,
    run: Callable[[Path, Callable[[str], None]], CleanRun] = clean_run,
) -> HandIn:
    """Packs the notebook in this file, beside it, as `<assignment>.zip`; an older one is replaced.

    `about_kernel` adds what only a live kernel knows. Raises `NotCheckable` if the file holds no notebook of this
    course, or its solutions, or the archive cannot be written; whatever else is wrong is a notice.
    """
    data = read_file(path)
    notebook = _notebook(data, path)
    assignment = assignment_of(notebook)
    if assignment is None:
        raise NotCheckable(_("{path} holds no task of this course.").format(path=path))
    if any(_SOLUTION in cell.source for cell in notebook.cells):
        # What lies in the folder of a source notebook is released with it.
        raise NotCheckable(_("{path} holds the solutions, so it is not packed.").format(path=path))
    folder = path.resolve().parent
    model = MEASURED_MODELS.get(assignment)
    files = _model_files(folder, model) if model else {}
    modules = beside(folder, [cell.source for cell in notebook.cells if cell.kind == "code"])
    checked = run(path, on_step) if notebook.tasks() else CleanRun()
    found = [*about_kernel(notebook), *warnings.about_file(path.name, data, assignment)]
    code = [*warnings.code_of(notebook), *modules.cells]
    if model:
        measured = {task.name for task in notebook.tasks() if task.is_measured}
        fits = any(result.score > 0 for result in checked.results if result.name in measured)
        found += warnings.about_model(model, files, names_near(folder), code, fits)
        found += warnings.about_worth(model, files, checked.results)
        found += [Notice(sentence) for sentence in better_earlier(folder / model.stem)]
    own = [task for task, owner in assignments_of_tasks().items() if owner == assignment]
    lost = warnings.lost_tasks(notebook, own)
    found += warnings.about_lost_cells(lost)
    found += warnings.about_modules(modules, warnings.code_of(notebook), checked)
    found += warnings.about_tasks(notebook, has_model=bool(files))
    found += warnings.about_run(notebook, checked, in_kernel)
    found += warnings.about_syntax(notebook, modules)
    found += warnings.about_processes(checked.results, code)
    found += warnings.about_order(notebook)
    files = {f"{assignment}.ipynb": data, **modules.files, **files}
    files[RECEIPT] = receipt(assignment, files, checked.results, found)
    archive = folder / f"{assignment}.zip"
    try:
        replace_file(archive, zipped(files))
        saved = path.stat().st_mtime
        written = archive.stat().st_mtime  # by the clock of the same disk
    except OSError as error:
        text = _("{path} cannot be written: {reason}.")
        raise NotCheckable(text.format(path=archive, reason=error.strerror)) from error
    sizes = {name: len(content) for name, content in sorted(files.items())}
    return HandIn(archive, sizes, checked.results, tuple(found), max(0.0, written - saved), len(lost))


def receipt(
    assignment: str, files: Mapping[str, bytes], results: Sequence[TaskResult], found: Iterable[Notice]
) -> bytes:
    """What is handed in, by hashes, with versions and public marks. No name and no time: equal files, equal bytes."""
    document = {
        "schema": SCHEMA,
        "assignment": assignment,
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
        },
        "public_marks": {
            result.name: {"status": result.status, "score": result.score, "max_score": result.max_score}
            for result in results
        },
        "warnings": [notice.text for notice in found if notice.is_warning],
        "versions": {
            "python": platform.python_version(),
            "autograder": __version__,
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def assignment_of(notebook: Notebook) -> str | None:
    """The assignment whose tasks stand in a notebook: by its check cells, else by what it defines; or None."""
    known = assignments_of_tasks()
    defined = sorted({name for source in warnings.code_of(notebook) for name in bound_names(source)})
    for names in ([task.name for task in notebook.tasks()], defined):
        found = Counter(known[name] for name in names if name in known)
        if found:
            return min(found, key=lambda name: (-found[name], name))
    return None


def _notebook(data: bytes, path: Path) -> Notebook:
    try:
        return parse_notebook(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise NotCheckable(
            _("{path} is not a notebook, or it is damaged: open it in JupyterLab and save it again.").format(
                path=path
            )
        ) from error


def _model_files(folder: Path, model: MeasuredModel) -> dict[str, bytes]:
    """The files of a trained model that can be handed in; a folder or a giant of that name is left out."""
    found = {}
    for name in model.files:
        try:
            with (folder / name).open("rb") as file:
                data = file.read(FILE_LIMITS[name] + 1)
        except OSError:
            continue
        if len(data) <= FILE_LIMITS[name]:
            found[name] = data
    return found
