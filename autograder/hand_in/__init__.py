"""`submit()`, which packs what is handed in, and says what was forgotten. Shipped to students."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

from autograder.checks import IS_CHECKED

if TYPE_CHECKING:
    from autograder.hand_in.parcel import HandIn


def submit(notebook: str = "") -> HandIn | None:
    """Makes the hand-in, a zip with this notebook, its trained model and a receipt, and says what to look at again.

    `notebook` is its file, where it cannot be found by itself. Where the notebook is being graded
    or checked this does nothing.
    """
    is_run_by_others = IS_CHECKED in os.environ or "NBGRADER_EXECUTION" in os.environ
    if is_run_by_others or importlib.util.find_spec("autograder.hand_in.live") is None:
        return None
    from autograder.hand_in.live import submit_live

    return submit_live(notebook)
