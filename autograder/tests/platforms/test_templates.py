"""Every template is well formed, does what it says where it can be run here, and keeps what is hidden from students."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate
from typer.testing import CliRunner

from autograder.assignments.sources import ROOT, source_path
from autograder.cli import app
from autograder.platforms.gradescope import GRADER, grader_files
from autograder.platforms.template_files import template_files, write_templates
from autograder.tests.platforms import workflows
from autograder.tests.platforms.schemas import CLASSROOM50
from autograder.tests.platforms.workflows import run_step, stub
from autograder.tests.test_cli import few_cells


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """All templates, as the command writes them."""
    write_templates(tmp_path / "templates")
    return tmp_path / "templates"


def in_student_folders() -> dict[str, str]:
    """The templates that students can read, by name."""
    return {name: data.decode() for name, data in template_files().items() if not name.startswith("class/")}


@pytest.mark.parametrize("name", sorted(in_student_folders()))
def test_nothing_private_runs_where_students_can_read(name: str) -> None:
    """No secret, no solution and no hidden grading in their repositories, in Classroom 50's pages or on a hub."""
    text = in_student_folders()[name]
    for word in ("autograder grade", "AUTOGRADER_SEED", "secrets.", "solutions", "[grading]", "/private"):
        assert word not in text


