"""The warm server hides what must be hidden, comes back when it dies, and says what it protects."""

import os
import select
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder.sandbox import Limits, SandboxUnavailable, Server, bubblewrap, paths, probe
from autograder.sandbox.jail import landlock, seccomp
from autograder.tests.sandbox.conftest import HARNESS, PUBLIC, SMALL, descendants, in_task


@pytest.mark.quick_at("strong")
def test_a_killed_server_is_restarted(server: Server) -> None:
    """The next session finds a new one."""
    with server.open():
        assert server._process is not None
        os.kill(server._process.pid, signal.SIGKILL)
        server._process.wait()
    with server.open() as session:
        assert session.execute(["1 + 1"])[0].output == "2\n"


def test_a_server_that_is_killed_while_it_warms_up_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once: one that dies every time is a fault of the machine, which is told."""
    start = subprocess.Popen
    deaths: list[int] = []

    def dying(command: list[str], **options: object) -> object:
        return start(["/bin/sh", "-c", "kill -9 $$"] if deaths and deaths.pop() else command, **options)

    server = Server(PUBLIC, HARNESS, SMALL, warm=())  # here it is found out what there is to protect it
    monkeypatch.setattr(subprocess, "Popen", dying)
    deaths.append(9)
    with server, server.open() as session:
        assert session.execute(["1 + 1"])[0].output == "2\n"
    assert not deaths
    deaths += [9, 9]
    monkeypatch.undo()
    other = Server(PUBLIC, HARNESS, SMALL, warm=())
    monkeypatch.setattr(subprocess, "Popen", dying)
    with pytest.raises(SandboxUnavailable, match="could not be started"), other:
        pass


@pytest.mark.quick_at("strong")
def test_what_is_made_when_the_server_warms_up_is_there_in_every_session() -> None:
    """A module that a server is warm with, and what a function of it remembers; one that fails stops nobody."""
    warm = ("json:loads", "json:no_such_function", "mimetypes:init")
    with Server(PUBLIC, HARNESS, SMALL, warm=warm) as server, server.open() as session:
        assert session.execute(["import sys; sys.modules['mimetypes'].inited"])[0].output == "True\n"


@pytest.mark.quick_at("strong")
def test_deaths_that_no_limit_explains_are_counted(server: Server) -> None:
    """A kill from outside looks like that of the student's own; an exit, a crash and a limit do not."""
    ours = "import os; os.kill(os.getpid(), 9)"
    swallowing = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    for cell, count in (
        (ours, 1),
        ("import os; os._exit(0)", 0),
        ("import os; os.abort()", 0),
        (swallowing, 0),
    ):
        before = server.kills
        with server.open() as session:
            session.execute([cell])
        assert server.kills - before == count, cell


def test_a_killed_server_takes_everything_along() -> None:
    """No worker outlives it."""
    before = len(descendants())
    with Server(PUBLIC, HARNESS, SMALL) as started, started.open() as session:
        session.execute(
            ["import threading, time\nthreading.Thread(target=time.sleep, args=(10**6,)).start()"]
        )
        assert len(descendants()) > before
        assert started._process is not None
        started._process.kill()
    assert len(descendants()) == before


def test_a_grader_that_dies_takes_everything_along(tmp_path: Path) -> None:
    """A killed grader leaves no server, keeper or worker behind."""
    script = tmp_path / "grader.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom autograder.sandbox import Server\n"
        f"server = Server(Path({str(PUBLIC)!r}), {HARNESS!r}, warm=())\n"
        "session = server.open()\nsession.execute(['x = 1'])\nprint('ready', flush=True)\n"
        "session.execute(['while True: pass'])\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == b"ready\n"
        below = [os.pidfd_open(process) for process in descendants(grader.pid)]
        assert len(below) >= 3
        grader.kill()
    for pidfd in below:
        assert select.select([pidfd], [], [], 30)[0], "a process outlived the grader"
        os.close(pidfd)


