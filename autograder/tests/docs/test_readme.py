"""What the README counts is what is there."""

from __future__ import annotations

import json
import re

import pytest

from autograder.assignments.sources import ROOT, assignment_names
from autograder.grading.mistakes import read_mistakes
from autograder.student.core.course import ASSIGNMENTS


def test_the_answers_that_prove_the_tests_are_counted() -> None:
    """The table of `python -m autograder.maintain.proof` has as many mistakes, alternatives and wrong answers."""
    counts = [
        sum(len(read_mistakes(name)) for name in assignment_names()),
        *(len(list(ASSIGNMENTS.glob(f"*/private/{kind}/*/[!_]*.py"))) for kind in ("alternatives", "wrong")),
    ]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    said = re.search(
        r"Of ([\d,]+) known mistakes .* all (\d+) alternatives .* all (\d+) wrong answers", readme, re.DOTALL
    )
    assert said is not None
    assert [int(number.replace(",", "")) for number in said.groups()] == counts


@pytest.mark.parametrize(("assignment", "digits"), [("rnn_language_model", 1), ("subword_language_model", 3)])
def test_the_scores_of_the_solutions_are_the_measured_ones(assignment: str, digits: int) -> None:
    """The mean of the seeds, the best and the worst of them, and where full marks begin."""
    measured = json.loads((ROOT / "data" / "thresholds.json").read_text(encoding="utf-8"))[assignment]["sotu"]
    seeds = [seed["hidden"] for seed in measured["reference"]["seeds"].values()]
    mean, low, high, target = (
        f"{number:.{digits}f}"
        for number in (sum(seeds) / len(seeds), min(seeds), max(seeds), measured["target"]["hidden"])
    )
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert re.search(
        rf"{mean} (?:bits per byte )?\(five seeds, {low} to {high}; full marks from {target}\)", readme
    )
