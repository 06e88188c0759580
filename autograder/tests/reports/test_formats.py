"""The formats for machines: the same total in all of them, well formed, and safe to open."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports import formats
from autograder.reports.feedback import feedback_page
from autograder.reports.labels import number
from autograder.student.core.results import Late, Result, TaskResult, TestResult, score_task
from autograder.tests.reports import samples
from autograder.tests.reports.pages import Page

NASTY = st.text(max_size=20)


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result as the grader would make it, with any text in it."""
    tasks = []
    for index in range(draw(st.integers(1, 5))):
        outcomes = draw(
            st.lists(
                st.sampled_from(["passed", "failed", "crashed", "timeout", "error", "not_run"]), max_size=4
            )
        )
        tests = [
            TestResult(f"test_{n}", draw(NASTY), outcome, draw(NASTY)) for n, outcome in enumerate(outcomes)
        ]
        tasks.append(score_task(f"task_{index}", draw(st.sampled_from([1.0, 2.0, 3.0, 2.5])), tests))
    total = round(sum(task.score for task in tasks), 2)
    whole = sum(task.max_score for task in tasks)
    return Result(draw(NASTY), "rnn_basics", "graded", total, whole, tuple(tasks))


@given(st.lists(results(), min_size=1, max_size=3))
def test_the_document_of_a_class_holds_what_each_result_writes(found: list[Result]) -> None:
    """As JSON would indent it, whatever letters are in it."""
    whole = {"schema": 1, "results": [json.loads(result.to_json()) for result in found]}
    written = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    assert formats.results_json(found) == f"{written}\n"


@given(results())
def test_total_is_the_same_everywhere(result: Result) -> None:
    """JSON, JUnit, Gradescope (total and sum), GitHub, CSV and the page all say the result's own score."""
    expected = number(result.score)
    (document,) = json.loads(formats.results_json([result]))["results"]
    suite = ElementTree.fromstring(formats.junit(result).encode("utf-8", "backslashreplace"))
    properties = {item.get("name"): item.get("value") for item in suite.iter("property")}
    gradescope = formats.gradescope(result)
    (row,) = csv.DictReader(io.StringIO(formats.marks_csv([result]), newline=""))
    notices = formats.github_notices([result])
    page = Page(feedback_page(result)).text
    assert number(document["score"]) == expected
    assert properties["score"] == expected
    assert number(gradescope["score"]) == expected
    assert number(sum(test["score"] for test in gradescope["tests"])) == expected
    assert row["score"] == expected
    assert number(sum(float(row[task.name]) for task in result.tasks)) == expected
    assert notices.endswith(f": {expected} / {number(result.max_score)}\n")
    assert f"**{expected} / {number(result.max_score)}**" in formats.github_summary([result])
    assert f"{expected} / {number(result.max_score)} points" in page


def test_write_names_what_it_wrote(tmp_path: Path) -> None:
    """Every format writes its files, and the answer lists exactly those that lie there."""
    written = formats.write([samples.result(), samples.ungradable()], tmp_path, list(formats.FORMATS))
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_order_of_results_does_not_matter(tmp_path: Path) -> None:
    """Results in any order give the same bytes."""
    both = [samples.result("ada"), samples.ungradable("bob")]
    one = formats.write(both, tmp_path / "one", list(formats.FORMATS))
    two = formats.write(both[::-1], tmp_path / "two", list(formats.FORMATS))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """A format that does not exist is named, and those that do."""
    with pytest.raises(ValueError, match=r"no format called pdf.*junit"):
        formats.write([samples.result()], tmp_path, ["json", "pdf"])
    assert list(tmp_path.iterdir()) == []


def test_json_reads_back_as_the_same_result() -> None:
    """Nothing is lost on the way through the JSON of all results."""
    (document,) = json.loads(formats.results_json([samples.result()]))["results"]
    assert Result.from_json(json.dumps(document)) == samples.result()


def test_lone_surrogates_are_written(tmp_path: Path) -> None:
    """A text that is not valid Unicode, as JSON allows it, can still be written and read in every format."""
    result = replace(
        samples.result("\ud800"), repairs=("\udfff",), tasks=(TaskResult("t", "missing", 0.0, 1.0),)
    )
    written = formats.write([result], tmp_path, list(formats.FORMATS))
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert document["results"][0]["student"] == "\ud800"
    assert all(path.read_text(encoding="utf-8") for path in written)


def test_junit_counts() -> None:
    """Failures, errors and skipped tests are told apart; a task without tests is a failure."""
    suite = ElementTree.fromstring(formats.junit(samples.result())).find("testsuite")
    assert suite is not None
    counts = [suite.get(key) for key in ("tests", "failures", "errors", "skipped")]
    assert counts == ["12", "5", "3", "1"]
    refused = ElementTree.fromstring(formats.junit(samples.ungradable())).find("testsuite")
    assert refused is not None
    assert refused.get("errors") == "1"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "|x", "＝1", '=HYPERLINK("x")'])
def test_csv_has_no_formulas(name: str) -> None:
    """A student's name that a spreadsheet would compute is written as text."""
    rows = list(csv.reader(io.StringIO(formats.marks_csv([samples.result(name)]), newline="")))
    assert rows[1][0] == f"'{name}"


def test_github_text_cannot_give_commands() -> None:
    """A message with line breaks and `::` stays one command; Markdown and HTML in it stay text."""
    text = "x\n::set-env name=A::b\r<script> [a](b) | @user %0A"
    result = replace(samples.ungradable(text), reason=text)
    for told in (result, replace(samples.result(text), assignment=text)):
        (line,) = formats.github_notices([told]).splitlines()
        assert line.startswith(("::error ", "::notice "))
    summary = formats.github_summary([result])
    assert "\n::" not in summary
    assert not re.search(r"(?<!\\)[<\[|@]", summary.split("\n", 1)[1])


def test_formats_hold_nothing_that_is_not_for_students() -> None:
    """What is handed to students by Gradescope, GitHub or JUnit names no seed, mistake or integrity note."""
    result = samples.result()
    texts = [
        formats.junit(result),
        json.dumps(formats.gradescope(result)),
        formats.github_summary([result]),
        formats.github_notices([result]),
    ]
    for text in texts:
        for secret in ("20261122", "was edited", "A12"):
            assert secret not in text


def test_csv_keeps_the_score_before_lateness() -> None:
    """In columns that are there only if somebody was late; who was in time has the score twice."""
    late = replace(samples.result("bob"), score=4.5, late=Late(90_000, 0.1, 5.0))
    rows = list(csv.DictReader(io.StringIO(formats.marks_csv([samples.result("ada"), late]), newline="")))
    assert [(row["score_before_lateness"], row["seconds_late"]) for row in rows] == [
        (rows[0]["score"], "0"),
        ("5", "90000"),
    ]
    assert rows[1]["score"] == "4.5"
    assert "late" not in formats.marks_csv([samples.result("ada")]).splitlines()[0]
