"""Runs the steps of a GitHub workflow here, one after another, as a runner runs them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


def load(path: Path) -> dict[str, Any]:
    """A YAML file; `on` is not taken for a truth value."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def steps(workflow: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step that runs a command, with its job."""
    for job, description in workflow["jobs"].items():
        yield from ((job, step) for step in description["steps"] if "run" in step)


def filled(text: str, context: Mapping[str, str]) -> str:
    """The text with its expressions evaluated: names in the context only."""
    return EXPRESSION.sub(lambda match: context[match[1]], text)


def run_step(step: Mapping[str, Any], folder: Path, context: Mapping[str, str], path: str) -> str:
    """Runs a step's command in a folder with the shell that GitHub takes; what it printed. It must not fail."""
    environment = {name: filled(value, context) for name, value in step.get("env", {}).items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", filled(step["run"], context)],
        cwd=folder,
        env={
            **os.environ,
            "PATH": path,
            "GITHUB_STEP_SUMMARY": str(folder / "step-summary.md"),
            "OMP_NUM_THREADS": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
    return done.stdout


def stub(folder: Path, name: str, script: str = "") -> None:
    """A program of this name that notes how it was called in `calls.txt`, and then does what the script says."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/bash\necho "{name} $*" >> "{folder}/calls.txt"\n{script}\n', encoding="utf-8")
    path.chmod(0o755)
