"""What is installed, and where from: ranges for students, exact pins for the grader, one file that pins all of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder.assignments.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins() -> dict[str, str]:
    """The versions in constraints.txt, by package."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def required(extras: dict[str, list[str]]) -> Iterator[Requirement]:
    """Every package that some extras name."""
    return (Requirement(line) for lines in extras.values() for line in lines)


def test_the_grader_is_pinned_exactly_and_only_once() -> None:
    """Every package of an extra has one version, and constraints.txt the same one."""
    exact = {canonicalize_name(each.name): str(each.specifier) for each in required(EXTRAS)}
    assert exact == {name: f"=={pins()[name]}" for name in exact}


def test_what_moves_a_mark_is_pinned_by_the_extra_alone() -> None:
    """`pip install ".[grading]"` grades with the same torch as `make test`."""
    names = {Requirement(line).name for line in EXTRAS["grading"]}
    assert {"torch", "numpy", "safetensors", "pytest", "tokenizers", "ipython"} <= names


def test_the_students_ranges_contain_what_the_grader_pins() -> None:
    """So one environment can hold both; the surnames are data, and pinned for everybody."""
    for each in map(Requirement, PROJECT["dependencies"]):
        assert pins()[canonicalize_name(each.name)] in each.specifier, each
        assert str(each.specifier).startswith(">=") or each.name == "faker"


def test_no_pin_leaves_out_an_early_3_11() -> None:
    """Debian 12 has Python 3.11.2: a package that needs a later one would stop `make test` there."""
    for name in pins():
        with suppress(PackageNotFoundError):  # of another system
            needed = distribution(name).metadata.get("Requires-Python") or ""
            assert "3.11.2" in SpecifierSet(needed), f"{name} needs Python {needed}"


def test_pythons_from_3_11_on_are_welcome() -> None:
    """No upper bound: Colab moves to a new Python without asking."""
    assert PROJECT["requires-python"] == ">=3.11"
