"""What contributors' tools read: the workflow runs commands that exist, hooks run what `make lint` runs."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from autograder.assignments.sources import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))


def document(name: str) -> Any:
    """One of the files of tools."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_workflow_lints_tests_quickly_and_tests_a_clean_clone() -> None:
    """Each by the target of the Makefile that people use as well."""
    jobs = document(".github/workflows/test.yml")["jobs"]
    ran = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    made = {command.removeprefix("make ") for command in ran if command.startswith("make ")}
    assert {"lint", "quick", "test"} <= made <= TARGETS
    assert jobs["student"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_hooks_are_what_make_lint_runs() -> None:
    """So a commit that passes its hooks passes `make lint`."""
    hooks = document(".pre-commit-config.yaml")["repos"][0]["hooks"]
    entries = {hook["entry"].removeprefix(".venv/bin/") for hook in hooks}
    recipe = MAKEFILE.partition("\nlint:")[2].partition("\n\n")[0]
    for command in re.findall(r"\$\(BIN\)/(.+?)(?: \.)?$", recipe, re.MULTILINE):
        assert command in entries


@pytest.mark.parametrize("name", ["bug", "grading"])
def test_issue_forms_have_what_github_requires(name: str) -> None:
    """A name, a description, and fields with labels."""
    form = document(f".github/ISSUE_TEMPLATE/{name}.yml")
    assert form["name"]
    assert form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert all(field["attributes"]["label"] for field in fields)


def test_notebooks_are_compared_as_notebooks() -> None:
    """By nbdime, once a contributor has it; the licence is the one that pyproject.toml names."""
    assert "*.ipynb diff=jupyternotebook" in (ROOT / ".gitattributes").read_text(encoding="utf-8")
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
