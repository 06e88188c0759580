"""What was measured of a model is told in words, on a scale, and in every format that can carry a number."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports import formats
from autograder.reports.class_report import class_page
from autograder.reports.feedback import feedback_page
from autograder.reports.measured import dots, facts, place, points_by_hand, sentences
from autograder.student.core.results import Result, TaskResult
from autograder.tests.reports import samples
from autograder.tests.reports.pages import Page

LIMITS = samples.WORDS
METRICS = {
    "perplexity": 50.0,
    "bits_per_byte": 1.5,
    "tokens_scored": 121715,
    "valid_perplexity": 40.0,
    "parameters": 1_324_200,
    "checkpoint_bytes": 5 * 2**20,
}


def result(student: str = "ada", **metrics: float) -> Result:
    """A result with these metrics, and two points that a person gives."""
    return replace(samples.result(student), metrics=metrics, points_by_hand=2.0)


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e9))
def test_better_models_stand_further_right(one: float, other: float) -> None:
    """Everywhere within the picture, floor and target where they always are."""
    low, high = place(LIMITS, max(one, other)), place(LIMITS, min(one, other))
    assert 0 < low <= high < 100
    assert [place(LIMITS, number) for number in (100.0, 50.0, 25.0)] == [25.0, 50.0, 75.0]


def test_sentences_hold_every_number_that_matters() -> None:
    """Perplexity, floor and target, bits per byte, tokens, and the way to the validation text."""
    text = " ".join(sentences(result(**METRICS)))
    for number in ("50.0", "100.0", "25.0", "1.500 bits per byte", "121,715 tokens", "40.0: 20 % lower"):
        assert number in text
    assert "higher" in " ".join(sentences(result(**METRICS | {"valid_perplexity": 60.0})))
    assert sentences(result()) == []


@pytest.mark.parametrize(
    ("perplexity", "word"),
    [(100.0, "Points begin below"), (99.0, "between"), (25.0, "no more than"), (5.0, "no more than")],
)
def test_the_sentence_says_on_which_side_a_model_is(perplexity: float, word: str) -> None:
    """At the floor there are no points yet, at the target there are all."""
    assert word in sentences(result(perplexity=perplexity))[0]


def test_the_page_shows_the_scale_only_where_something_was_measured() -> None:
    """A picture with a name and its numbers as text; without a model there is neither picture nor sentence."""
    page = Page(feedback_page(result(**METRICS)))
    [picture] = page.all("svg", role="img")
    assert picture["aria-label"]
    for text in (
        "your model 50.0",
        "floor 100.0",
        "target 25.0",
        "5.0 MB",
        "1,324,200",
        "More points will be added: 2 points for answers",
    ):
        assert text in page.text
    assert not list(Page(feedback_page(result())).all("svg", role="img"))


def test_points_by_hand_are_in_no_total() -> None:
    """They are told beside it; a submission without such answers says nothing of them."""
    assert "3.33 / 20 points" in Page(feedback_page(result())).text
    assert "More points will be added: 2 points" in Page(feedback_page(result())).text
    assert "by a person" not in feedback_page(samples.result())
    assert points_by_hand(replace(result(), points_by_hand=1.0)).startswith("1 point for")


def test_models_of_a_class_do_not_cover_each_other() -> None:
    """Equal ones are stacked, in an order that does not depend on that of the results."""
    results = [
        result(name, perplexity=value) for name, value in (("a", 50.0), ("b", 50.0), ("c", 30.0), ("d", 50.1))
    ]
    placed = dots([*results, result("e")], LIMITS)
    assert len({(dot.at, dot.level) for dot in placed}) == 4
    assert sorted(dot.level for dot in placed) == [0, 0, 1, 2]
    assert placed == dots(results[::-1], LIMITS)
    page = Page(class_page([*results, result("e")]))
    assert len(list(page.all("circle"))) == 4
    assert "Perplexity" in page.text
    assert not list(Page(class_page([result("e")])).all("circle"))


def test_numbers_are_in_the_formats_for_machines() -> None:
    """JUnit and CSV have them all; Gradescope's leaderboard is ordered by perplexity, the smallest first."""
    task = TaskResult("perplexity", "passed", 1.0, 1.0)
    one, other = replace(result(**METRICS), tasks=(task,)), result("bob")
    rows = list(csv.DictReader(io.StringIO(formats.marks_csv([one, other]), newline="")))
    assert {name: float(rows[0][f"metric.{name}"]) for name in METRICS} == METRICS
    assert {rows[1][f"metric.{name}"] for name in METRICS} == {""}
    assert len(rows[0]) == len(
        formats.marks_csv([one, other]).splitlines()[0].split(",")
    )  # one for each column
    assert [row["points_by_hand"] for row in rows] == ["2", "2"]
    suite = ElementTree.fromstring(formats.junit(one))
    values = {item.get("name"): item.get("value") for item in suite.iter("property")}
    assert values["metric.perplexity"] == "50.0"
    assert values["points_by_hand"] == "2"
    board = formats.gradescope(one)["leaderboard"]
    assert board[0] == {"name": "Perplexity", "value": 50.0, "order": "asc"}
    assert "leaderboard" not in formats.gradescope(other)
    assert "perplexity of 50" in formats.github_summary([one]).replace("\\", "")
    json.dumps(formats.gradescope(one))


def test_results_without_points_by_hand_keep_their_columns() -> None:
    """Tables of assignments that have no such answers look as they always did."""
    header = formats.marks_csv([replace(samples.result(), metrics={})]).splitlines()[0]
    assert header == "student,assignment,status,score,max_score," + ",".join(t.name for t in samples.tasks())


PIECES = {"bits_per_byte": 1.6, "bytes_scored": 655745, "valid_bits_per_byte": 1.52, "tokens_scored": 181122}


def test_a_model_of_pieces_is_told_in_bits_per_byte() -> None:
    """In sentences, on the scale, in the class, and for Gradescope; the word perplexity is not there."""
    one = replace(result(**PIECES), scale=samples.PIECES)
    text = " ".join(sentences(one))
    for part in ("1.600 bits per byte: between the floor of 1.700", "655,745 bytes", "1.520: 5 % lower"):
        assert part in text
    assert place(samples.PIECES, 1.6) == 50.0
    assert dots([one], samples.PIECES)[0].label.endswith(": 1.600")
    for page in (feedback_page(one), class_page([one])):
        assert "erplexity" not in Page(page).text
        assert "1.600" in Page(page).text
    assert formats.gradescope(one)["leaderboard"][0]["name"] == "Bits per byte"
    assert "Points begin below" in sentences(replace(one, metrics={"bits_per_byte": 1.7}))[0]
    assert "no more than" in sentences(replace(one, metrics={"bits_per_byte": 1.5}))[0]


def test_nothing_is_measured_without_a_scale() -> None:
    """A number of that name in an assignment that has no measured model is only a fact."""
    one = replace(result(perplexity=50.0), scale=None)
    assert sentences(one) == []
    assert ("perplexity", "50") in facts(one)
    assert not list(Page(class_page([one])).all("circle"))
