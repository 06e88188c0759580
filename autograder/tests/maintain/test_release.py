"""What students get: release notebooks that are current, a bundle that runs, and nothing hidden in it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import autograder.maintain.release
from autograder.assignments import sources
from autograder.assignments.sources import ROOT, SOLUTIONS, assignment_names, source_notebook
from autograder.grading.mistakes import read_mistakes
from autograder.maintain.release import completeness
from autograder.maintain.release.assignments import ASSIGNMENTS, release_notebooks
from autograder.maintain.release.bundle import NAME, bundle_files, unzipped, zipped
from autograder.maintain.release.leaks import PACKAGE, Leak, Secret, assert_nothing_leaks, squash


@pytest.fixture(scope="module")
def notebooks() -> dict[str, bytes]:
    """The release notebooks, made by nbgrader (which takes seconds to import)."""
    return release_notebooks()


@pytest.fixture(scope="module")
def files(notebooks: dict[str, bytes]) -> dict[str, bytes]:
    """What is in the bundle."""
    return bundle_files(notebooks)


def test_assignments_are_current(notebooks: dict[str, bytes]) -> None:
    """assignments/ is byte for byte what nbgrader makes of solutions/ (if not: `make assignments`)."""
    assert sorted(notebooks) == assignment_names()
    for name, data in notebooks.items():
        assert (ASSIGNMENTS / name / f"{name}.ipynb").read_bytes() == data


def test_release_keeps_cells_and_points(notebooks: dict[str, bytes]) -> None:
    """A release notebook has every cell of its source in order, with its id, and the same points."""
    for name, data in notebooks.items():
        source = json.loads((SOLUTIONS / name / f"{name}.ipynb").read_text(encoding="utf-8"))
        release = json.loads(data)
        assert [cell["id"] for cell in release["cells"]] == [cell["id"] for cell in source["cells"]]
        points = [
            [cell["metadata"].get("nbgrader", {}).get("points") for cell in notebook["cells"]]
            for notebook in (source, release)
        ]
        assert points[0] == points[1]
        assert not any(cell.get("outputs") for cell in release["cells"])
        assert "raise NotImplementedError()" in data.decode("utf-8")


def test_nothing_hidden_is_in_the_bundle(files: dict[str, bytes], secrets: list[Secret]) -> None:
    """No file for students holds a line of a solution, an alternative or a known mistake."""
    assert len(secrets) > 100
    assert_nothing_leaks(files, secrets)


def test_bundle_holds_the_public_rooms_only(files: dict[str, bytes]) -> None:
    """Of the package the bundle has `student/` and the public part of `assignments/`; nothing of the grader."""
    rooms = {name.split("/")[1] for name in files if name.startswith("autograder/") and name.count("/") > 1}
    assert rooms == {"student", "assignments"}
    assert "autograder/cli.py" not in files
    assert not [name for name in files if "private" in name]
    assert {"rnn_basics.ipynb", "README.md", "LICENSE", "pyproject.toml"} <= set(files)
    assert {"requirements.txt", "environment.yml", "AGENTS.md", "CLAUDE.md"} <= set(files)


def test_bundle_needs_what_the_student_part_needs(files: dict[str, bytes]) -> None:
    """Name, Python and version ranges are the project's; JupyterLab is an extra; nothing of the grader comes along."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    theirs = tomllib.loads(files["pyproject.toml"].decode("utf-8"))["project"]
    for key in ("name", "requires-python", "dependencies"):
        assert theirs[key] == ours[key]
    notebooks = theirs["optional-dependencies"]["notebooks"]
    assert [package.split(">=")[0] for package in notebooks] == ["jupyterlab", "ipykernel", "ipython"]


