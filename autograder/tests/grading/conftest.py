"""What tests of grading share; one of measured models says by its `toy` which course in miniature it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.sandbox import Conversation, Server, Session
from autograder.student import corpora
from autograder.student.core.results import Result
from autograder.tests.conftest import server_for_tests
from autograder.tests.grading.measuring import LIMITS, SEED, Grade


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of courses in miniature in one process: models are trained, and their server started, once."""
    for item in items:
        if Path(__file__).parent in item.path.parents and hasattr(getattr(item, "module", None), "toy"):
            item.add_marker(pytest.mark.xdist_group("courses in miniature"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """The sessions that were asked for a process to test in, once for each process."""
    opened: list[Session] = []
    task = Session.task

    def count(session: Session, *arguments: Any, **options: Any) -> Conversation:
        opened.append(session)
        return task(session, *arguments, **options)

    monkeypatch.setattr(Session, "task", count)
    return opened


@pytest.fixture(scope="module")
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The toy course in the place of the real one."""
    folder = tmp_path_factory.mktemp("data")
    request.module.toy.write_course(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpora, "DATA", folder)
        yield folder


@pytest.fixture(scope="module")
def model(request: pytest.FixtureRequest, data: Path) -> nn.Module:
    """The honest model, trained once."""
    return request.module.toy.train(data)


@pytest.fixture(scope="module")
def files(request: pytest.FixtureRequest, model: nn.Module) -> dict[str, bytes]:
    """Its checkpoint as it is handed in."""
    return request.module.toy.files_of(model)


@pytest.fixture(scope="session")
def short_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A warm server on which scoring has three seconds."""
    yield from server_for_tests(request.config, LIMITS)


@pytest.fixture(scope="module")
def graded(
    request: pytest.FixtureRequest, data: Path, files: dict[str, bytes], short_server: Server
) -> Grade:
    """Grades the honest classes followed by some code, with the honest checkpoint or other files."""
    toy = request.module.toy
    suites = {toy.ASSIGNMENT: Suite(toy.ASSIGNMENT, toy.notebook())}

    def run(
        code: str = "",
        own_files: dict[str, bytes] | None = None,
        seed: int = SEED,
        server: Server | None = None,
    ) -> Result:
        handed_in = files if own_files is None else own_files
        return grade(toy.submission(code, handed_in), suites, server or short_server, seed).result

    return run


@pytest.fixture(scope="module")
def honest(graded: Grade) -> Result:
    """The result of the honest submission."""
    return graded()
