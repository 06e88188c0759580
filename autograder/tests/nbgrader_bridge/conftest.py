"""One course with a small class in all states of disrepair, autograded once; tests take copies of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import pytest
import sqlalchemy
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader import dbutil

from autograder.student.core.notebook import Notebook
from autograder.tests.conftest import ASSIGNMENT, FEW_TASKS
from autograder.tests.nbgrader_bridge.course import Course
from autograder.tests.scenarios.apply import scenario_bytes

SCENARIOS = Path(__file__).parents[1] / "scenarios"
# One of each kind that nbgrader minds; the class of thirty, a slow test, has these as well.
ALSO_BROKEN = (
    *("lost_metadata", "moved_cells", "answer_as_markdown", "foreign_kernel", "changed_setup"),
    *("lost_metadata_and_markdown", "duplicated_cells"),
)
BROKEN = ("deleted_cells", "edited_check", "renamed_file")
STRANGE = "김 철수"
WRONG = ("honest_mistake", "nan_outputs", "writes_results")


def strange(data: bytes) -> bytes:
    """A notebook in UTF-16, of an nbgrader to come, whose cells all have one id: nbgrader would end the run at it."""
    document = json.loads(data)
    for cell in document["cells"]:
        cell["id"] = "same"
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99
    return json.dumps(document).encode("utf-16")


def hand_in(course: Course, student: str, data: bytes, file_name: str = f"{ASSIGNMENT}.ipynb") -> Path:
    """Puts a notebook where `nbgrader collect` would."""
    path = course.path / "submitted" / student / ASSIGNMENT / file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture(scope="package", autouse=True)
def _nothing_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No Jupyter configuration of whoever runs the tests has a say."""
    folder = tmp_path_factory.mktemp("jupyter")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "HOME")
    with mock.patch.dict(os.environ, {name: str(folder) for name in names}):
        yield


@sqlalchemy.event.listens_for(sqlalchemy.Engine, "connect")
def _without_waiting_for_the_disk(connection: Any, _record: Any) -> None:
    """A gradebook of a test need not outlive a power cut; nbgrader saves it hundreds of times a submission."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="package", autouse=True)
def _schemas_checked_once() -> Iterator[None]:
    """nbgrader looks for every cell anew whether its own schema is one: a third of what its commands compute."""
    checked: list[Any] = []
    check = jsonschema.Draft4Validator.check_schema

    def check_once(schema: Any, *arguments: Any, **options: Any) -> None:
        if not any(schema is each for each in checked):
            check(schema, *arguments, **options)
            checked.append(schema)

    with mock.patch.object(jsonschema.Draft4Validator, "check_schema", check_once):
        yield


@pytest.fixture(scope="package", autouse=True)
def _the_newest_gradebook_is_known() -> Iterator[None]:
    """For each new gradebook nbgrader starts a program that says which form of it is the newest: for seconds."""
    config = Config()
    config.set_main_option("script_location", dbutil.ALEMBIC_DIR)
    newest = ScriptDirectory.from_config(config).get_current_head()
    with mock.patch("nbgrader.api.get_alembic_version", return_value=newest):
        yield


@pytest.fixture(scope="package")
def graded_course(tmp_path_factory: pytest.TempPathFactory, few_tasks: Notebook) -> Course:
    """A course whose class has been autograded. Nobody changes it; `course` is a copy.

    Its notebook has the cells with marks of all tasks, and the answers of a few. The submissions are the scenarios
    with these tasks only: all other cells are missing from them, too.
    """
    course = Course.new(tmp_path_factory.mktemp("course"))
    course.shorten(ASSIGNMENT, FEW_TASKS)
    course.nbgrader("generate_assignment", ASSIGNMENT)
    for name in ("right", *BROKEN, *WRONG):
        data, file_name = scenario_bytes(SCENARIOS / name, few_tasks)
        hand_in(course, name, data, file_name)
    hand_in(course, "garbage", b"\x00 not a notebook")
    data, _name = scenario_bytes(SCENARIOS / "right", few_tasks)
    hand_in(course, STRANGE, strange(data), os.fsdecode(b"caf\xe9.ipynb"))
    course.nbgrader("autograde", ASSIGNMENT)
    return course


@pytest.fixture
def course(graded_course: Course, tmp_path: Path) -> Course:
    """The autograded course, for one test to do with as it likes."""
    return graded_course.copy(tmp_path / "course")