def test_the_command_writes_every_template_once(tmp_path: Path) -> None:
    """Folders whose names begin with a dot among them; what somebody has edited is not lost."""
    arguments = ["package", "templates", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    written = {Path(line).relative_to(tmp_path / "out").as_posix() for line in done.stdout.splitlines()}
    assert written == set(template_files())
    assert {"student/.github/workflows/check.yml", "student/.devcontainer/devcontainer.json"} <= written
    assert os.access(tmp_path / "out" / "class" / "slurm.sh", os.X_OK)
    assert CliRunner().invoke(app, arguments).exit_code == 0
    edited = tmp_path / "out" / "class" / "Dockerfile"
    edited.write_text("FROM scratch\n", encoding="utf-8")
    refused = CliRunner().invoke(app, arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "was edited" in refused.stderr
    assert edited.read_text(encoding="utf-8") == "FROM scratch\n"


def test_workflows_are_well_formed(templates: Path) -> None:
    """They may read and no more, have a time limit, and let no text from outside into a command."""
    for name in ("class/.github/workflows/grade.yml", "student/.github/workflows/check.yml"):
        workflow = workflows.load(templates / name)
        assert workflow["permissions"] == {"contents": "read"}
        assert {"name", "on", "jobs"} <= set(workflow)
        for _job, step in workflows.steps(workflow):
            found = set(workflows.EXPRESSION.findall(step["run"]))
            assert found <= {"matrix.shard"}, step
    for path in templates.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


def test_the_class_workflow_collects_grades_and_merges(templates: Path, tmp_path: Path) -> None:
    """Each of its commands, in order: only the class's repositories, every shard with the secret seed, one summary."""
    workflow = workflows.load(templates / "class/.github/workflows/grade.yml")
    programs, folder = tmp_path / "bin", tmp_path / "course"
    folder.mkdir()
    stub(programs, "pip")
    stub(programs, "git")
    stub(
        programs, "gh", '[ "$1" = repo ] && printf "hw1-ada\\nhw1-bob\\nhw10-eve\\nsecret\\nhw1-\\n" || true'
    )
    makes = "mkdir -p marks-1 marks/github; echo ok > marks/github/summary.md"
    stub(programs, "autograder", f'echo "seed=$AUTOGRADER_SEED" >> {programs}/calls.txt; {makes}')
    context = {"secrets.AUTOGRADER_SEED": "77", "secrets.STUDENT_REPOSITORIES": "t"}
    context |= {"inputs.organization": "course", "inputs.prefix": "hw1-"}
    path = f"{programs}:{os.environ['PATH']}"
    for job, step in workflows.steps(workflow):
        if "if" in step and "private" in step["if"]:
            continue
        for shard in workflow["jobs"][job].get("strategy", {}).get("matrix", {}).get("shard", ["1"]):
            run_step(step, folder, context | {"matrix.shard": shard}, path)
    calls = (programs / "calls.txt").read_text(encoding="utf-8").splitlines()
    clones = {call for call in calls if call.startswith("git clone")}
    assert {re.sub(".* ", "", call) for call in clones} == {
        "handed-in/hw1-submissions/hw1-ada",
        "handed-in/hw1-submissions/hw1-bob",
    }
    shards = workflow["jobs"]["grade"]["strategy"]["matrix"]["shard"]
    for shard in shards:
        command = f"autograder grade handed-in/ --out marks-{shard} --shard {shard}/{len(shards)}"
        assert calls[calls.index(command) + 1] == "seed=77"
    assert "autograder merge marks-1 --out marks --format html,json,csv,github" in calls
    assert (folder / "step-summary.md").read_text(encoding="utf-8") == "ok\n"


def test_a_public_class_repository_is_refused(templates: Path, tmp_path: Path) -> None:
    """Before anything is installed, whatever else the workflow does."""
    workflow = workflows.load(templates / "class/.github/workflows/grade.yml")
    first = workflow["jobs"]["grade"]["steps"][0]
    assert first["if"] == "${{ !github.event.repository.private }}"
    with pytest.raises(AssertionError, match="Make it private"):
        run_step(first, tmp_path, {}, os.environ["PATH"])


def test_a_prefix_without_an_organization_is_refused(templates: Path, tmp_path: Path) -> None:
    """It would be ignored, and another class graded than the one that was meant."""
    workflow = workflows.load(templates / "class/.github/workflows/grade.yml")
    [collect] = [step for _job, step in workflows.steps(workflow) if step["name"] == "Collect"]
    assert collect["if"] == "${{ inputs.organization || inputs.prefix }}"
    context = {"secrets.STUDENT_REPOSITORIES": "t", "inputs.organization": "", "inputs.prefix": "hw1-"}
    with pytest.raises(AssertionError, match="Name the organization as well"):
        run_step(collect, tmp_path, context, os.environ["PATH"])


def test_gitlab_grades_by_its_own_numbers(templates: Path) -> None:
    """Shards are numbered from 1 there as here, and all of them are merged."""
    pipeline = workflows.load(templates / "class/.gitlab-ci.yml")
    assert pipeline["stages"] == ["grade", "merge"]
    assert '--shard "$CI_NODE_INDEX/$CI_NODE_TOTAL"' in pipeline["grade"]["script"][0]
    assert int(pipeline["grade"]["parallel"]) > 1
    assert pipeline["workflow"]["rules"] == [{"if": '$CI_PROJECT_VISIBILITY == "private"'}]
    for script in (
        pipeline["grade"]["script"],
        pipeline["merge"]["script"],
        pipeline["default"]["before_script"],
    ):
        for line in script:
            assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0


def test_a_slurm_array_grades_its_shards(templates: Path, tmp_path: Path) -> None:
    """One of 8 jobs; without a seed it says so, and grades nothing."""
    stub(tmp_path / "bin", "autograder")
    script = ["bash", str(templates / "class/slurm.sh"), "handed-in/"]
    told = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "8", "SLURM_CPUS_PER_TASK": "2"}
    told["PATH"] = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    refused = subprocess.run(script, env=told, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "secret number" in refused.stderr
    subprocess.run(script, env=told | {"AUTOGRADER_SEED": "77"}, check=True)
    [call] = (tmp_path / "bin" / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert call == "autograder grade handed-in/ --out marks/shard-3 --jobs 2 --shard 3/8"


def test_a_kubernetes_job_grades_its_shards(templates: Path, tmp_path: Path) -> None:
    """Its indices begin at 0 and shards at 1; there are as many shards as completions."""
    job = workflows.load(templates / "class/kubernetes.yml")
    assert (job["kind"], job["spec"]["completionMode"]) == ("Job", "Indexed")
    [container] = job["spec"]["template"]["spec"]["containers"]
    stub(tmp_path / "bin", "autograder")
    count = int(job["spec"]["completions"])
    for index in range(count):
        told = {"JOB_COMPLETION_INDEX": str(index), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
        subprocess.run([*container["command"], *container["args"]], env=told, check=True)
    calls = (tmp_path / "bin" / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert [call.split("--shard ")[1] for call in calls] == [f"{n}/{count}" for n in range(1, count + 1)]
    [variable] = container["env"]
    assert variable["name"] == "AUTOGRADER_SEED"
    assert "secretKeyRef" in variable["valueFrom"]


def test_the_image_holds_what_the_grader_needs(templates: Path) -> None:
    """All that Gradescope's zip holds too, and no tests; its build commands are commands."""
    text = (templates / "class/Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for name in line.split()}
    assert copied == {pattern.split("/")[0] for pattern in GRADER}
    assert all((ROOT / name).exists() for name in copied)
    assert "autograder/tests" in (templates / "class/.dockerignore").read_text(encoding="utf-8").splitlines()
    assert re.search(r"^RUN pip install .*whl/cpu.*--constraint constraints.txt", text, re.MULTILINE)


def test_images_and_containers_install_alike(templates: Path) -> None:
    """Everywhere the grader is pinned by constraints.txt, and nobody downloads what only a graphics card needs."""
    texts = [path.read_text(encoding="utf-8") for path in templates.rglob("*") if path.is_file()]
    installs = [
        line
        for text in texts
        for line in re.sub(r"\\\n|\n +(?=--)", " ", text).splitlines()
        if "pip install" in line
    ]
    assert len(installs) >= 7
    for line in installs:
        assert "whl/cpu" in line
        assert ("[grading]" in line) == ("--constraint constraints.txt" in line)


FAKE = """import json, sys
notebook = sys.argv[2]
if "broken" in notebook:
    sys.exit("It is not a notebook.")
test = {"outcome": "failed", "title": "The bias is added.", "message": "0 is not 1", "hint": "Where is b?"}
tasks = [
    {"name": "rnn_step", "status": "partial", "score": 1.335, "max_score": 2.0, "tests": [test]},
    {"name": "pad_batch", "status": "passed", "score": 2.5, "max_score": 2.5, "tests": []},
]
print(json.dumps({"tasks": tasks, "stops": []}))
"""


@pytest.fixture
def repository(tmp_path: Path, templates: Path) -> Path:
    """A student's repository whose checks cost nothing."""
    folder = tmp_path / "repository"
    for name in ("autograder/__init__.py", "torch.py", "rnn_basics.ipynb", "other.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "autograder" / "__main__.py").write_text(FAKE, encoding="utf-8")
    script = folder / ".github" / "desk_check.py"
    script.parent.mkdir()
    script.write_bytes((templates / "student/.github/desk_check.py").read_bytes())
    return folder


def checked(repository: Path, script: Path, **told: str) -> dict[str, Any]:
    """What the script writes, which is always of Classroom 50's form."""
    environment = {"PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": str(repository.parent), **told}
    done = subprocess.run(
        [sys.executable, script], cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((repository / "result.json").read_text(encoding="utf-8"))
    validate(document, CLASSROOM50)
    return document


def test_a_students_repository_gets_the_desk_checks(repository: Path) -> None:
    """All of its notebooks, points in hundredths as integers, what the first failed test says; and it is no grade."""
    (repository / "other.ipynb").rename(repository / "broken.ipynb")
    document = checked(
        repository, repository / ".github" / "desk_check.py", GITHUB_REPOSITORY="course/hw1-ada"
    )
    broken, rnn_step, pad_batch = document["tests"]
    assert (rnn_step["score"], rnn_step["max-score"], rnn_step["passed"]) == (134, 200, False)
    assert rnn_step["output"] == "The bias is added.\n0 is not 1\nWhere is b?"
    assert (pad_batch["score"], pad_batch["passed"]) == (250, True)
    assert broken["output"] == "It is not a notebook."
    assert (document["score"], document["max-score"]) == (384, 450)
    assert "This is not the grade" in (repository / "release-body.md").read_text(encoding="utf-8")


def test_classroom_50_runs_the_same_script(repository: Path, templates: Path, tmp_path: Path) -> None:
    """From a folder of its own, where it is called autograder.py; on its assignment's notebook; as whose it says."""
    told = {"CLASSROOM": "cs1", "ASSIGNMENT": "rnn-basics", "OWNER": "ada", "ASSIGNMENT_TYPE": "group"}
    told |= {"SUBMISSION_TAG": "submit/2026-11-20-abc", "COMMIT_URL": "https://c", "RELEASE_URL": "https://r"}
    document = checked(repository, templates / "classroom50" / "autograder.py", **told)
    assert len(document["tests"]) == 2
    assert {
        "classroom": "cs1",
        "assignment": "rnn-basics",
        "owner": "ada",
        "commit": "https://c",
    }.items() <= document.items()
    assert (document["submission"], document["assignment_type"]) == ("submit/2026-11-20-abc", "group")


@pytest.mark.parametrize("address", ["github.com/course/notebooks", "javascript:alert(1)", ""])
def test_a_link_needs_addresses(address: str) -> None:
    """Of the repository as of the hub."""
    good = "https://hub.example.org"
    for repository, hub in ((address, good), (good, address)):
        done = CliRunner().invoke(app, ["package", "link", repository, "--hub", hub])
        assert (done.exit_code, done.stdout) == (2, "")
        assert "not an address" in done.stderr


def test_a_link_opens_the_notebook_on_the_hub() -> None:
    """As nbgitpuller documents it; every part is quoted."""
    arguments = ["package", "link", "https://github.com/course/rnn.git", "--hub", "https://hub.example.org/"]
    done = CliRunner().invoke(app, [*arguments, "--notebook", "rnn_basics.ipynb"])
    assert done.stdout.strip() == (
        "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fcourse%2Frnn.git"
        "&branch=main&urlpath=lab%2Ftree%2Frnn%2Frnn_basics.ipynb"
    )


@pytest.mark.slow
def test_a_wheel_holds_the_templates(tmp_path: Path) -> None:
    """All of them, folders whose names begin with a dot too."""
    for name, data in grader_files().items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        tmp_path,
        tmp_path / "source",
    ]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = {name.partition("platforms/templates/")[2] for name in wheel.namelist()}
    folder = ROOT / "autograder/platforms/templates"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} <= held


@pytest.mark.slow
def test_the_class_workflow_leads_to_marks(templates: Path, tmp_path: Path) -> None:
    """Cloned from repositories as Git does it, graded in three shards, merged: points and names in the summary."""
    workflow = workflows.load(templates / "class/.github/workflows/grade.yml")
    programs, folder = tmp_path / "bin", tmp_path / "course"
    folder.mkdir()
    for student, answer in (("ada", ()), ("bob", ("pad_batch",))):
        few_cells(tmp_path / "remote/course" / f"hw1-{student}" / "rnn_basics.ipynb", "masked_mean", *answer)
        for command in (
            ["init", "-q"],
            ["add", "."],
            ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"],
        ):
            subprocess.run(["git", "-C", tmp_path / "remote/course" / f"hw1-{student}", *command], check=True)
    stub(programs, "pip")
    stub(programs, "gh", '[ "$1" = repo ] && printf "hw1-ada\\nhw1-bob\\n" || true')
    stub(
        programs,
        "autograder",
        f'[ "$1" = data ] || PYTHONPATH={ROOT} exec {sys.executable} -m autograder "$@"',
    )
    (tmp_path / ".gitconfig").write_text(
        f'[url "{tmp_path}/remote/"]\ninsteadOf = https://github.com/\n', encoding="utf-8"
    )
    context = {"secrets.AUTOGRADER_SEED": "77", "secrets.STUDENT_REPOSITORIES": "t"}
    context |= {"inputs.organization": "course", "inputs.prefix": "hw1-"}
    path = f"{programs}:{os.environ['PATH']}"
    os.environ["GIT_CONFIG_GLOBAL"] = str(tmp_path / ".gitconfig")
    try:
        for job, step in workflows.steps(workflow):
            shards = workflow["jobs"][job].get("strategy", {}).get("matrix", {}).get("shard", ["1"])
            for shard in shards if step["name"] == "Grade" else shards[:1]:
                if "private" not in step.get("if", ""):
                    run_step(step, folder, context | {"matrix.shard": shard}, path)
    finally:
        del os.environ["GIT_CONFIG_GLOBAL"]
    results = json.loads((folder / "marks/results.json").read_text(encoding="utf-8"))["results"]
    assert [(result["student"], result["status"]) for result in results] == [
        ("ada", "graded"),
        ("bob", "graded"),
    ]
    summary = (folder / "step-summary.md").read_text(encoding="utf-8")
    assert "## ada" in summary


@pytest.mark.slow
def test_the_student_workflow_checks_the_bundle(templates: Path, tmp_path: Path) -> None:
    """In the bundle that students get, with the solution in it: all points of the desk, in Classroom 50's form."""
    from autograder.maintain.release import release

    [archive] = [path for path in release(tmp_path) if path.suffix == ".zip"]
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(tmp_path / "bundle")
    [repository] = (tmp_path / "bundle").iterdir()
    for notebook in repository.glob("*.ipynb"):
        if notebook.stem != "rnn_basics":
            notebook.unlink()
    (repository / "rnn_basics.ipynb").write_bytes(source_path("rnn_basics").read_bytes())
    for name, data in template_files().items():
        if name.startswith("student/"):
            path = repository / name.removeprefix("student/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    programs = tmp_path / "bin"
    stub(programs, "pip")
    stub(programs, "python", f'unset PYTHONPATH; exec {sys.executable} "$@"')
    for _job, step in workflows.steps(workflows.load(repository / ".github/workflows/check.yml")):
        run_step(step, repository, {}, f"{programs}:{os.environ['PATH']}")
    document = json.loads((repository / "result.json").read_text(encoding="utf-8"))
    validate(document, CLASSROOM50)
    assert document["score"] == document["max-score"] > 0
