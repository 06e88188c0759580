"""A confined program has the rights of a plain user or of a container, and no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from autograder.assignments.sources import ROOT
from autograder.benchmarks.confined import PLACES, USER

LOOK = """
import ctypes, json, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "user": os.getuid(),
    "may administer": int(status["CapBnd"], 16) >> 21 & 1,
    "may change users": int(status["CapEff"], 16) >> 7 & 1,
    "new namespaces": libc.unshare(0x10000000) == 0,
    "python": subprocess.run([os.sys.executable, "-c", "import json"]).returncode == 0,
}))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can take rights away")
@pytest.mark.parametrize("place", PLACES)
def test_rights_are_those_of_the_place(place: str) -> None:
    """Who one is, what root may still do, whether there are namespaces to be had; Python runs everywhere."""
    confined = ["unshare", "--mount", sys.executable, "-m", "autograder.benchmarks.confined", place]
    run = subprocess.run([*confined, sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, check=True)
    is_user, is_contained = place.endswith("user"), place.startswith("container")
    assert json.loads(run.stdout) == {
        "user": USER if is_user else 0,
        "may administer": not is_contained,
        "may change users": not is_user,
        "new namespaces": not is_contained,
        "python": True,
    }