@pytest.mark.parametrize("isolation", ["strong", pytest.param("inner", marks=pytest.mark.slow)])
def test_an_installed_package_of_ours_is_hidden(isolation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the hidden tests lie among the installed packages they are masked, and their neighbours still import."""
    packages = Path(sysconfig.get_path("purelib"))
    secret = packages / "faker"
    monkeypatch.setattr(paths, "hidden_paths", lambda: [secret])
    try:
        hiding = Server(PUBLIC, HARNESS, SMALL, warm=(), isolation=isolation)  # type: ignore[arg-type]
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    with hiding, hiding.open() as session:
        assert session.execute(["import pygments.lexers, colorsys, email.mime.text"])[0].error == ""
        assert "Error" in session.execute(["import faker\nfaker.VERSION"])[0].error
        assert str(in_task(session, f"answer = open({str(secret / '__init__.py')!r}).read()")).startswith(
            "refused"
        )
        assert in_task(
            session, f"import os; answer = os.path.isdir({str(secret)!r}) and os.listdir({str(secret)!r})"
        ) in (
            [],
            "refused: PermissionError 13",
        )


def test_the_repository_is_hidden_but_its_virtual_environment_is_not() -> None:
    """What lies inside a hidden folder and is needed is bound over the mask, deeper paths later."""
    command = bubblewrap.arguments(
        "bwrap", [Path("/repo/.venv")], [Path("/repo")], [(Path("/p"), "/public")], 2**20
    )
    assert command.index("/repo") < command.index("/repo/.venv")
    assert command[command.index("/repo") - 1] == "--tmpfs"


def test_hidden_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone hides itself, and an installed copy beside it as well."""
    copy = tmp_path / "site-packages" / "autograder"
    copy.mkdir(parents=True)
    monkeypatch.syspath_prepend(copy.parent)
    hidden = paths.hidden_paths()
    assert copy in hidden
    assert any(path in Path(paths.__file__).parents for path in hidden)


def test_without(tmp_path: Path) -> None:
    """The largest parts of a folder without what is hidden in it, which no link brings back."""
    for name in ("a/x/secret", "a/y", "b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "x" / "other").touch()
    (tmp_path / "a64").symlink_to("a")
    (tmp_path / "up").symlink_to("..")
    hidden = tmp_path / "a" / "x" / "secret"
    parts = landlock.without(tmp_path, [hidden])
    assert parts == [tmp_path / "a" / "x" / "other", tmp_path / "a" / "y", tmp_path / "b"]
    assert landlock.without(tmp_path, [tmp_path]) == []
    assert landlock.without(tmp_path, [Path("/elsewhere")]) == [tmp_path]


def test_layers(server: Server) -> None:
    """Every layer says whether it is in force, what for, and why not."""
    layers = {layer.name: layer for layer in server.layers}
    assert layers["seccomp"].active
    assert layers["limits"].active
    assert layers["bubblewrap"].active is (server.level == "strong")
    assert all(layer.protects for layer in layers.values())
    assert all(layer.reason for layer in layers.values() if not layer.active)


def test_probe() -> None:
    """The doctor's attacks on a fresh sandbox all fail."""
    layers = probe()
    attempts = [layer for layer in layers if layer.name.startswith("attempt")]
    assert len(attempts) >= 5
    assert all(layer.active for layer in attempts)


def test_a_missing_layer_refuses_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bubblewrap and Landlock, or without seccomp, nothing is run."""
    monkeypatch.setattr(bubblewrap, "find", lambda: (None, "not installed"))
    with pytest.raises(SandboxUnavailable, match="bubblewrap"):
        Server(PUBLIC, HARNESS, isolation="strong")
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        Server(PUBLIC, HARNESS)

    def no_library() -> None:
        raise OSError("libseccomp.so.2 is missing")

    monkeypatch.setattr(landlock, "abi", lambda: 1)
    monkeypatch.setattr(seccomp, "compile_filter", no_library)
    with pytest.raises(SandboxUnavailable, match="libseccomp"):
        Server(PUBLIC, HARNESS)


def test_a_layer_that_fails_in_the_worker_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that cannot close its jail runs nothing."""
    broken = seccomp.Filter(b"\xff" * 64, 317, {})
    monkeypatch.setattr(seccomp, "compile_filter", lambda: broken)
    with (
        Server(PUBLIC, HARNESS, warm=(), isolation=None) as started,
        pytest.raises(SandboxUnavailable, match="seccomp"),
    ):
        started.open()


def test_values_need_no_jail() -> None:
    """Values, which a student's notebook needs as well, load nothing of the sandbox."""
    code = (
        "import sys\nimport autograder.student.core.values\n"
        "sys.exit(any(name.startswith('autograder.sandbox') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_any_sandbox() -> None:
    """For one's own work it runs everywhere, and says that nothing is protected."""
    with Server(PUBLIC, HARNESS, Limits(), warm=(), isolation="none") as started, started.open() as session:
        assert session.execute(["1 + 1"])[0].output == "2\n"
        assert in_task(session, "answer = 3") == 3
        assert started.level == "none"
        active = {layer.name for layer in started.layers if layer.active}
    assert active == {"limits"}
