"""The commands `autograder data …`: what they print, and how they end."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import Field, fields, replace

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.maintain import doctor
from autograder.maintain.data import prepare, sotu
from autograder.maintain.data import thresholds as measuring
from autograder.maintain.data.corpus import DataError
from autograder.sandbox.limits import Limits

runner = CliRunner(env={"COLUMNS": "200"})


@pytest.mark.parametrize("command", [[], ["prepare"], ["verify"], ["list"], ["thresholds"]])
def test_help_teaches_without_loading_anything_heavy(command: list[str]) -> None:
    """Every command explains itself, with an example, and `--help` imports neither torch nor numpy."""
    code = (
        "import sys\nfrom autograder.cli import app\n"
        f"try:\n    app({['data', *command, '--help']!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'torch', 'numpy', 'pytest'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"autograder data {' '.join(command)}".strip() in done.stdout


def test_what_is_prepared_is_listed_and_verified() -> None:
    """The course's corpus is there and right; every known corpus has its row."""
    listed = runner.invoke(app, ["data", "list"])
    assert listed.exit_code == 0
    rows = {line.split()[0]: line for line in listed.stdout.splitlines()}
    assert {"sotu", "surnames", "wikitext-2", "nsmc"} <= set(rows)
    assert "1,983,088, 112,923, 121,715" in rows["sotu"]
    verified = runner.invoke(app, ["data", "verify"])
    assert verified.exit_code == 0
    assert "sotu: every file is there and right." in verified.stdout
    again = runner.invoke(app, ["data", "prepare"])
    assert (again.exit_code, again.stdout) == (0, "sotu was prepared already.\n")


def test_what_cannot_be_prepared_is_one_sentence() -> None:
    """On stderr, with exit code 2."""
    for arguments in (["nsmc"], ["my-letters", "--from", "absent"], ["surnames"], ["../x"]):
        done = runner.invoke(app, ["data", "prepare", *arguments])
        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert not done.stdout


def test_an_exposed_text_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is damaged and a package that is installed: both sentences, and exit code 2."""
    monkeypatch.setattr(prepare, "problems", lambda name: [f"{name} is damaged."])
    monkeypatch.setattr(sotu, "installed_sentence", lambda: "The package sotu is installed.")
    done = runner.invoke(app, ["data", "verify"])
    assert done.exit_code == 2
    assert "sotu is damaged." in done.stderr
    assert "The package sotu is installed." in done.stderr


def test_the_doctor_looks_at_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the corpus, or with its package installed, submissions cannot be graded here."""
    assert doctor._data()[1]
    monkeypatch.setattr(doctor, "problems", lambda: ["sotu is not prepared."])
    monkeypatch.setattr(doctor, "installed_sentence", lambda: "The package sotu is installed.")
    lines, is_able = doctor._data()
    assert not is_able
    assert [line.partition("] ")[2] for line in lines[1:]] == [
        "sotu is not prepared.",
        "The package sotu is installed.",
    ]


@pytest.mark.parametrize("field", fields(Limits), ids=lambda field: field.name)
def test_the_doctor_shows_every_limit(field: Field[float]) -> None:
    """One that is changed changes what is said."""
    usual = Limits()
    changed = replace(usual, **{field.name: 2 * getattr(usual, field.name)})
    assert doctor._limits(changed) != doctor._limits(usual)


def test_thresholds_need_a_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and exit code 2."""

    def refuse(*_arguments: object) -> None:
        raise DataError("The corpus is not there.")

    monkeypatch.setattr(measuring, "write_baselines", refuse)
    done = runner.invoke(app, ["data", "thresholds"])
    assert (done.exit_code, done.stderr) == (2, "The corpus is not there.\n")
