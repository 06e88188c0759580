"""What compares marks on an idle and on a busy machine sees a difference, and leaves no busy machine behind."""

from __future__ import annotations

from autograder.benchmarks.fairness import busy_loops, differences
from autograder.tests.sandbox.conftest import descendants


def test_a_difference_is_found_wherever_it_is() -> None:
    """A value, one more or one less in a list, another name; the place is said."""
    one = {"score": 3.0, "tasks": [{"name": "a", "score": 1.0}]}
    assert list(differences(one, {"score": 3.0, "tasks": [{"name": "a", "score": 1.0}]})) == []
    assert list(differences(one, one | {"score": 2.5})) == ["/score: 3.0, 2.5"]
    for other in (
        one | {"tasks": []},
        {"score": 3.0, "marks": []},
        one | {"tasks": [{"name": "b", "score": 1.0}]},
    ):
        assert len(list(differences(one, other))) == 1


def test_busy_loops_end() -> None:
    """So many run meanwhile, and none afterwards."""
    before = set(descendants())
    with busy_loops(2):
        assert len(set(descendants()) - before) == 2
    assert set(descendants()) <= before