def test_a_course_on_github_gets_badges(notebooks: dict[str, bytes], files: dict[str, bytes]) -> None:
    """One for every notebook whose first code cell has the address; without one there is no empty place either."""
    address = "https://github.com/course/notebooks"
    placed = {
        name: data.replace(b'_COURSE = \\"\\"', f'_COURSE = \\"{address}\\"'.encode())
        for name, data in notebooks.items()
    }
    readme = bundle_files(placed)["README.md"].decode("utf-8")
    for name in notebooks:
        link = f"https://colab.research.google.com/github/course/notebooks/blob/main/{name}.ipynb"
        assert readme.count(f"({link})") == 1
    without = files["README.md"].decode("utf-8")
    assert "badge" not in without.lower()
    assert "\n\n\n" not in without + readme


def test_an_assistant_is_asked_to_tutor(files: dict[str, bytes]) -> None:
    """What AI assistants read when they open the folder: ask, point to the check, never write the answer."""
    told = files["AGENTS.md"].decode("utf-8")
    for promise in ("Never write the answer", "Ask first", "Point to the check"):
        assert promise in told
    assert "AGENTS.md" in files["CLAUDE.md"].decode("utf-8")


def test_same_files_give_the_same_archive(files: dict[str, bytes], tmp_path: Path) -> None:
    """The order of the files does not matter, all have the date of the release, and the archive gives them back."""
    date = (2026, 11, 20, 12, 30, 0)
    archive = zipped(files, date)
    assert archive == zipped(dict(reversed(list(files.items()))), date)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {date}
    path = tmp_path / "bundle.zip"
    path.write_bytes(archive)
    assert unzipped(path) == {f"{NAME}/{name}": data for name, data in files.items()}


RUN_IN_BUNDLE = """
import importlib, json, pathlib, pkgutil
import autograder
here = pathlib.Path.cwd()
assert pathlib.Path(autograder.__file__).is_relative_to(here), autograder.__file__
tests = [module.name for module in pkgutil.walk_packages(autograder.__path__, "autograder.")]
for name in tests:
    if not name.endswith("__main__"):
        importlib.import_module(name)
cells = json.loads((here / "rnn_basics.ipynb").read_text(encoding="utf-8"))["cells"]
namespace = {}
for cell in cells:
    if cell["cell_type"] == "code" and "setup" in cell["metadata"].get("tags", []):
        exec("".join(cell["source"]), namespace)
        if "check" in namespace:
            break
assert callable(namespace["check"])
assert len(tests) > 10

from autograder.student.cli import app

def ends_with(code, name):
    try:
        app(["check", name])
    except SystemExit as end:
        assert end.code == code, end.code

ends_with(1, "rnn_basics.ipynb")
ends_with(2, "absent.ipynb")
"""


def test_bundle_runs_by_itself(files: dict[str, bytes], tmp_path: Path) -> None:
    """Unpacked elsewhere, every module can be imported, the notebook's imports run, and `autograder check` works."""
    unpack(files, tmp_path)
    ran = in_folder(tmp_path, "-c", RUN_IN_BUNDLE)
    assert ran.returncode == 0, ran.stderr
    assert "rnn_step" in ran.stdout
    assert "absent.ipynb cannot be opened" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.slow  # the quick one is test_cli.py's, in the course's own copy
def test_the_bundle_submits(files: dict[str, bytes], tmp_path: Path) -> None:
    """Unpacked elsewhere, `autograder submit` runs the notebook anew and packs it."""
    unpack(files, tmp_path)
    begun = tmp_path / "begun" / "rnn_basics.ipynb"
    begun.parent.mkdir()
    begun.write_text(as_far_as_the_first_check(files["rnn_basics.ipynb"]), encoding="utf-8")
    packed = in_folder(tmp_path, "-m", "autograder", "submit", str(begun))
    assert packed.returncode == 0, packed.stderr
    assert begun.with_suffix(".zip").is_file()


