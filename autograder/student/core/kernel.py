"""Finds the notebook's kernel that this code runs in, if there is one."""

from __future__ import annotations

import sys
from typing import Any


def shell() -> Any | None:
    """The shell of IPython, whose `user_ns` are the names that cells have defined; None outside of IPython."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython else None


def history() -> list[str]:
    """The cells that this kernel has run, oldest first, the running one last, as Python; none outside of a notebook."""
    found = shell()
    return list(found.history_manager.input_hist_parsed) if found is not None else []
