"""Who of a class needs something: told with the reason, in an order that puts the most urgent first."""

from __future__ import annotations

from dataclasses import replace

from autograder.reports.attention import absent, changes, in_need_of_help, late, mark_of, waiting
from autograder.student.core.results import Late, Result, Similar
from autograder.tests.reports import samples

ABSENT = Result("eve", "", "ungradable", 0.0, 0.0, reason="Nothing was handed in.", is_absent=True)


def test_who_has_less_than_half_needs_help() -> None:
    """The fewest points first, each with the tasks that were tried in vain; untouched ones are not."""
    results = [
        replace(samples.result(name), score=score)
        for name, score in (("ada", 10.0), ("bob", 9.0), ("cy", 2.0))
    ]
    found = in_need_of_help(results)
    assert [each.result.student for each in found] == ["cy", "bob"]
    assert found[0].tried == ("rnn_forward", "fit_hello", "lstm_step", "find_cell")


def test_what_waits_for_a_person_is_told_in_sentences() -> None:
    """Not graded, a fault of a test of ours, integrity, resemblance; who handed in nothing waits for nobody."""
    assert waiting(replace(samples.result(), tasks=(), integrity=())) == []
    told = waiting(replace(samples.result(), similar=(Similar("bob", 1.0), Similar("cy"))))
    assert told == [
        "A test of `find_cell` could not be carried out.",
        "1 note on integrity, below.",
        "It resembles 2 others, below.",
    ]
    assert "it is not JSON" in waiting(samples.ungradable())[0]
    assert waiting(ABSENT) == []


def test_the_latest_comes_first() -> None:
    """Who was in time is not listed."""
    results = [
        samples.result("ada"),
        replace(samples.result("bob"), late=Late(60, 0.1, 10.0)),
        replace(samples.result("cy"), late=Late(7200, 0.1, 10.0)),
    ]
    assert [result.student for result in late(results)] == ["cy", "bob"]


def test_who_handed_in_nothing_is_named() -> None:
    """By the roster, or because there is something of theirs for another assignment only."""
    assert absent([samples.result("ada"), ABSENT], ["ada", "eve", "fay"]) == ["eve", "fay"]


def test_what_changed_since_the_last_run_is_told_in_words() -> None:
    """Points, a first hand-in, one that could not be graded before; what is as it was is not told."""
    results = [
        samples.result("ada"),
        samples.result("bob"),
        samples.result("cy"),
        samples.result("di"),
        ABSENT,
    ]
    before = {
        ("ada", "rnn_basics"): mark_of(samples.result("ada")),
        ("bob", "rnn_basics"): ("graded", 2.5),
        ("cy", "rnn_basics"): mark_of(samples.ungradable("cy")),
        ("eve", ""): mark_of(ABSENT),
    }
    told = [(each.result.student, each.before, each.now) for each in changes(results, before)]
    assert told == [("bob", "2.5", "3.33"), ("cy", "not graded", "3.33"), ("di", "new", "3.33")]
