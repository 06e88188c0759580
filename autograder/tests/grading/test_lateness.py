"""What lateness costs, whose due date is another, and which of several hand-ins counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograder.grading.find import Found, find_submissions
from autograder.grading.lateness import BadPolicy, Deadline, due_from, policy_from
from autograder.grading.many import label
from autograder.grading.roster import roster_from
from autograder.student.core.results import Result
from autograder.tests.grading.handins import (
    EMPTY,
    NAMES,
    ROSTER,
    WORKED,
    put,
    rows,
    zipped,
)

SEOUL = timezone(timedelta(hours=9))
DUE = Deadline(datetime(2026, 11, 20, 23, 59, tzinfo=SEOUL), policy_from("10%/day,max=50%"))


def graded(score: float = 30.0) -> Result:
    """The result of somebody, before it is known when it was handed in."""
    return Result("ada", "rnn_basics", "graded", score, 40.0)


@pytest.mark.parametrize(
    ("when", "score", "discount"),
    [
        (datetime(2026, 11, 20, 23, 59, tzinfo=SEOUL), 30.0, None),
        (datetime(2026, 11, 20, 23, 59, 1, tzinfo=SEOUL), 27.0, 0.1),
        (datetime(2026, 11, 20, 14, 59, tzinfo=UTC), 30.0, None),  # the same moment as the due date
        (datetime(2026, 11, 20, 23, 58), 30.0, None),  # a platform's own clock is that of the due date
        (datetime(2026, 11, 22, 0, 0), 24.0, 0.2),
        (datetime(2027, 11, 22, 0, 0), 15.0, 0.5),
    ],
)
def test_lateness_costs_what_the_policy_says_and_the_mark_before_stays(
    when: datetime, score: float, discount: float | None
) -> None:
    """For every day that has begun, up to the most; the sentence says both marks."""
    result = DUE.applied(graded(), Found("ada", "x.ipynb", Path(), when=when))
    assert result.score == score
    if discount is None:
        assert result.late is None
        assert result.repairs == ()
    else:
        assert result.late is not None
        assert (result.late.discount, result.late.score_before) == (discount, 30.0)
        assert f"from 30 to {score:g}" in result.repairs[-1]
    assert Result.from_json(result.to_json()) == result


def test_where_the_time_is_not_known_nothing_is_taken_off() -> None:
    """And a sentence says so, also where the platform only says that it was late."""
    for is_marked, word in ((False, "not known"), (True, "marks this hand-in as late")):
        result = DUE.applied(graded(), Found("ada", "x.ipynb", Path(), is_marked_late=is_marked))
        assert result.score == 30.0
        assert word in result.repairs[-1]


def test_some_have_more_time() -> None:
    """Days, hours, or a date of their own; a platform's time is read in the zone of the due date."""
    deadline = Deadline(DUE.due, DUE.policy, roster_from(ROSTER.encode(), "students.csv"))
    when = datetime(2026, 11, 22, 23, 59)
    late = [deadline.seconds_late(Found(f"s{number}", "", Path(), when=when)) for number in range(1, 5)]
    assert late == [2 * 86400, 0, 0, 0]


@pytest.mark.parametrize("text", ["", "10", "10%", "x%/day", "10%/week", "10%/day,50%", "10%/day,max=50%,x"])
def test_a_policy_that_cannot_be_read_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(BadPolicy, match="10%/day,max=50%"):
        policy_from(text)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "20.11.2026"])
def test_a_due_date_that_cannot_be_read_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(BadPolicy, match="2026-11-20T23:59"):
        due_from(text)
    assert due_from("2026-11-20") == datetime(2026, 11, 21)


@pytest.mark.parametrize(
    ("files", "counts"),
    [
        ({"2026-11-19-10-00-00_x": WORKED, "2026-11-20-10-00-00_y": WORKED}, "y"),
        ({"2026-11-20-10-00-00_x": WORKED, "2026-11-22-10-00-00_y": WORKED}, "x"),
        ({"2026-11-22-10-00-00_x": WORKED, "2026-11-23-10-00-00_y": WORKED}, "y"),
        ({"2026-11-20-10-00-00_x": EMPTY, "2026-11-22-10-00-00_y": WORKED}, "y"),
    ],
)
def test_of_several_hand_ins_the_newest_in_time_counts(
    tmp_path: Path, files: dict[str, bytes], counts: str
) -> None:
    """Else the newest; one without any work counts only where there is no other."""
    put(tmp_path, {f"hw_ada_attempt_{name}.ipynb": content for name, content in files.items()})
    [found] = label(find_submissions([tmp_path], NAMES), is_late=DUE.is_late)
    assert found.file_name == f"{counts}.ipynb"
    assert len(found.notes) == 1


def test_only_what_a_platform_says_about_time_is_believed(tmp_path: Path) -> None:
    """The entries of the archive that was given, nbgrader's own file; not a student's own archive, folder or link."""
    early = {"rnn_basics.ipynb": WORKED, "timestamp.txt": b"2020-01-01 00:00:00 UTC"}
    put(tmp_path, {"own/ada/rnn_basics.zip": zipped(early, (2020, 1, 1, 0, 0, 0)), "own/bob/x.ipynb": WORKED})
    put(tmp_path / "own" / "bob", {"timestamp.txt": early["timestamp.txt"]})
    assert [each.when for each in rows(tmp_path / "own")] == [None, None]
    inner = zipped(early, (2020, 1, 1, 0, 0, 0))
    put(tmp_path, {"class.zip": {"ada/rnn_basics.zip": inner, "bob/x.ipynb": WORKED}})
    assert [each.when for each in rows(tmp_path / "class.zip")] == [datetime(2026, 11, 20, 12)] * 2
    stamps = (b"2026-11-20 14:59:00.5 UTC", b"2026-11-20 23:59:00.5 Asia/Seoul", b"soon", b"\xff" * 500)
    for number, stamp in enumerate(stamps):
        folder = f"submitted/s{number}/rnn_basics"
        put(tmp_path, {f"{folder}/rnn_basics.ipynb": WORKED, f"{folder}/timestamp.txt": stamp})
    put(tmp_path, {"submitted/s4/rnn_basics/rnn_basics.ipynb": WORKED})
    (tmp_path / "submitted/s4/rnn_basics/timestamp.txt").symlink_to("../../s0/rnn_basics/timestamp.txt")
    times = [each.when for each in rows(tmp_path / "submitted")]
    assert times[0] == times[1] == datetime(2026, 11, 20, 14, 59, 0, 500_000, tzinfo=UTC)
    assert times[2:] == [None, None, None]
