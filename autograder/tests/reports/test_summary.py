"""What a terminal says of a class: numbers that can be worked out by hand, and who needs a look."""

from __future__ import annotations

from dataclasses import replace

from autograder.reports.summary import needs_a_look, summary
from autograder.student.core.results import Result, Similar, TaskResult
from autograder.tests.reports import samples
from autograder.tests.reports.test_attention import ABSENT


def scored(student: str, score: float) -> Result:
    """A result of one easy task and one hard one."""
    tasks = (TaskResult("easy", "passed", 10.0, 10.0), TaskResult("hard", "partial", score, 10.0))
    return replace(samples.result(student), score=10 + score, max_score=20.0, tasks=tasks, integrity=())


def test_scores_and_the_hardest_tasks_are_told() -> None:
    """Mean, median and quartiles of those that were graded; what everybody has is not hard."""
    results = [scored(str(score), score) for score in (0.0, 1.0, 2.0, 5.0, 10.0)]
    assert summary([*results, samples.ungradable()]) == [
        "rnn_basics: of 20 points mean 13.6, median 12.0, quartiles 11.0 and 15.0",
        "rnn_basics: hardest were hard (36% of its points)",
        "rnn_basics: 1 need a look: bob",
    ]
    assert "median 10.5, quartiles 10.2 and 10.8" in summary(results[:2])[0]


def test_one_result_is_no_class() -> None:
    """Neither is one graded among ungradable ones, or nobody."""
    assert (
        summary([])
        == summary([samples.ungradable()])
        == summary([scored("ada", 1.0), samples.ungradable()])
        == []
    )


def test_two_assignments_are_told_apart() -> None:
    """Each has its own line."""
    others = [replace(scored(name, 10.0), assignment="other") for name in ("a", "b")]
    lines = summary([*others, scored("a", 1.0), scored("b", 1.0)])
    assert [line.partition(":")[0] for line in lines] == ["other", "rnn_basics", "rnn_basics"]


def test_a_few_of_many_are_named() -> None:
    """Who needs a look, and who handed in nothing; the class page names them all."""
    odd = [replace(scored(f"odd{number}", 1.0), integrity=("Worth a look",)) for number in range(8)]
    lines = summary([*odd, scored("ada", 1.0), ABSENT])
    assert "rnn_basics: 8 need a look: odd0, odd1, odd2, odd3, odd4, odd5 …" in lines
    assert "rnn_basics: 1 handed in nothing: eve" in lines


def test_who_needs_a_look() -> None:
    """Not graded, no points at all, a note on integrity, somebody alike; who handed in nothing waits for nobody."""
    assert needs_a_look(samples.ungradable())
    assert needs_a_look(replace(scored("ada", 1.0), integrity=("Worth a look",)))
    assert needs_a_look(replace(scored("ada", 1.0), score=0.0))
    assert needs_a_look(replace(scored("ada", 1.0), similar=(Similar("bob", 1.0),)))
    assert not needs_a_look(scored("ada", 1.0))
    assert not needs_a_look(ABSENT)
