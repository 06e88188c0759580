"""What is said of types, of arguments and results, agrees with the code."""

from __future__ import annotations

import subprocess
import sys

from autograder.assignments.sources import ROOT


def test_types_agree_with_the_code() -> None:
    """By mypy, strictly: as a test, since it uses one core for half a minute and the other one is free meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
