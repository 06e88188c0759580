"""A hostile symbolic link in a folder that is bound into the sandbox leads nowhere, at any level."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.sandbox import SandboxUnavailable, Server, Session, bubblewrap, paths, server
from autograder.tests.sandbox.conftest import HARNESS, PUBLIC, SMALL, in_task

BOUND = ("public", "code", "core", "packages")
WAYS = ("file", "folder/canary", "chain/canary", "relative/canary", "above/secret/canary", "root{canary}")
READ = """
answer = {{}}
for name in {names}:
    try:
        answer[name] = open({folder!r} + '/' + name).read()
    except Exception as error:
        answer[name] = type(error).__name__
"""


@dataclass(frozen=True)
class Bound:
    """A session that sees copies of all bound folders; what their links lead to is hidden among the packages."""

    session: Session
    places: dict[str, Path]  # where it sees each folder
    canary: Path

    def read(self, folder: str, names: Iterable[str]) -> dict[str, str]:
        """What student code reads at these places in a folder, or the error that it gets."""
        answers = in_task(self.session, READ.format(folder=str(self.places[folder]), names=list(names)))
        assert isinstance(answers, dict)
        return answers


@pytest.fixture(scope="module", params=["strong", "inner"])
def bound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bound]:
    """Every bound folder with links to a file, to folders, to a link and to the root, at each level."""
    top = tmp_path_factory.mktemp("bound")
    outside = {name: top / name for name in BOUND}
    secret = outside["packages"] / "secret"
    secret.mkdir(parents=True)
    (secret / "canary").write_text("canary", encoding="utf-8")
    for name, original in (("public", PUBLIC), ("code", server._HERE), ("core", server._CORE)):
        shutil.copytree(original, outside[name], ignore=shutil.ignore_patterns("__pycache__"))
    for folder in outside.values():
        (folder / "open.txt").write_text("open", encoding="utf-8")
        (folder / "file").symlink_to(secret / "canary")
        (folder / "folder").symlink_to(secret)
        (folder / "chain").symlink_to("folder")
        (folder / "relative").symlink_to("../packages/secret")
        (folder / "above").symlink_to(secret.parent)
        (folder / "root").symlink_to("/")
    inside = {"public": Path("/public"), "code": Path("/sandbox"), "core": Path("/core")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "_HERE", outside["code"])
        patch.setattr(server, "_CORE", outside["core"])
        for function, extra in (
            ("hidden_paths", secret),
            ("python_paths", outside["packages"]),
            ("import_path", outside["packages"]),
        ):
            found = [*getattr(paths, function)(), extra]
            patch.setattr(paths, function, lambda found=found: found)
        try:
            with (
                Server(outside["public"], HARNESS, SMALL, (), request.param) as started,
                started.open() as session,
            ):
                places = outside | (inside if started.level == "strong" else {})
                yield Bound(session, places, secret / "canary")
        except SandboxUnavailable as reason:
            pytest.skip(str(reason))


@pytest.mark.parametrize("folder", BOUND)
def test_no_link_leads_to_what_is_hidden(bound: Bound, folder: str) -> None:
    """Absolute or relative, to a file or a folder, by another link, or over the root; what lies beside it is read."""
    ways = {way.format(canary=bound.canary) for way in WAYS}
    answers = bound.read(folder, {*ways, "open.txt"})
    assert answers.pop("open.txt") == "open"
    assert answers.keys() == ways
    assert set(answers.values()) <= {"FileNotFoundError", "PermissionError"}


def _steps(command: list[str]) -> Iterator[tuple[str, Path]]:
    """The steps of a command line that make something in the sandbox, and where."""
    for option, first, second in itertools.zip_longest(command, command[1:], command[2:]):
        if option in {"--ro-bind", "--ro-bind-try", "--symlink"}:
            yield option, Path(second)
        elif option in {"--tmpfs", "--proc", "--dev"}:
            yield option, Path(first)


@pytest.mark.parametrize(
    "link",
    [
        "home",  # /home/ada is a link to another disk
        "home/ada/course",
        "home/ada/course/.venv",
        "home/ada/course/.venv/lib64",
        "python",  # as a version manager's name for its newest
    ],
)
def test_nothing_is_mounted_at_a_link_or_below(tmp_path: Path, link: str) -> None:
    """bubblewrap 0.12 refuses a link as the place of a mount, whatever of ours is reached by one."""
    readable = [
        tmp_path / name
        for name in (
            "home/ada/course/.venv",
            "home/ada/course/.venv/lib64",
            "python",
            "python/lib/site-packages",
        )
    ]
    for folder in readable:
        folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).rename(tmp_path / "real")
    (tmp_path / link).symlink_to(tmp_path / "real")
    hidden = [(tmp_path / "home/ada/course").resolve()]
    steps = list(
        _steps(
            bubblewrap.arguments(
                "bwrap", [*paths.python_paths(), *readable], hidden, [(PUBLIC, "/public")], 1
            )
        )
    )
    links = {place for option, place in steps if option == "--symlink"}
    mounts = [place for option, place in steps if option != "--symlink"]
    assert tmp_path / link in links or any(tmp_path / link in place.parents for place in links)
    assert {*hidden, *(path.resolve() for path in readable), Path("/public")} <= {*mounts}
    for place in mounts:
        assert not links & {place, *place.parents}
