"""Every command on a page for people is one that can be given: the parser of its program takes it.

Commands that a page gives for a fresh machine are run there, word by word, in `test_fresh.py`.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from autograder import cli
from autograder.assignments.sources import ROOT
from autograder.student import cli as student_cli

STUDENT = ROOT / "autograder" / "maintain" / "release" / "student"
PAGES = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("autograder/*/*.md"), *STUDENT.glob("*.md")}
)
PROGRAMS = "autograder|make|python|python3|pip|nbgrader|conda|jupyter|source|export|mkdir|git|pre-commit|cd"
OTHERS = {
    "conda",
    "jupyter",
    "source",
    "export",
    "mkdir",
    "git",
    "pre-commit",
    "cd",
    "cp",
    "docker",
    "sbatch",
    "unzip",
}  # not ours: told, not parsed
_FENCE = re.compile(r"```(?:console|sh|bash)\n(.*?)```", re.DOTALL)
_INDENTED = re.compile(rf"^(?: {{4,6}})((?:\.venv/bin/)?(?:{PROGRAMS}) .+)$", re.MULTILINE)
_INLINE = re.compile(rf"`((?:{PROGRAMS})(?: [^`\n]+)?)`")


def commands(text: str) -> Iterator[str]:
    """The commands on a page: in its blocks and in its sentences, without comments and what is left to the reader."""
    blocks = [line for block in _FENCE.findall(text) for line in block.splitlines()]
    for line in [*blocks, *_INDENTED.findall(text), *_INLINE.findall(text)]:
        command = re.split(r"\s+# ", line.strip())[0]
        if command and not command.startswith("#") and not re.search(r"[…<>]|\.\.\.|NOTEBOOK|PATH", command):
            yield command.replace(".venv/bin/", "")


FOUND = [(page, command) for page in PAGES for command in commands(page.read_text(encoding="utf-8"))]


def assert_is_taken(app: typer.Typer, words: list[str]) -> None:
    """Fails with the parser's own sentence if a command of ours does not take these words."""
    command = typer.main.get_command(app)
    context, rest = None, words
    while rest and hasattr(command, "resolve_command"):
        if rest[0].startswith("-"):
            assert rest[0] in {"--version", "--help", "-h"}
            return
        context = context or command.make_context("autograder", rest, resilient_parsing=True)
        _name, command, rest = command.resolve_command(context, rest)
        assert command is not None
    if not hasattr(command, "resolve_command"):
        try:
            command.make_context(words[0], rest)
        except Exception as error:
            if type(error).__name__ != "MissingParameter":  # a sentence may leave out the files
                raise


@pytest.mark.parametrize(("page", "command"), FOUND, ids=[f"{p.parent.name}/{p.name}: {c}" for p, c in FOUND])
def test_a_command_on_a_page_can_be_given(page: Path, command: str) -> None:
    """Its program is known, and takes its options, targets, modules and extras."""
    program, *words = shlex.split(command)
    if program == "autograder":
        assert_is_taken(student_cli.app if page.parent == STUDENT else cli.app, words)
    elif program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([\w.-]+):", makefile, re.MULTILINE))
        variables = set(re.findall(r"^(\w+) \?=", makefile, re.MULTILINE))
        for word in words:
            name, is_setting, _value = word.partition("=")
            assert name in (variables if is_setting else targets)
    elif program in {"python", "python3"}:
        assert words[0] == "-m"
        assert importlib.util.find_spec(words[1]) is not None
    elif program == "pip":
        assert words[0] in {"install", "uninstall"}
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
            "optional-dependencies"
        ]
        for each in re.findall(r"\.\[([\w,]+)\]", command):
            assert set(each.split(",")) <= extras.keys()
        for option, file in itertools.pairwise(words):
            if option in {"--constraint", "--requirement"}:
                assert any((folder / file).is_file() for folder in (ROOT, STUDENT))
    elif program == "nbgrader":
        package = importlib.util.find_spec("nbgrader")  # imported it would take seconds
        assert package is not None
        assert (
            Path(package.origin or "", "..", "apps", f"{words[0].replace('_', '')}app.py").resolve().is_file()
        )
    else:
        assert program in OTHERS


def test_pages_have_commands_and_a_wrong_one_is_noticed() -> None:
    """The test reads what people read, and an option that was renamed fails."""
    by_page = {page.relative_to(ROOT).as_posix(): 0 for page in PAGES}
    for page, _command in FOUND:
        by_page[page.relative_to(ROOT).as_posix()] += 1
    for page in (
        "README.md",
        "autograder/docs/instructors.md",
        "autograder/docs/ci.md",
        "solutions/README.md",
    ):
        assert by_page[page] >= 3, page
    with pytest.raises(Exception, match="No such option"):
        assert_is_taken(cli.app, ["grade", "x.ipynb", "--output", "marks"])


@pytest.mark.parametrize("page", PAGES, ids=[f"{page.parent.name}/{page.name}" for page in PAGES])
def test_links_on_a_page_lead_somewhere(page: Path) -> None:
    """To a file of this repository, or to another place of the web."""
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target
