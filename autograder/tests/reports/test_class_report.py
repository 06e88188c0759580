"""The page an instructor reads: numbers that are right, in one order, nothing that a student could inject."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from autograder.reports.class_report import class_page, group, histogram, shade, write_class
from autograder.reports.feedback import feedback_file
from autograder.student.core.results import Result, TaskResult
from autograder.tests.reports import samples
from autograder.tests.reports.pages import Page

CATALOGUE = {(samples.result().assignment, "A12"): "The old state meets the wrong side of `W_hh`."}


def a_class() -> list[Result]:
    """Three graded students and one who could not be graded."""
    best = tuple(TaskResult(task.name, "passed", task.max_score, task.max_score) for task in samples.tasks())
    return [
        samples.result("ada"),
        samples.result("grace"),
        replace(samples.result("emmy"), score=20.0, tasks=best, integrity=()),
        samples.ungradable("bob"),
    ]


def test_order_of_results_does_not_matter() -> None:
    """Results in any order give the same page."""
    assert class_page(a_class(), CATALOGUE) == class_page(a_class()[::-1], CATALOGUE)


def test_every_student_is_linked_and_scored(tmp_path: Path) -> None:
    """Each student has a row with a link to the own page; the ungradable one has no number."""
    path = write_class(a_class(), tmp_path / "index.html", CATALOGUE)
    page = Page(path.read_text(encoding="utf-8"))
    for result in a_class():
        assert len(list(page.all("a", href=feedback_file(result)))) == 1
    assert "bobnot graded" in page.text.replace(" ", "").replace("notgraded", "not graded")
    assert "it is not JSON" in page.text


def test_counts() -> None:
    """Mean and median leave out what could not be graded; the hardest task comes first; mistakes count students."""
    found = group(a_class(), CATALOGUE)
    assert found.mean == (3.33 + 3.33 + 20) / 3
    assert found.median == 3.33
    assert sum(found.histogram) == 3
    assert found.hardest[0].share == 1 / 3
    assert found.hardest[0].name == "rnn_forward"
    assert [(row.id, row.what, row.count) for row in found.mistakes] == [
        ("A12", "The old state meets the wrong side of `W_hh`.", 2)
    ]


def test_a_mistake_is_told_as_its_own_assignment_tells_it() -> None:
    """The same id stands for different mistakes in different assignments."""
    results = [samples.result("ada"), replace(samples.result("bob"), assignment="other")]
    page = Page(class_page(results, {**CATALOGUE, ("other", "A12"): "The bias is missing."})).text
    assert page.count("The old state meets the wrong side") == 1
    assert page.count("The bias is missing.") == 1


def test_histogram_has_tenths_and_full_marks_are_in_the_last() -> None:
    """0 % is in the first bin, 100 % in the last, a bound in the bin above it."""
    results = [replace(samples.result(), score=score) for score in (0.0, 1.99, 2.0, 14.0, 20.0)]
    assert histogram(results) == (2, 1, 0, 0, 0, 0, 0, 1, 0, 1)


def test_only_full_points_have_the_last_shade() -> None:
    """The colour of complete is for complete answers only."""
    assert shade(TaskResult("t", "passed", 2.0, 2.0)) == 5
    assert shade(TaskResult("t", "partial", 1.99, 2.0)) == 4
    assert shade(TaskResult("t", "failed", 0.0, 2.0)) == 0
    assert shade(TaskResult("t", "passed", 0.0, 0.0)) == 5


def test_integrity_is_listed() -> None:
    """The instructor sees integrity notes."""
    assert "was edited" in Page(class_page(a_class())).text


def test_hostile_names_stay_text() -> None:
    """A student's name or message cannot put an element on the page."""
    text = '</table><script>alert(1)</script><a href="javascript:alert(1)" onclick=x>'
    results = [
        replace(samples.result(text), integrity=(text,)),
        replace(samples.ungradable(text + "2"), reason=text),
    ]
    page = Page(class_page(results, {(results[0].assignment, "A12"): text}))
    assert "script" not in {tag for tag, _ in page.elements}
    for _tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert re.match(r"feedback/|$", attributes.get("href", ""))


def test_no_results_and_nobody_graded() -> None:
    """An empty class, and one in which nothing could be graded, still give a page."""
    assert "No submissions" in class_page([])
    assert "not graded" in class_page([samples.ungradable()])
