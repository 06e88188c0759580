"""Starts and keeps the warm server, and opens sessions on it."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

from autograder.sandbox import bubblewrap, paths, scratch
from autograder.sandbox.budget import Budget
from autograder.sandbox.errors import SandboxLost, SandboxUnavailable
from autograder.sandbox.jail import landlock, privileges, seccomp
from autograder.sandbox.layers import Layer, layers_of
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session
from autograder.sandbox.settings import Settings
from autograder.student.core.language import _

Isolation = Literal["strong", "inner", "none"]

WARM = ("torch", "numpy", "safetensors.torch", "matplotlib.pyplot")
_HERE = Path(__file__).resolve().parent
_CORE = _HERE.parent / "student" / "core"  # values and cells, which workers need; students have it too
_START_SECONDS = 180.0  # importing torch on a busy machine takes its time
_TEMPORARY_BYTES = 2**30


class Server:
    """A warm server that holds torch ready; `open` forks a worker from it. A context manager.

    `public` is a folder that workers can read and import from, and `harness` the module in it whose `Harness`
    answers the tasks. With `isolation=None` the strongest available is taken; "none" must be asked for. Of the compiled
    functions in `forgone` the server knows where they are before a task has to do without them; others are looked for.
    """

    def __init__(
        self,
        public: Path,
        harness: str,
        limits: Limits | None = None,
        warm: Sequence[str] = WARM,
        isolation: Isolation | None = None,
        forgone: Collection[str] = (),
    ) -> None:
        self._public = Path(public).resolve()
        self._harness = harness
        self._limits = limits or Limits()
        self._warm = tuple(warm)
        self._forgone = tuple(sorted(forgone))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._resources = ExitStack()
        self._bubblewrap: str | None = None
        self._why_not_strong = _("not at this level")
        self._why_same_user = ""
        self.kills = (
            0  # of workers and tasks, by a signal that no limit explains: somebody's, or the machine's
        )
        self.level: Isolation = self._choose(isolation)
        self._filter = self._compile() if self.level != "none" else seccomp.Filter(b"", 0, {})
        self._folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory(prefix="autograder-")))
        self._errors = self._resources.enter_context(tempfile.TemporaryFile())  # noqa: SIM115

    def __enter__(self) -> Server:
        with self._lock:
            self._ensure_process()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the server and every session on it."""
        with self._lock:
            self._end_process()
            for left in (self._folder / "scratch").glob("session-*"):
                scratch.remove(left)  # of a keeper that was killed
            self._resources.close()

    def open(
        self,
        files: Mapping[str, Path | bytes] | None = None,
        budget: Budget | None = None,
        is_scoring: bool = False,
    ) -> Session:
        """A fresh session; `files` (by relative name) lie in its scratch folder, the worker's current one.

        It draws on the `budget` of a submission, or on one of its own; if it `is_scoring`, with its cells as well on
        what is for scoring.
        """
        with ExitStack() as opened:
            descriptors = {name: _open(content, opened) for name, content in (files or {}).items()}
            for name in descriptors:
                if Path(name).is_absolute() or ".." in Path(name).parts:
                    raise ValueError(f"not a name inside the scratch folder: {name!r}")
            try:
                return self._open_session(descriptors, budget, is_scoring)
            except SandboxLost:
                with self._lock:
                    self._end_process()  # it has died since; once more with a new one
                return self._open_session(descriptors, budget, is_scoring)

    def _count_kill(self) -> None:
        self.kills += 1

    @property
    def limits(self) -> Limits:
        """What a submission may use here."""
        return self._limits

    @property
    def layers(self) -> list[Layer]:
        """The layers that this server's workers are in, as applied to one started for the purpose."""
        with self.open() as session:
            why_not = {"bubblewrap": self._why_not_strong, "user": self._why_same_user}
            return layers_of(session.layers | ({"bubblewrap": ""} if self.level == "strong" else {}), why_not)

    # Choosing and preparing

    def _choose(self, wanted: Isolation | None) -> Isolation:
        if wanted == "none":
            return "none"
        if not sys.platform.startswith("linux"):
            raise SandboxUnavailable(
                _("Grading the work of others needs Linux; use a container, or WSL on Windows.")
            )
        if wanted != "inner":
            self._bubblewrap, self._why_not_strong = bubblewrap.find()
            if self._bubblewrap is not None:
                return "strong"
            if wanted == "strong":
                raise SandboxUnavailable(_advice(self._why_not_strong))
        else:
            self._why_not_strong = _("not requested")
        if landlock.abi() < 1:
            raise SandboxUnavailable(_advice(self._why_not_strong))
        return "inner"

    def _compile(self) -> seccomp.Filter:
        try:
            return seccomp.compile_filter()
        except OSError as error:
            raise SandboxUnavailable(
                _(
                    "The sandbox needs libseccomp 2.5 or newer ({reason}); install it with: "
                    "sudo apt-get install libseccomp2 && pip install pyseccomp"
                ).format(reason=error)
            ) from error

    def _settings(self) -> Settings:
        public, code, core, home = self._places()
        import_path = paths.import_path()
        hidden = paths.hidden_paths()
        readable = [*map(Path, bubblewrap.SYSTEM), *paths.python_paths()]
        if self.level == "strong":  # the mount namespace hides what must be hidden
            scratch_root = Path("/tmp")
        else:
            view = self._folder / "view"
            import_path = [
                paths.view_without(folder, hidden, view / str(i)) for i, folder in enumerate(import_path)
            ]
            readable = [part for path in readable for part in landlock.without(path.resolve(), hidden)]
            readable.append(view)
            scratch_root = self._folder / "scratch"
            scratch_root.mkdir(exist_ok=True, mode=0o711)
            self._folder.chmod(0o711)
        self._why_same_user = self._cannot_drop_user([public, code, core, *import_path])
        return Settings(
            level=self.level,
            harness=self._harness,
            warm=self._warm,
            forgone=self._forgone,
            import_path=(str(public), *map(str, import_path)),
            core=str(core),
            readable=(*map(str, readable), str(public), str(code), str(core), f"{home}/matplotlib"),
            scratch_root=str(scratch_root),
            limits=self._limits,
            instructions=self._filter.instructions,
            call_number=self._filter.call_number,
            asked=self._filter.asked,
            drop_user=not self._why_same_user,
        )

    def _places(self) -> tuple[Path, Path, Path, str]:
        """Where the server sees the public folder, our code and the core of the student's part, and its home."""
        if self.level == "strong":
            return Path("/public"), Path("/sandbox"), Path("/core"), "/tmp"
        return self._public, _HERE, _CORE, str(self._folder)

    def _cannot_drop_user(self, needed: Sequence[Path]) -> str:
        """Why workers keep the grader's identity; empty if they can have one of their own."""
        if self.level != "inner":
            return _("not at this level")
        if not privileges.user_can_be_dropped():
            return _("only root can start a process as another user")
        if not privileges.readable_after_drop(map(str, needed)):
            return _("other users cannot read the files of Python")
        return ""

    # The process

    def _ensure_process(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._end_process()
        if self._start_process() or (self._was_killed() and self._start_process()):
            return
        self._end_process()
        raise SandboxUnavailable(
            _("The sandbox could not be started: {reason}").format(reason=self._last_words())
        )

    def _start_process(self) -> bool:
        """Starts the warm server; whether it has said that it is warm."""
        self._end_process()
        settings = self._settings()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        python = [sys.executable, "-P", "-s", "-S", "-B"]
        if self.level == "strong":
            assert self._bubblewrap is not None
            jail = bubblewrap.arguments(
                self._bubblewrap,
                paths.python_paths(),
                [path for path in paths.hidden_paths() if path.exists()],
                [(self._public, "/public"), (_HERE, "/sandbox"), (_CORE, "/core")],
                _TEMPORARY_BYTES,
            )
            python = [*jail, *python]
        _public, code, _core, home = self._places()
        command = [*python, str(code / "zygote.py")]
        with theirs:
            # With --die-with-parent the parent is the *thread* that started it: it has to be one that lasts.
            self._process = (
                _launcher()
                .submit(
                    subprocess.Popen,
                    [*command, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    env=_environment(home),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
                .result()
            )
        self._control = ours
        ours.settimeout(_START_SECONDS)
        try:
            ours.send(json.dumps(settings.to_json()).encode())
            return bool(ours.recv(65536))
        except OSError:
            return False

    def _was_killed(self) -> bool:
        """Whether the server, or bubblewrap around it, ended by a signal of somebody else's."""
        assert self._process is not None
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=0.5) in (-signal.SIGKILL, 128 + signal.SIGKILL)
        return False

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else _("it ended without saying why")

    def _end_process(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=0.5)
            self._process.kill()
            self._process.wait()
            self._process = None

    def _open_session(
        self, descriptors: Mapping[str, int], budget: Budget | None, is_scoring: bool
    ) -> Session:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with self._lock, theirs:
            self._ensure_process()
            assert self._control is not None
            try:
                socket.send_fds(self._control, [b"{}"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise SandboxLost from error
        try:
            session = Session(ours, budget or Budget(self._limits), descriptors, is_scoring)
        except BaseException:
            ours.close()
            raise
        session.on_kill = self._count_kill
        return session


def _open(content: Path | bytes, opened: ExitStack) -> int:
    if isinstance(content, bytes):
        file = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        file.write(content)
        file.flush()
        return file.fileno()
    descriptor = os.open(content, os.O_RDONLY | os.O_NOFOLLOW)
    opened.callback(os.close, descriptor)
    return descriptor


def _environment(home: str) -> dict[str, str]:
    one_thread = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
    )
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "MPLBACKEND": "Agg",
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "TORCH_COMPILE_DISABLE": "1",  # it compiles in processes of its own
        **one_thread,
    }


_launchers: list[concurrent.futures.ThreadPoolExecutor] = []
os.register_at_fork(after_in_child=_launchers.clear)


def _launcher() -> concurrent.futures.ThreadPoolExecutor:
    """One thread that lives as long as this process."""
    if not _launchers:
        _launchers.append(concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox"))
    return _launchers[0]


# What people are told


def _advice(reason: str) -> str:
    return _(
        "No sandbox is available here ({reason}). Install bubblewrap (sudo apt-get install "
        "bubblewrap); on Ubuntu 24.04 also allow it (sudo sysctl -w "
        "kernel.apparmor_restrict_unprivileged_userns=0). Or use Linux 5.13 or newer, which has "
        "Landlock."
    ).format(reason=reason)
