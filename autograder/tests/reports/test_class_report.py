"""The page an instructor reads: numbers that are right, in one order, nothing that a student could inject."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

from autograder.reports.attention import mark_of
from autograder.reports.class_group import groups_of, histogram
from autograder.reports.class_report import class_page, shade, write_class
from autograder.reports.feedback import feedback_file
from autograder.student.core.results import Late, Result, Similar, TaskResult
from autograder.tests.reports import samples
from autograder.tests.reports.classroom import MISTAKES, simulated
from autograder.tests.reports.pages import Page
from autograder.tests.reports.test_attention import ABSENT

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
        assert list(page.all("a", href=feedback_file(result)))
    assert "bobnot graded" in page.text
    assert "it is not JSON" in page.text


def test_counts() -> None:
    """Mean and quartiles leave out what could not be graded; the hardest task comes first; mistakes name students."""
    [found] = groups_of(a_class(), CATALOGUE)
    assert found.mean == (3.33 + 3.33 + 20) / 3
    assert found.quartiles == (3.33, 3.33, (3.33 + 20) / 2)
    assert sum(found.histogram) == 3
    assert found.hardest[0].share == 1 / 3
    assert found.hardest[0].name == "rnn_forward"
    assert [(row.id, row.what, [r.student for r in row.made]) for row in found.mistakes] == [
        ("A12", "The old state meets the wrong side of `W_hh`.", ["ada", "grace"])
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


def test_a_mistake_leads_to_the_answers_it_was_made_in() -> None:
    """Beside what is wrong stand those who made it, each with a link to the task on the own page."""
    page = Page(class_page(a_class(), CATALOGUE))
    assert list(page.all("a", href="feedback/rnn_basics/grace.html#task-rnn_step"))
    assert not list(page.all("a", href="feedback/rnn_basics/emmy.html#task-rnn_step"))


def test_who_needs_what_is_on_the_page_and_can_be_filtered() -> None:
    """Help, a person's decision, lateness, an absence, a change: a panel each, and a word on the row of the table."""
    results = [*a_class(), replace(samples.result("late"), late=Late(90_000, 0.1, 3.7)), ABSENT]
    before = {(r.student, r.assignment): mark_of(r) for r in results if r.student != "emmy"}
    page = Page(class_page(results, CATALOGUE, before))
    for text in ("Needs help", "Waits for a person", "Handed in nothing (1)", "25 hours", "emmynew20"):
        assert text in page.text
    rows = {words.get("class", "") for words in page.all("tr")}
    assert {"help person", "help person late", "absent", "changed", "person"} <= rows


def test_similar_submissions_are_one_row_a_pair() -> None:
    """Code, model and rare mistakes side by side, with links to both."""
    one, other = samples.result("ada"), samples.result("grace")
    seen = Similar("", 1.0, {"rnn_forward": 0.93}, ("rnn_step: A12",))
    results = [
        replace(one, similar=(replace(seen, student="grace"),)),
        replace(other, similar=(replace(seen, student="ada"),)),
    ]
    assert "ada, gracethe same filernn_forward 93 %rnn_step: A12" in Page(class_page(results)).text


def test_time_and_memory_are_told() -> None:
    """Of all, of half of them, and of the slowest first; what is not known is left out."""
    quick, slow = replace(samples.result("ada"), seconds=2.0), replace(samples.result("bob"), seconds=70.0)
    page = Page(class_page([quick, replace(slow, memory_bytes=300 * 2**20), replace(quick, student="cy")]))
    assert "1 min 14 s in total; half of the submissions took no more than 2.0 s." in page.text
    assert "the largest 300.0 MB." in page.text
    assert page.text.index("bob1 min 10 s300.0 MB") < page.text.index("ada2.0 s")


def test_a_doubtful_task_is_told_in_words_and_no_other() -> None:
    """Where who has the task is no better in the others, its tests are the first suspects."""
    scores = [(1.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.5, 2.0, 2.0), (0.5, 1.5, 1.5), (1.0, 0.5, 0.5)]
    results = [
        replace(
            samples.result(str(at)),
            tasks=tuple(TaskResult(f"t{i}", "partial", x, 2.0) for i, x in enumerate(row)),
        )
        for at, row in enumerate(scores)
    ]
    text = Page(class_page(results)).text
    assert (
        "Students who solved t0 did no better in the other tasks: look at the tests of this task first."
        in text
    )
    assert text.count("look at the tests of this task first") == 1


def test_who_handed_in_nothing_is_in_every_assignment_and_a_stranger_in_none() -> None:
    """With one assignment all belong to it; with several, what is of none stands apart."""
    stranger = replace(samples.ungradable("zed"), assignment="")
    one = groups_of([samples.result("ada"), ABSENT, stranger])
    assert [(group.assignment, len(group.results)) for group in one] == [("rnn_basics", 3)]
    several = groups_of([samples.result("ada"), samples.result("bob", "other"), ABSENT, stranger])
    assert [(group.assignment, len(group.results)) for group in several] == [
        ("other", 2),
        ("rnn_basics", 2),
        ("", 1),
    ]
    assert several[0].absent == ["ada", "eve", "zed"]


def test_only_our_own_program_may_run() -> None:
    """The page sorts and filters by one program, named in its policy by hash; nothing may be fetched."""
    source = class_page(a_class())
    [policy] = [m["content"] for m in Page(source).all("meta") if "default-src" in m.get("content", "")]
    program = source[source.index("<script>") + 8 : source.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(program.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy


def test_five_hundred_students_stay_a_small_page() -> None:
    """With mistakes, notes, late and absent ones: far below five megabytes, so that it opens at once."""
    assert 500_000 < len(class_page(simulated(500), MISTAKES).encode()) < 2_000_000


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
    assert [tag for tag, _ in page.elements].count("script") == 1  # ours
    for _tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert re.match(r"feedback/|#group-|$", attributes.get("href", ""))


def test_no_results_and_nobody_graded() -> None:
    """An empty class, and one in which nothing could be graded, still give a page."""
    assert "No submissions" in class_page([])
    assert "not graded" in class_page([samples.ungradable()])
