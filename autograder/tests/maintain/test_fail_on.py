"""Whether a run in CI fails: rules that can be read, and the submissions that they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.maintain.fail_on import FailOn, NoSuchRule, fail_on
from autograder.tests.reports import samples


def test_rules_add_up() -> None:
    """The strictest one counts; without a rule nothing fails."""
    assert fail_on([]) is None
    assert fail_on(["ungradable"]) == FailOn(0.0)
    assert fail_on(["below=30", "ungradable", "below=12.5"]) == FailOn(30.0)


@pytest.mark.parametrize(
    "rule", ["", "below", "below=", "below=x", "below=nan", "below=inf", "below=-1", "above=3"]
)
def test_a_rule_that_is_none_is_refused_with_a_sentence(rule: str) -> None:
    """It says which there are."""
    with pytest.raises(NoSuchRule, match="There are: ungradable, below=N"):
        fail_on([rule])


def test_whom_a_run_fails_on() -> None:
    """A score at the bound passes; what could not be graded has not reached any score."""
    at, under = (
        replace(samples.result(name), score=score) for name, score in (("ada", 30.0), ("bob", 29.99))
    )
    lost = samples.ungradable("cy")
    assert FailOn(30.0).sentence([at]) == ""
    assert FailOn().sentence([at, under]) == ""
    assert FailOn().sentence([at, lost]) == "--fail-on is met by 1 of 2 submissions: cy (not graded)"
    assert (
        FailOn(30.0)
        .sentence([at, under, lost])
        .endswith(f"bob (29.99 / {under.max_score:g}), cy (not graded)")
    )
    assert FailOn().sentence([lost] * 12).endswith("(not graded), …")
