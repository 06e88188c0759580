"""Runs the checks of the notebooks here, as `check()` does at a desk, and writes Classroom 50's result.json.

It needs nothing but Python and the student's own repository: no hidden test, no answer, no mark. Points are integers
there, so they are given in hundredths. The format: https://github.com/foundation50/classroom50, schemas/result-v1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HUNDREDTHS = 100


def notebooks(folder: Path, assignment: str) -> list[Path]:
    """The notebook called like the assignment, else all in the folder."""
    named = folder / f"{assignment.replace('-', '_')}.ipynb"
    return [named] if named.is_file() else sorted(folder.glob("*.ipynb"))


def install_if_missing(folder: Path) -> None:
    """Installs what the checks need, as the repository says, where nobody has done so."""
    if subprocess.run([sys.executable, "-c", "import torch, autograder"], cwd=folder, check=False).returncode:
        index = "https://download.pytorch.org/whl/cpu"
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--extra-index-url",
            index,
            "--editable",
            ".",
        ]
        subprocess.run(command, cwd=folder, check=True)


def rows(notebook: Path) -> list[dict[str, Any]]:
    """A row for each task of a notebook; one that says why if it cannot be checked."""
    command = [sys.executable, "-m", "autograder", "check", notebook.name, "--format", "json"]
    done = subprocess.run(command, cwd=notebook.parent, capture_output=True, text=True, check=False)
    try:
        tasks = json.loads(done.stdout)["tasks"]
    except (ValueError, KeyError):
        said = done.stderr.strip().splitlines()
        return [_row(notebook.stem, False, 0, 0, said[-1] if said else "It cannot be checked.")]
    return [
        _row(task["name"], task["status"] == "passed", task["score"], task["max_score"], _message(task))
        for task in tasks
    ]


def _row(name: str, passed: bool, score: float, max_score: float, message: str) -> dict[str, Any]:
    return {
        "test-name": name,
        "passed": passed,
        "score": round(score * HUNDREDTHS),
        "max-score": round(max_score * HUNDREDTHS),
        "output": message,
    }


def _message(task: dict[str, Any]) -> str:
    """What the first failed test of a task says, with its question."""
    for test in task["tests"]:
        if test["outcome"] != "passed":
            return "\n".join(text for text in (test["title"], test["message"], test["hint"]) if text)
    return ""


def result(tests: list[dict[str, Any]], told: dict[str, str], committed: str) -> dict[str, Any]:
    """The document: the tests, and whose they are as the environment `told`, by Classroom 50 or by GitHub alone."""
    full_name = told.get("GITHUB_REPOSITORY", "local/course")
    owner, _slash, name = full_name.partition("/")
    repository = f"{told.get('GITHUB_SERVER_URL', 'https://github.com')}/{full_name}"
    commit = told.get("COMMIT_URL") or f"{repository}/commit/{told.get('GITHUB_SHA', 'HEAD')}"
    return {
        "schema": "classroom50/result/v1",
        "classroom": told.get("CLASSROOM") or owner,
        "assignment": told.get("ASSIGNMENT") or name,
        "assignment_type": told.get("ASSIGNMENT_TYPE") or "individual",
        "owner": told.get("OWNER") or told.get("USERNAME") or told.get("GITHUB_ACTOR") or owner,
        "submission": told.get("SUBMISSION_TAG") or f"submit/{committed.replace(':', '-')}",
        "commit": commit,
        "release": told.get("RELEASE_URL") or f"{repository}/releases",
        "review": told.get("REVIEW_URL") or commit,
        "datetime": committed,
        "score": sum(row["score"] for row in tests),
        "max-score": sum(row["max-score"] for row in tests),
        "tests": tests,
    }


def summary(document: dict[str, Any]) -> str:
    """The result as a table in Markdown."""
    lines = [
        f"Desk checks: {_points(document)} points. This is not the grade.",
        "",
        "| | Task | Points |",
        "|:-:|---|--:|",
    ]
    lines += [
        f"| {'✓' if row['passed'] else '✗'} | {row['test-name']} | {_points(row)} |"
        for row in document["tests"]
    ]
    return "\n".join([*lines, ""])


def _points(row: dict[str, Any]) -> str:
    return f"{row['score'] / HUNDREDTHS:g} / {row['max-score'] / HUNDREDTHS:g}"


def committed_at(folder: Path) -> str:
    """When the last commit was made, in UTC; now where there is none."""
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = int(done.stdout) if done.stdout.strip().isdecimal() else None
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def main() -> None:
    """Checks the notebooks in the current folder, and writes result.json and release-body.md there."""
    folder = Path.cwd()
    install_if_missing(folder)
    found = notebooks(folder, os.environ.get("ASSIGNMENT", ""))
    tests = [row for notebook in found for row in rows(notebook)]
    document = result(tests, dict(os.environ), committed_at(folder))
    Path("result.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    Path("release-body.md").write_text(summary(document), encoding="utf-8")
    print(summary(document))


if __name__ == "__main__":
    main()
