"""Finds the notebook's kernel that this code runs in, if there is one, and whether a program runs the notebook."""

from __future__ import annotations

import linecache
import os
import sys
import types
from typing import Any

IS_CHECKED = "AUTOGRADER_IS_CHECKING"  # set in the environment while a notebook is run to be checked


def shell() -> Any | None:
    """The shell of IPython, whose `user_ns` are the names that cells have defined; None outside of IPython."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython else None


def history() -> list[str]:
    """The cells that this kernel has run as they were typed, oldest first; none outside of a notebook.

    The last one is still running. What IPython makes of a cell (`In`) hides in a string what stands below `%%time`.
    """
    found = shell()
    return list(found.history_manager.input_hist_raw) if found is not None else []


def cell_of(value: Any) -> str:
    """The cell that a function, or a class with methods, comes from, as Python reads it; empty for anything else.

    For what comes from a module it is the text of the module.
    """
    parts = [value, *vars(value).values()] if isinstance(value, type) else [value]
    code = next((part.__code__ for part in parts if isinstance(part, types.FunctionType)), None)
    return "".join(linecache.getlines(code.co_filename)) if code else ""


def is_run_by_others() -> bool:
    """Whether this notebook is being checked or graded, not worked on."""
    return IS_CHECKED in os.environ or "NBGRADER_EXECUTION" in os.environ
