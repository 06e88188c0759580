"""The page on security claims nothing that no test attacks."""

from __future__ import annotations

import re

from autograder.assignments.sources import ROOT

TESTS = ROOT / "autograder" / "tests"
PAGE = ROOT / "autograder" / "docs" / "security.md"


def test_everything_that_is_named_exists() -> None:
    """Each test, class of tests and scenario on the page is one of ours, so that a renamed one is noticed."""
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    defined = set(re.findall(r"(?:def|class) (\w+)", sources))
    scenarios = {path.parent.name for path in (TESTS / "scenarios").glob("*/expected.json")}
    tests = {name for name in named if name.lower().startswith("test")}
    assert len(tests) > 20
    assert tests <= defined
    others = named - tests - {"train_bpe", "encode", "exec", "getattr", "submit", "grade"}
    assert others <= scenarios
