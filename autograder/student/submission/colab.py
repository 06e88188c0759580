"""Hands in from Google Colab, where the notebook is kept in Drive and its kernel has no file of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from autograder.student.checking.cells import NotCheckable
from autograder.student.core.files import replace_file
from autograder.student.core.language import _
from autograder.student.core.notebook import parse_notebook
from autograder.student.submission.bundle import assignment_of

_SECONDS = 60  # that the page in the browser gets to answer


def is_colab() -> bool:
    """Whether this kernel is one of Colab's."""
    return "google.colab" in sys.modules


def fetched_notebook() -> Path:
    """Writes the notebook as it is in the browser beside the kernel, under its assignment's name; where it lies.

    `NotCheckable` if Colab does not give it or it is not a notebook of this course.
    """
    from google.colab import _message

    answer: Any = _message.blocking_request("get_ipynb", timeout_sec=_SECONDS)
    document = (answer or {}).get("ipynb")
    try:
        assignment = assignment_of(parse_notebook(document))
    except ValueError:
        assignment = None
    if assignment is None:
        raise NotCheckable(
            _(
                "Colab did not give this notebook to its kernel. Choose File → Download → Download "
                ".ipynb, and hand in that file and the two files of your model."
            )
        )
    path = Path(f"{assignment}.ipynb").resolve()
    replace_file(path, json.dumps(document, ensure_ascii=False).encode("utf-8"))
    return path


def download(archive: Path) -> None:
    """Lets the browser save a file."""
    from google.colab import files

    files.download(str(archive))
