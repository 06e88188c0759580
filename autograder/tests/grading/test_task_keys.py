"""An edit changes the keys of the tasks that it may concern, and of no others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.task_keys import blocks, hash_of_tests, keys_in, task_keys

TASKS = ("first", "second", "third")
FILES = {
    "spec.py": """
from autograder.student.core.spec import Rule, Spec
SPEC = Spec(forbidden={"first": Rule(frozenset({"a", "b"}))}, may_change={"second": frozenset({"x"})})
""",
    "doubles.py": "DOUBLES = {}\n",
    "tests/_cells.py": "def cells(): ...\n",
    "tests/test_both.py": """import pytest

SIZES = (1, 2)  # of both

# The first of its task.
@pytest.mark.task("first")
def test_values(student):
    assert SIZES


@pytest.mark.task("first")
@pytest.mark.parametrize("size", SIZES)
def test_sizes(student, size):
    assert size


@pytest.mark.task("second")
def test_others(student):
    assert student
""",
    "private/tests/test_hidden.py": """import pytest
@pytest.mark.task("third")
def test_hidden(student):
    assert student
""",
    "recorded/first.json": "{}",
    "private/wrong/first/wrong.py": "def first(): ...\n",
}
ADDED = """
@pytest.mark.task("first")
def test_more(student):
    assert student
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small assignment of three tasks."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def changed(folder: Path) -> Callable[..., set[str]]:
    """The tasks whose keys an edit changes: these words for those, or a text at the end."""

    def change(name: str, old: str, new: str) -> set[str]:
        before = keys_in(folder, TASKS)
        path = folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
        after = keys_in(folder, TASKS)
        return {task for task in TASKS if before[task] != after[task]}

    return change


@pytest.mark.parametrize(
    ("name", "old", "new", "tasks"),
    [
        ("tests/test_both.py", "    assert SIZES", "    assert len(SIZES)", {"first"}),
        ("tests/test_both.py", "# The first of its task.", "# Another remark.", {"first"}),
        ("tests/test_both.py", "", ADDED, {"first"}),
        ("tests/test_both.py", 'mark.task("second")', 'mark.task("third")', {"second", "third"}),
        ("tests/test_both.py", "SIZES = (1, 2)", "SIZES = (1, 3)", {"first", "second"}),
        ("tests/test_both.py", "", "\n# the end\n", {"first", "second"}),
        ("tests/test_new.py", "", f"import pytest\n{ADDED}", {"first"}),
        ("tests/_cells.py", "cells", "rows", set(TASKS)),
        ("doubles.py", "{}", "{'a': 1}", set(TASKS)),
        ("private/tests/test_hidden.py", "assert student", "assert not student", {"third"}),
        ("spec.py", '"a", "b"', '"a", "c"', {"first"}),
        ("spec.py", '"x"', '"y"', {"second"}),
        ("spec.py", '{"a", "b"}', '{"b", "a"}', set()),
        ("recorded/first.json", "{}", '{"answers": 1}', {"first"}),
        ("recorded/third.json", "", "{}", {"third"}),
        ("private/wrong/first/wrong.py", "...", "pass", set()),
    ],
)
def test_an_edit_concerns_the_tasks_that_may_notice_it(
    changed: Callable[..., set[str]], name: str, old: str, new: str, tasks: set[str]
) -> None:
    """A test its task, a helper all who can use it, a row of the spec its task."""
    assert changed(name, old, new) == tasks


def test_the_measured_model_concerns_every_task(changed: Callable[..., set[str]]) -> None:
    """Its class and its files are what an assignment has one of."""
    model = 'model=MeasuredModel("lm", "Model", "sotu", WordPerplexity(), "third"), forbidden='
    imports = (
        "from autograder.student.core.metric import WordPerplexity\n"
        "from autograder.student.core.spec import MeasuredModel\nSPEC"
    )
    assert changed("spec.py", "SPEC", imports) == set()
    assert changed("spec.py", "forbidden=", model) == set(TASKS)


@pytest.mark.parametrize(
    ("name", "text", "tasks"),
    [
        ("tests/test_both.py", "\nagain = test_values\n", {"first", "second"}),
        (
            "tests/test_both.py",
            '\n@pytest.mark.task("second")\ndef test_values(student): ...\n',
            {"first", "second"},
        ),
        ("tests/test_new.py", "from .test_both import test_values\n", set(TASKS)),
        ("tests/test_new.py", "from . import (\n    test_both,\n)\n", set(TASKS)),
        ("tests/test_new.py", "# As `test_values` in `test_both.py`.\n", {"first"}),
    ],
)
def test_a_test_that_others_use_is_theirs_too(
    changed: Callable[..., set[str]], name: str, text: str, tasks: set[str]
) -> None:
    """By its name, by a second function of that name, or in another file; who only speaks of it, does not use it."""
    changed(name, "", text)
    assert changed("tests/test_both.py", "    assert SIZES", "    assert len(SIZES)") == tasks


def test_a_test_under_a_decorator_of_the_course_is_not_its_tasks_alone(
    changed: Callable[..., set[str]],
) -> None:
    """A decorator may put it where others find it."""
    changed("tests/test_both.py", '@pytest.mark.task("second")', '@kept\n@pytest.mark.task("second")')
    assert changed("tests/test_both.py", "    assert student", "    assert not student") == {
        "first",
        "second",
    }


def test_no_line_of_a_file_is_left_out() -> None:
    """Whatever it holds: an edit that is in no block would go unnoticed."""
    text = FILES["tests/test_both.py"]
    assert "\n".join(block.text for block in blocks(text)) == text


def test_every_task_of_the_course_has_a_key_of_its_own() -> None:
    """And what is no assignment has none; the hash of all tests is that of one assignment."""
    first, second = task_keys("rnn_basics"), task_keys("rnn_language_model")
    assert len({*first.values(), *second.values()}) == len(first) + len(second)
    assert task_keys("unknown") == {}
    assert hash_of_tests("rnn_basics") != hash_of_tests("rnn_language_model")
