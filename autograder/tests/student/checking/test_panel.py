"""Only the first broken promise speaks; a check that could not look is grey; no points are explained."""

from __future__ import annotations

from autograder.student.checking.overview import OverviewRow, overview_html, overview_text
from autograder.student.checking.panel import GREY, headline, html_panel, text_panel, told
from autograder.student.core.results import TaskResult, TestResult, score_task

RIGHT = TestResult("a", "Is right.", "passed")
BLIND = TestResult("b", "Could not look.", "not_run", "The shape is wrong first.")
WRONG = TestResult("c", "Is wrong.", "failed", "It is 1, expected 2.", ("Why 1?", "Why not 2?"))
LATER = TestResult("d", "Is wrong too.", "failed", "It is 3, expected 4.", ("Why 3?",))


def result(*tests: TestResult) -> TaskResult:
    return score_task("rnn_step", 2, tests)


def test_the_first_failure_speaks_and_the_others_are_folded() -> None:
    """Seven red tests with seven questions help nobody."""
    found = result(RIGHT, BLIND, WRONG, LATER)
    assert told(found) == (WRONG, [BLIND, LATER])
    text = text_panel(found, hints=1)
    assert "Why 1?" in text
    assert "Why not 2?" not in text
    assert "Why 3?" not in text
    assert "2 more fail, probably for the same reason" in text
    page = html_panel(found, "", hints=1)
    assert page.index("Is right.") < page.index("Why 1?") < page.index("<summary")
    assert page.count("Why 3?") == 0


def test_a_check_that_could_not_look_is_grey() -> None:
    """It is no verdict on what it is about."""
    assert f"color:{GREY};font-weight:600'>–" in html_panel(result(RIGHT, BLIND, WRONG), "", 1)
    assert "– Could not look." in text_panel(result(BLIND), 1)


def test_no_points_are_explained() -> None:
    """Passing checks without points need a reason."""
    supporting = TestResult("s", "Leaves its arguments alone.", "passed", supporting=True)
    assert "count" in text_panel(result(supporting, WRONG, LATER), 1)
    essential = TestResult("e", "Uses no library.", "failed", "`nn.RNN` is used.", essential=True)
    assert "the whole task depends on" in text_panel(result(RIGHT, essential, LATER), 1)
    assert "No points" not in text_panel(result(RIGHT, WRONG), 1)


def test_the_headline_counts_checks_and_points() -> None:
    """In one line."""
    assert headline(result(RIGHT, WRONG)) == "rnn_step: 1 of 2 checks pass, 1 of 2 points"


def test_the_overview_has_a_row_for_every_task() -> None:
    """Passing, failing, changed, with an error, not yet checked."""
    rows = (
        OverviewRow("rnn_step", 2, result(RIGHT)),
        OverviewRow("rnn_forward", 3, result(RIGHT, WRONG)),
        OverviewRow("pad_batch", 2, result(RIGHT), is_not_run=True),
        OverviewRow("lstm_step", 4, result(RIGHT), is_broken=True),
        OverviewRow("gru_step", 3, None),
    )
    text = overview_text(rows, "So far.")
    assert [line[0] for line in text.splitlines()] == ["✓", "✗", "!", "!", "·", "S"]
    assert "1 of 2 checks pass" in text
    assert "the cell ended with an error" in text
    assert overview_html(rows, "So far.").count("<tr>") == 6


def test_the_third_hint_works_another_case() -> None:
    """On request only, and only beside a question: where nothing was computed it would miss the point."""
    worked = "A tank holds 10.\nAnd `5 + 5 = 10`."
    text = [text_panel(result(RIGHT, WRONG), hints, worked=worked) for hints in (1, 2, 3)]
    assert ["A tank holds 10." in each for each in text] == [False, False, True]
    page = html_panel(result(RIGHT, WRONG), "", 1, worked=worked)
    assert page.index("Why not 2?") < page.index("<summary") + page[page.index("<summary") :].index("A tank")
    assert (
        "worked on another case</summary><div>A tank holds 10.</div><div>And <code>5 + 5 = 10</code>" in page
    )
    mute = TestResult("m", "Is there.", "failed", "`f` is not written yet")
    assert "A tank" not in html_panel(result(mute), "", 1, worked=worked)
    assert "A tank" not in text_panel(result(mute), 3, worked=worked)
