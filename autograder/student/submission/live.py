"""Makes the hand-in from the running kernel: finds the notebook's file, and compares it with what the kernel ran."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from autograder.student.checking import live
from autograder.student.checking.cells import NotCheckable
from autograder.student.checking.terminal import course_notebook, read_file
from autograder.student.core import kernel
from autograder.student.core.code import python
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook
from autograder.student.models.training import OutputSlot
from autograder.student.submission import colab
from autograder.student.submission.bundle import make
from autograder.student.submission.panel import HandIn
from autograder.student.submission.warnings import Notice, about_kernel, code_of


def submit_live(notebook: str = "") -> HandIn | None:
    """Makes the hand-in of the notebook that asks; prints one sentence if it cannot be made."""
    history = kernel.history()
    slot = OutputSlot()
    try:
        path = Path(notebook) if notebook else _own_file(history)

        def on_step(step: str) -> None:
            slot.show(f"<div>{html.escape(step)}</div>", step)

        made = make(path, on_step, partial(_kernel_notices, history=history), live.results_so_far())
    except NotCheckable as error:
        slot.show("")
        print(error)
        return None
    slot.show("")
    if colab.is_colab():
        colab.download(made.archive)
    return made


def _kernel_notices(notebook: Notebook, history: Sequence[str]) -> Iterable[Notice]:
    return about_kernel(notebook, history, len(history) - 1) if history else ()


def _own_file(history: Sequence[str]) -> Path:
    """The file of this kernel's notebook: as Colab or the server told, or that with most of these cells."""
    if colab.is_colab():
        return colab.fetched_notebook()
    told = [path for path in live.own_files(live.kernel_namespace()) if path.is_file()]
    if told:
        return told[0]
    ran = {python(source).strip() for source in history if source.strip()}
    similarity = {}
    for path in sorted(Path.cwd().glob("*.ipynb")):
        try:
            cells = code_of(course_notebook(read_file(path), path))
        except NotCheckable:
            continue
        similarity[path] = sum(cell.strip() in ran for cell in cells)
    if not similarity:
        raise NotCheckable(
            _(
                "The file of this notebook could not be found. Say where it is: {call}. Or hand it in "
                "from a terminal: {command}."
            ).format(
                call='submit("my_folder/my_notebook.ipynb")', command="autograder submit my_notebook.ipynb"
            )
        )
    return max(similarity, key=lambda path: similarity[path])
