"""What workers see of this package is what is public, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.grading.graded import PACKAGE
from autograder.grading.staging import CORPUS_FILES, PUBLIC, public_folder, training_server
from autograder.sandbox import Server

PRIVATE = (
    "hidden",
    "private",
    "grading",
    "reports",
    "tests",
    "release",
    "nbgrader_bridge",
    "solutions",
    "live",
    "test_",
)


def test_only_files_that_are_named_are_staged() -> None:
    """The folder holds exactly what the list names, and nothing of that is private."""
    with public_folder() as folder:
        staged = {
            str(path.relative_to(folder / "autograder")) for path in folder.rglob("*") if path.is_file()
        }
        texts = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    named = {path.relative_to(PACKAGE).as_posix() for pattern in PUBLIC for path in PACKAGE.glob(pattern)}
    assert staged == named
    assert {path.rpartition("/")[2] for path in staged if path.startswith("assignments/")} == {
        "__init__.py",
        "spec.py",
        "doubles.py",
    }
    assert not [name for name in staged for part in PRIVATE if part in name]
    assert "BEGIN SOLUTION" not in texts
    assert not folder.exists()


def test_check_does_nothing_where_a_submission_runs() -> None:
    """What notebooks import is there; `check("task")` and `submit()` run no test, pack nothing and return nothing."""
    code = (
        "import autograder; from autograder.student import check, corpora, plots, submit, surnames; "
        "print(autograder.__file__, check('rnn_step'), submit())"
    )
    with public_folder() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code],
            check=False,
            cwd=folder,
            env={"PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
        )
        assert done.stdout.split() == [str(folder / "autograder" / "__init__.py"), "None", "None"], (
            done.stderr
        )


def test_every_staged_file_exists_in_the_package() -> None:
    """A file that is renamed is renamed here too."""
    assert [pattern for pattern in PUBLIC if not any(PACKAGE.glob(pattern))] == []


def test_what_the_notebooks_own_cells_read_is_there_before_they_run(server: Server) -> None:
    """Each worker would import and read it anew, which takes the first notebook as long as all of its other cells."""
    cells = [
        "import sys; from autograder.student.surnames import load_surnames",
        "print(load_surnames.cache_info().currsize, 'autograder.student.plots.curves' in sys.modules)",
    ]
    with server.open() as session:
        assert session.execute(cells)[1].output.split() == ["1", "True"]


@pytest.mark.slow  # the quick one attacks such a server: test_hidden_text.py
def test_where_a_model_is_trained_the_public_corpora_are_there_and_nothing_hidden() -> None:
    """By name: the files of a corpus and the thresholds; a notebook can load them in the jail as at home."""
    with public_folder(with_corpora=True) as folder:
        found = {path.relative_to(folder / "data") for path in (folder / "data").rglob("*") if path.is_file()}
    names = {"thresholds.json", *CORPUS_FILES}
    assert {path.name for path in found} == names
    assert not [path for path in found if "hidden" in path.parts]
    cell = (
        "from autograder.student import corpora\nfrom autograder.student.models import training\n"
        "print(len(corpora.vocabulary('sotu')), len(corpora.lines('sotu', 'train')) > 1000)"
    )
    with training_server() as server, server.open() as session:
        [outcome] = session.execute([cell])
    assert (outcome.error, outcome.output.split()) == ("", ["5000", "True"])
