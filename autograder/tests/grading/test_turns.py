"""The order in which a class is graded, where some need more than their turn."""

from __future__ import annotations

from collections.abc import Container

from autograder.grading.turns import Turns


def graded(count: int, hogs: Container[int]) -> tuple[list[int], int]:
    """Who has a result in which order, and how many submissions were begun, where these need more than a turn."""
    turns, finished, begun = Turns(range(count)), [], 0
    while turns:
        number, is_turn = turns.next()
        begun += 1
        if is_turn and number in hogs:
            turns.put_off(number)
        else:
            finished.append(number)
    return finished, begun


def test_five_hogs_are_behind_everybody_else() -> None:
    """In whatever order they have come; each was begun twice, and everybody else once."""
    assert graded(30, range(5)) == ([*range(5, 30), *range(5)], 35)
    assert graded(30, {3, 9, 12, 20, 28}) == (
        [n for n in range(30) if n not in {3, 9, 12, 20, 28}] + [3, 9, 12, 20, 28],
        35,
    )


def test_whoever_is_alone_has_no_turn() -> None:
    """Nobody waits, so nothing is done twice."""
    assert graded(1, {0}) == ([0], 1)


def test_where_all_need_more_nobody_needs_more_than_others() -> None:
    """On a slow machine at most half of a class, and at first a few, are begun twice."""
    finished, begun = graded(100, range(100))
    assert sorted(finished) == [*range(100)]
    assert begun <= 152
