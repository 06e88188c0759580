"""The page nbgrader releases: our messages and hints, and nothing that a student must not see."""

from __future__ import annotations

import json

import pytest

from autograder.grading.store import run_seed
from autograder.maintain.release.leaks import Leak, Secret, assert_nothing_leaks
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.conftest import BROKEN
from autograder.tests.nbgrader_bridge.course import Course

pytestmark = pytest.mark.xdist_group("nbgrader")
SECRET = "submission_secret.txt"
HIDDEN = ("mistake", "private lines")
UNANSWERED = ("garbage", "nan_outputs")


@pytest.fixture(scope="module")
def course(graded_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The autograded course with its feedback. One student has a link to the answers in her hand-in, copied by then."""
    course = graded_course.copy(tmp_path_factory.mktemp("feedback") / "course")
    folder = course.path / "autograded" / "right" / ASSIGNMENT
    (folder / "deep").mkdir()
    for name in ("answers.html", "deep/answers.html", "rnn_lm.safetensors", "timestamp.txt", SECRET):
        (folder / name).write_text("copied", encoding="utf-8")
    course.nbgrader("generate_feedback", ASSIGNMENT)
    return course


def test_everybody_has_a_page(course: Course) -> None:
    """Also who could not be graded."""
    assert len(list(course.path.glob(f"feedback/*/{ASSIGNMENT}/{ASSIGNMENT}.html"))) == len(
        list(course.path.glob("submitted/*"))
    )
    assert "not valid JSON" in course.page("garbage", ASSIGNMENT)


def test_nothing_hidden_is_in_the_feedback(course: Course, secrets: list[Secret]) -> None:
    """No source of a hidden test and no seed; no answer on the page of whoever wrote none.

    Titles, messages and hints of hidden tests are what a page is for.
    """
    pages = {
        path.relative_to(course.path).as_posix(): path.read_bytes()
        for path in (course.path / "feedback").rglob("*.html")
    }
    hidden = [each for each in secrets if each.origin.startswith(HIDDEN) and not each.is_setup]
    answers = [each for each in secrets if each.origin.startswith("solution ")]
    assert len(hidden) > 1000
    assert len(answers) > 100
    assert_nothing_leaks(pages, hidden)
    without_answers = {name: data for name, data in pages.items() if name.split("/")[1] in UNANSWERED}
    assert len(without_answers) == len(UNANSWERED)
    assert_nothing_leaks(without_answers, answers)
    with pytest.raises(Leak):  # where there is an answer it is found
        assert_nothing_leaks(pages, answers)
    seed = str(run_seed(course.path / "graded")).encode()
    assert not any(seed in data for data in pages.values())


def test_what_is_for_the_instructor_only_is_not_on_the_page(course: Course) -> None:
    """What is worth a look stands in the log, and in the result."""
    result = course.path / "graded" / "results" / f"writes_results.{ASSIGNMENT}.json"
    assert "Worth a look" in result.read_text(encoding="utf-8")
    assert "Worth a look" not in course.page("writes_results", ASSIGNMENT)


def test_nothing_of_what_was_handed_in_is_released(course: Course) -> None:
    """nbgrader gives back every page it finds there, and would give back what a link led to."""
    folder = course.path / "feedback" / "right" / ASSIGNMENT
    assert {path.name for path in folder.rglob("*")} == {f"{ASSIGNMENT}.html", "timestamp.txt", SECRET}
    assert (folder / SECRET).read_text(encoding="utf-8") == "copied"


def test_work_that_did_not_come_through_the_exchange_stops_no_release(course: Course) -> None:
    """nbgrader would end at the first that has no timestamp and no secret; here nobody can fetch that one's page."""
    folder = course.path / "feedback" / "garbage" / ASSIGNMENT
    assert (folder / "timestamp.txt").read_text(encoding="utf-8").startswith("1970")
    assert len((folder / SECRET).read_text(encoding="utf-8")) == 128
    course.nbgrader("release_feedback", ASSIGNMENT, course.exchange)
    released = {path.read_text("utf-8") for path in course.path.glob("exchange/*/feedback/*.html")}
    assert course.page("right", ASSIGNMENT) in released
    assert "copied" not in released


def test_a_wrong_answer_gets_its_message_and_its_hint(course: Course) -> None:
    """The same as in our own pages."""
    results = course.path / "graded" / "results" / f"honest_mistake.{ASSIGNMENT}.json"
    tests = [test for task in json.loads(results.read_text("utf-8"))["tasks"] for test in task["tests"]]
    hints = [hint for test in tests if test["outcome"] == "failed" for hint in test["hints"]]
    assert hints
    page = course.page("honest_mistake", ASSIGNMENT)
    assert all(plain(hint) in plain(page) for hint in hints)


def plain(text: str) -> str:
    """Letters only: the page sets code in its own type."""
    return "".join(letter for letter in text.replace("<code>", "").replace("</code>", "") if letter.isalpha())


@pytest.mark.parametrize("name", sorted({*BROKEN} - {"edited_check"}))
def test_what_was_repaired_is_told(course: Course, name: str) -> None:
    """In sentences, under a heading that says that nothing was taken off."""
    assert "Repaired before grading" in course.page(name, ASSIGNMENT)


def test_a_renamed_notebook_has_its_page_under_its_own_name_too(course: Course) -> None:
    """The student's nbgrader asks for that."""
    pages = {path.name for path in (course.path / "feedback" / "renamed_file" / ASSIGNMENT).iterdir()}
    assert pages >= {f"{ASSIGNMENT}.html", "My homework (final) 2.html"}


def test_what_something_else_has_graded_is_refused(course: Course) -> None:
    """As after a run without our configuration: there is nothing to make a page of."""
    path = course.path / "autograded" / "right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["metadata"]["autograder"]
    path.chmod(0o644)
    path.write_text(json.dumps(document), encoding="utf-8")
    code, log = course.attempt("generate_feedback", ASSIGNMENT, "--force", "--student", "right")
    assert code == 1
    assert f"nbgrader autograde {ASSIGNMENT} --force" in log
