"""Describes what a student's code raised: the type, the message, and where in her own cells and modules."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from autograder.student.core.modules import SUFFIX, is_taken, module_name
from autograder.student.core.values import WireError

MAX_MESSAGE = 2000


def describe(error: BaseException) -> dict[str, Any]:
    """The error of a reply: {"type", "message", "lines": [(file, line), …]}, innermost frame last."""
    try:
        message = str(error)[:MAX_MESSAGE]
    except Exception:
        message = ""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [(file, frame.lineno or 0) for frame in frames if (file := _own_file(frame.filename))]
    kind = "WireError" if isinstance(error, WireError) else type(error).__name__
    return {"type": kind[:100], "message": message, "lines": lines[-20:]}


def _own_file(filename: str) -> str:
    """What a frame's file is called: a cell, or a helper module beside the notebook; empty for anybody else's.

    The course's own package may lie in the same folder, and a virtual environment, whose folders are not packages.
    """
    if _is_cell(filename):
        return filename
    try:
        path = Path(filename).relative_to(Path.cwd())
    except (ValueError, OSError):
        return ""
    is_module = path.suffix == SUFFIX and all(part.isidentifier() for part in path.with_suffix("").parts)
    return path.as_posix() if is_module and not is_taken(module_name(path.as_posix())) else ""


def _is_cell(filename: str) -> bool:
    """Whether a code object was compiled from a notebook cell: `<cell 3>` in a worker, a temporary file in a kernel."""
    return filename.startswith(("<cell ", "<ipython-input-")) or "ipykernel_" in filename