def unpack(files: dict[str, bytes], folder: Path) -> None:
    """The files of the bundle, in a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def as_far_as_the_first_check(notebook: bytes) -> str:
    """The beginning of a notebook: `submit` runs all checks, as `check` does, which takes its time."""
    document = json.loads(notebook)
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in document["cells"]]
    end = next(place for place, name in enumerate(names) if name.startswith("check-"))
    return json.dumps(document | {"cells": document["cells"][: end + 1]})


def in_folder(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in a folder that comes first when modules are looked for."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def alternative_lines() -> str:
    """Some lines in a row of a right answer in another style, which is private."""
    path = next(
        (PACKAGE / "assignments" / "rnn_basics" / "private" / "alternatives").glob("rnn_backward/*.py")
    )
    return "\n".join(path.read_text(encoding="utf-8").splitlines()[3:])


def notebook_with(source: str) -> bytes:
    """A notebook with one cell, as JSON, in which quotation marks and line ends are escaped."""
    cell = {"cell_type": "code", "source": source.splitlines(keepends=True)}
    return json.dumps({"cells": [cell]}, ensure_ascii=True).encode("utf-8")


def leaks() -> dict[str, tuple[str, bytes]]:
    """One file for every kind of leak: its name and what is in it."""
    answers = source_notebook("rnn_basics").answers()
    backward = answers["rnn_backward"].source.split("### BEGIN SOLUTION")[1]
    quoted = next(line for line in backward.splitlines() if '"W_xh"' in line)
    loop = answers["rnn_forward"].source.split("### BEGIN SOLUTION")[1].splitlines()[3]
    prose = next(
        cell.source
        for cell in source_notebook("rnn_basics").cells
        if cell.kind == "markdown" and cell.nbgrader.get("solution")
    )
    written = next(line for line in reversed(prose.splitlines()) if len(line) > 40)
    mistake = next(mistake for mistake in read_mistakes("rnn_basics") if mistake.id == "A04a")
    added = next(line[1:] for line in mistake.hunks[0] if line.startswith("+"))
    return {
        "solution line": ("README.md", b"Try this: return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"),
        "solution, other spaces": (
            "student/x.py",
            b"#  return torch.tanh(x@W_xh.T  +  h@W_hh.T\n#".replace(b"\n#", b"\n + b)"),
        ),
        "solution, escaped in JSON": ("a.ipynb", notebook_with(f"{quoted}\n")),
        "solution inside of a loop": ("README.md", loop.encode("utf-8")),
        "solution in prose": ("README.md", written.encode("utf-8")),
        "lines of an alternative": ("student/x.py", alternative_lines().encode("utf-8")),
        "what is wrong in a mistake": ("README.md", mistake.what.encode("utf-8")),
        "code of a mistake": ("README.md", added.encode("utf-8")),
        "marker of a solution": ("a.ipynb", notebook_with("### BEGIN SOLUTION\n")),
        "marker of hidden tests": ("student/x.py", b"### BEGIN HIDDEN TESTS"),
        "not text": ("logo.png", b"\x89PNG\r\n\x1a\n\xff"),
        "broken JSON": ("a.ipynb", b"{"),
        "text in a sketch": (
            "a/recorded/x.json",
            recording({"hint": "Why?", "tests": {"test_a": ["y" * 13, []]}}),
        ),
        "more than a question of a mistake": (
            "a/recorded/x.json",
            recording({"hint": "Why?", "what": "", "tests": {}}),
        ),
        "another recording": ("a/recorded/x.json", b'{"answers": {}, "mistakes": {}, "solution": ""}'),
    }


def recording(mistake: dict[str, object]) -> bytes:
    """A recording with one mistake in it."""
    return json.dumps({"answers": {}, "mistakes": {"A1": mistake}}).encode()


@pytest.mark.parametrize("kind", leaks())
def test_every_kind_of_leak_is_found(kind: str, secrets: list[Secret]) -> None:
    """A planted leak is reported with the name of its file."""
    name, data = leaks()[kind]
    with pytest.raises(Leak, match=name.replace(".", r"\.")):
        assert_nothing_leaks({"fine.md": b"Nothing in here.", name: data}, secrets)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("student/x.py", "return ids, lengths\n"),  # only names
        ("student/x.py", "optimizer.zero_grad()\n"),  # every tutorial has it
        ("student/x.py", "    return h, c\n"),  # too short to tell anything
        ("README.md", "torch.manual_seed(0)"),  # stands in the notebook for all to read
        (
            "assignments/rnn_basics/tests/test_x.py",
            "arguments = step_arguments(draw, sizes, leaf=True)",
        ),  # set-up
    ],
)
def test_what_tells_nothing_may_stand(name: str, text: str, secrets: list[Secret]) -> None:
    """Short lines, bare returns, published lines and a single line of set-up are let through."""
    assert_nothing_leaks({name: text.encode("utf-8")}, secrets)


def test_no_archive_is_left_when_something_leaks(
    secrets: list[Secret], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`release` raises `Leak`, and neither a new nor an older archive lies in the folder afterwards."""
    older = tmp_path / f"{NAME}.zip"
    older.write_bytes(b"older")

    def leaking(_notebooks: Mapping[str, bytes]) -> dict[str, bytes]:
        return {"README.md": b"Nothing in here.", "notes.md": b"### BEGIN SOLUTION"}

    monkeypatch.setattr(autograder.maintain.release, "release_notebooks", dict)
    monkeypatch.setattr(autograder.maintain.release, "bundle_files", leaking)
    monkeypatch.setattr(
        autograder.maintain.release, "hidden_runs", dict
    )  # those of the corpora are not in question
    monkeypatch.setattr(autograder.maintain.release, "all_secrets", lambda: secrets)
    with pytest.raises(Leak, match=r"notes\.md"):
        autograder.maintain.release.release(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_release_writes_the_archive(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a leak the one archive is written, and its name is returned."""
    monkeypatch.setattr(autograder.maintain.release, "release_notebooks", dict)
    monkeypatch.setattr(
        autograder.maintain.release, "bundle_files", lambda _notebooks: {"README.md": files["README.md"]}
    )
    assert autograder.maintain.release.release(tmp_path / "out") == [tmp_path / "out" / f"{NAME}.zip"]
    with zipfile.ZipFile(tmp_path / "out" / f"{NAME}.zip") as opened:
        assert opened.infolist()[0].date_time[0] > 1980
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{NAME}.zip"]


def test_secrets_hold_every_telling_solution_line(secrets: list[Secret]) -> None:
    """The search is for what the notebook really holds: the one line of `rnn_step` is among the secrets."""
    assert squash("return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)") in {secret.text for secret in secrets}


def test_what_an_assignment_lacks_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence each, by the name of the task; ours lack nothing."""
    assert completeness.missing() == []
    monkeypatch.setattr(sources, "assignments_of_tasks", lambda: {"rnn_step": "rnn_basics"})
    sentences = completeness.missing()
    assert (
        "pad_batch: no test in autograder/assignments/rnn_basics/tests/ is marked as a test of it."
        in sentences
    )
    assert not [sentence for sentence in sentences if sentence.startswith("rnn_step:")]
    monkeypatch.undo()
    monkeypatch.setattr(completeness, "ALTERNATIVES", 100)
    monkeypatch.setattr(completeness, "read_mistakes", lambda _assignment: ())
    sentences = completeness.missing()
    assert any(
        sentence.startswith("rnn_step: it has 3 right answers in other styles") for sentence in sentences
    )
    assert "rnn_step: there is no known mistake in private/mistakes/rnn_step.diff." in sentences


@pytest.mark.slow
def test_nbgrader_itself_makes_the_same_notebooks(notebooks: dict[str, bytes], tmp_path: Path) -> None:
    """`nbgrader generate_assignment` in the course directory writes the committed bytes, and leaves README.md alone."""
    shutil.copytree(SOLUTIONS, tmp_path / "solutions")
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    (tmp_path / "assignments").mkdir()
    (tmp_path / "assignments" / "README.md").write_text("kept", encoding="utf-8")
    # nbgrader starts `alembic` by name, which lies beside the interpreter.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    for name, data in notebooks.items():
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_assignment", name, "--force"],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "JUPYTER_CONFIG_DIR": str(tmp_path / "none")},
            check=True,
            capture_output=True,
            timeout=240,
        )
        assert (tmp_path / "assignments" / name / f"{name}.ipynb").read_bytes() == data
    assert (tmp_path / "assignments" / "README.md").read_text(encoding="utf-8") == "kept"
