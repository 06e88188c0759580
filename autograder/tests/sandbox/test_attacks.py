"""Attacks from inside the jail: each is really tried, at every level that this machine offers, and must fail."""

import os
import select
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import Server, Session, WorkerCrashed, WorkerError
from autograder.tests.sandbox.conftest import SECRET, SYSTEM_CALL, descendants, in_task


@pytest.fixture(scope="module")
def canary() -> Iterator[Path]:
    """A file of the grader's, readable for everybody outside."""
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "secret.txt"
        path.write_text("hidden", encoding="utf-8")
        yield path


class TestReading:
    @pytest.mark.parametrize(
        "path",
        [
            str(Path(autograder.__file__).parent / "grading" / "suite.py"),
            str(Path(autograder.__file__).parent.parent / "pyproject.toml"),
            "/etc/passwd",
            "/etc/hostname",
            "/proc/1/environ",
            "/proc/1/cmdline",
            "/proc/self/root/etc/passwd",
            "/proc/self/cwd/../../../etc/passwd",
            "/proc/kallsyms",
            "/sys/kernel/notes",
            "/dev/shm",
            "/root",
            "/home",
            "/tmp",
            "/proc",
            "..",
        ],
    )
    def test_files_of_the_machine(self, tasks: Session, path: str) -> None:
        """Nothing outside can be read or listed."""
        code = f"import os\npath = {path!r}\nanswer = os.listdir(path) if os.path.isdir(path) else open(path).read()"
        assert str(in_task(tasks, code)).startswith("refused")

    def test_the_canary(self, tasks: Session, canary: Path) -> None:
        """Neither by its path, nor through a link, nor through an open directory."""
        for code in (
            f"answer = open({str(canary)!r}).read()",
            f"import os; os.symlink({str(canary)!r}, 'link'); answer = open('link').read()",
            f"import os; os.link({str(canary)!r}, 'hard'); answer = open('hard').read()",
            f"import os; d = os.open({str(canary.parent)!r}, os.O_PATH)\n"
            "answer = open(os.open('secret.txt', os.O_RDONLY, dir_fd=d)).read()",
        ):
            assert str(in_task(tasks, code)).startswith("refused")

    def test_the_environment(self, tasks: Session) -> None:
        """It holds nothing of the grader's, in any process that can be seen."""
        code = (
            "import os, glob\nanswer = repr(dict(os.environ))\n"
            "for path in glob.glob('/proc/*/environ') + ['/proc/self/environ', f'/proc/{os.getppid()}/environ']:\n"
            "    try: answer += open(path).read()\n    except OSError: pass"
        )
        answer = str(in_task(tasks, code))
        assert "PYTHONHASHSEED" in answer
        assert SECRET not in answer

    @pytest.mark.parametrize("name", ["mem", "maps", "environ", "fd", "cwd/.", "root/etc/passwd", "cmdline"])
    def test_the_processes_above(self, server: Server, name: str) -> None:
        """The keeper tells nothing of itself, neither to a cell nor to a task."""
        code = (
            f"path = f'/proc/{{above}}/{name}'\n"
            "answer = os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(10)"
        )
        with server.open() as session:
            assert [o.status for o in session.execute(["import os\nabove = os.getppid()", code])] == [
                "ok",
                "error",
            ]
            assert str(in_task(session, code)).startswith("refused")

    def test_inherited_descriptors(self, tasks: Session) -> None:
        """The worker holds its own three, and sockets to the keeper and the grader that know no secret."""
        code = (
            "import os, stat\nanswer = []\nfor n in range(3, 200):\n"
            "    try: mode = os.fstat(n).st_mode\n    except OSError: continue\n"
            "    answer.append(stat.S_ISSOCK(mode))"
        )
        answer = in_task(tasks, code)
        assert isinstance(answer, list)
        assert len(answer) <= 2
        assert all(answer)

    def test_another_session(self, server: Server) -> None:
        """Two submissions do not see each other's scratch folders."""
        with server.open({"mine.txt": b"mine"}) as one, server.open() as two:
            where = in_task(one, "import os; answer = os.getcwd()")
            assert in_task(one, "answer = open('mine.txt').read()") == "mine"
            for code in (
                f"answer = open('{where}/mine.txt').read()",
                f"import os; answer = os.listdir('{where}')",
            ):
                assert str(in_task(two, code)).startswith("refused")


class TestWriting:
    @pytest.mark.parametrize("where", ["canary", "python", "public", "parent", "shared memory", "sandbox"])
    def test_outside_of_scratch(self, tasks: Session, server: Server, canary: Path, where: str) -> None:
        """Nothing outside of the scratch folder can be written, made, renamed or removed."""
        place = {
            "canary": repr(str(canary.parent)),
            "python": "os.path.dirname(os.__file__)",
            "public": "os.path.dirname(sys.modules['obedient_harness'].__file__)",
            "parent": "'..'",
            "shared memory": "'/dev/shm'",
            "sandbox": "os.path.dirname(sys.modules['autograder.sandbox.worker'].__file__)",
        }[where]
        for action in (
            "open(place + '/new', 'w')",
            "os.mkdir(place + '/new')",
            "os.symlink('x', place + '/new')",
            "os.rename('mine', place + '/mine')",
            "os.remove(place + '/secret.txt')",
        ):
            code = f"import os, sys\nplace = {place}\nopen('mine', 'w').close()\nanswer = {action}"
            assert str(in_task(tasks, code)).startswith("refused")
        assert canary.read_text(encoding="utf-8") == "hidden"

    @pytest.mark.parametrize("action", ["os.chown({!r}, 1, 1)", "os.truncate({!r}, 0)"])
    def test_what_landlock_does_not_cover(self, tasks: Session, canary: Path, action: str) -> None:
        """Owners and sizes of other files stay as they are."""
        before = canary.stat()
        answer = in_task(tasks, "import os\nanswer = " + action.format(str(canary)))
        assert str(answer).startswith("refused")
        assert canary.stat() == before

    @pytest.mark.parametrize(
        "place", ["/tmp", "/", "/dev", "/dev/shm", "/dev/null", "/proc", "..", "mine", "canary"]
    )
    def test_permissions_and_times_only_seem_to_change(
        self, server: Server, canary: Path, place: str
    ) -> None:
        """Honest copying goes on; nothing is different afterwards, and the next submission is not stopped."""
        path = str(canary) if place == "canary" else place
        code = f"""
import os
open('mine', 'w').close()
path = {path!r}
def look():
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mode, found.st_atime_ns, found.st_mtime_ns
before = look()
os.chmod(path, 0)
os.utime(path, ns=(1, 2))
answer = before == look()
"""
        with server.open() as one:
            assert in_task(one, code) is True
        with server.open() as other:
            assert (
                in_task(other, "import shutil\nopen('a', 'w').close()\nanswer = shutil.copy2('a', 'b')")
                == "b"
            )
        assert canary.stat().st_mode & 0o777

    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
    def test_the_page_cache_keeps_no_note(self, tasks: Session) -> None:
        """Which parts of a large file are in memory outlives a worker: nobody is told, and nobody can empty it."""
        mapped = (
            "import ctypes, mmap, os\npage = mmap.mmap(-1, 4096)\nanswer = ctypes.create_string_buffer(1)\n"
            "address = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        )
        code = f"{SYSTEM_CALL}{mapped}answer = call(27, address, 4096, ctypes.addressof(answer))"
        assert in_task(tasks, code) == "refused: PermissionError 1"

    def test_a_large_file(self, tasks: Session) -> None:
        """A file stops growing at its limit."""
        answer = in_task(tasks, "f = open('x', 'wb', buffering=0)\nfor _ in range(10): f.write(bytes(2**19))")
        assert str(answer).startswith("refused")

    @pytest.mark.parametrize(
        "code",
        [
            "for i in range(10**6): open(f'{i}', 'wb').write(bytes(2**19))",
            "for i in range(10**6): open(f'{i}', 'wb').close()",
            "import os\nfor i in range(10**6):\n    os.mkdir('d'); os.chdir('d')",
        ],
    )
    def test_filling_the_disk(self, session: Session, code: str) -> None:
        """Many files, empty files and endless depth end the worker; its folder can be removed all the same."""
        with session.task(cpu_seconds=20) as task, pytest.raises(WorkerError):
            task.ask({"run": code + "\nimport time; time.sleep(10**6)"})
        assert in_task(session, "import os; answer = os.listdir()") == []


class TestProcesses:
    @pytest.mark.parametrize(
        "code",
        [
            "import os; answer = os.fork()",
            "import os; answer = os.posix_spawn('/bin/true', ['true'], {})",
            "import subprocess; answer = subprocess.run(['/bin/true'])",
            "import os; answer = os.execv('/bin/true', ['true'])",
            "import os; os.execv(__import__('sys').executable, ['python', '-c', ''])",
            "import multiprocessing as m; p = m.Process(target=print); p.start(); answer = p.pid",
            "import os; answer = os.setsid()",
            "import os; os.setpgid(0, 0); answer = 1",
            "import os; os.kill(os.getppid(), 9); answer = 1",
            "import os; os.kill(os.getppid(), 0); answer = 1",
            "import os; os.kill(-1, 9); answer = 1",
            "import os; os.kill(0, 9); answer = 1",
            "import os; os.killpg(0, 9); answer = 1",
            "import os, signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9); answer = 1",
            "import os; os.unshare(os.CLONE_NEWUSER) if hasattr(os, 'unshare') else exec('raise OSError'); answer = 1",
            "import os; os.setuid(0); os.setresuid(0, 0, 0); answer = 1",
            "import os; os.nice(-5); answer = 1",
            "import os; os.setpriority(os.PRIO_USER, 0, 19); answer = 1",
            "import fcntl, os; fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, os.getppid()); answer = 1",
            "import fcntl, os; fcntl.fcntl(os.pipe()[0], 10, 9); answer = 1",
            "import fcntl, struct; fcntl.ioctl(0, 0x5412, b'x'); answer = 1",
        ],
    )
    def test_python_functions(self, session: Session, code: str) -> None:
        """Starting, leaving and signalling processes is refused with an ordinary OSError."""
        assert str(in_task(session, code)).startswith("refused")
        status = session.execute(["import os", code])[1].status
        assert status == "error"

    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
    @pytest.mark.parametrize(
        ("name", "call"),
        [
            ("clone", "56, 17, 0, 0, 0, 0"),
            ("clone as a sibling", "56, 0x8000 | 17, 0, 0, 0, 0"),
            ("clone into a user namespace", "56, 0x10000000 | 17, 0, 0, 0, 0"),
            ("clone sharing memory", "56, 0x100 | 17, 0, 0, 0, 0"),
            ("fork", "57"),
            ("vfork", "58"),
            ("clone3", "435, 0, 88"),
            ("execve", "59, 0, 0, 0"),
            ("ptrace", "101, 16, os.getppid(), 0, 0"),
            ("ptrace traceme", "101, 0, 0, 0, 0"),
            ("process_vm_readv", "310, os.getppid(), 0, 0, 0, 0, 0"),
            ("process_vm_writev", "311, os.getppid(), 0, 0, 0, 0, 0"),
            ("unshare", "272, 0x10000000"),
            ("setns", "308, 0, 0"),
            ("mount", "165, 0, 0, 0, 0, 0"),
            ("umount2", "166, 0, 0"),
            ("pivot_root", "155, 0, 0"),
            ("chroot", "161, 0"),
            ("tkill", "200, os.getppid(), 9"),
            ("tgkill", "234, os.getppid(), os.getppid(), 9"),
            ("rt_sigqueueinfo", "129, os.getppid(), 9, 0"),
            ("pidfd_getfd", "438, 0, 0, 0"),
            ("bpf", "321, 0, 0, 0"),
            ("perf_event_open", "298, 0, 0, 0, 0, 0"),
            ("keyctl", "250, 0, -3, 0, 0, 0"),
            ("add_key", "248, 0, 0, 0, 0, 0"),
            ("io_uring_setup", "425, 1, 0"),
            ("userfaultfd", "323, 0"),
            ("memfd_create", "319, 0, 0"),
            ("shmget", "29, 0, 4096, 0o1000"),
            ("msgget", "68, 0, 0o1000"),
            ("socket", "41, 1, 1, 0"),
            ("seccomp", "317, 1, 0, 0"),
            ("prctl, dumpable", "157, 4, 0, 0, 0, 0"),
            ("prctl, subreaper", "157, 36, 1, 0, 0, 0"),
            ("prctl, not dying with the keeper", "157, 1, 0, 0, 0, 0"),
            ("prlimit of another", "302, os.getppid(), 7, 0, 0"),
            ("personality", "135, 0x0040000"),
            ("landlock", "444, 0, 0, 1"),
            ("sched_setaffinity", "203, os.getppid(), 8, 0"),
            ("a call of the future", "9999"),
        ],
    )
    def test_raw_system_calls(self, tasks: Session, name: str, call: str) -> None:
        """The kernel refuses them by number, without any library in between."""
        answer = str(in_task(tasks, f"{SYSTEM_CALL}\nanswer = call({call})"))
        assert answer in ("refused: PermissionError 1", "refused: OSError 38")  # EPERM or ENOSYS

    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
    def test_other_gates_into_the_kernel(self, tasks: Session) -> None:
        """System calls with the numbers of the 32-bit and x32 kinds end the program."""
        machine_code = "b8 02 00 00 00 cd 80 c3"  # mov eax, 2 (fork); int 0x80; ret
        old = (
            "import ctypes, mmap\npage = mmap.mmap(-1, 4096, prot=7)\n"
            f"page.write(bytes.fromhex('{machine_code}'))\n"
            "address = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
            "answer = ctypes.CFUNCTYPE(ctypes.c_int)(address)()"
        )
        for code in (old, f"{SYSTEM_CALL}\nanswer = call(0x40000000 + 57)"):
            with tasks.task() as task, pytest.raises(WorkerCrashed, match="SIGSYS"):
                task.ask({"run": code})

    def test_fork_bomb(self, session: Session) -> None:
        """Every fork is refused, in a cell, in a task and in a thread; the grader is told."""
        bomb = (
            "import os, threading\nrefused = []\ndef fork():\n    for _ in range(100):\n        try: os.fork()\n"
            "        except OSError: refused.append(1)\n"
            "fork()\nthreads = [threading.Thread(target=fork) for _ in range(3)]\n"
            "for t in threads: t.start()\nfor t in threads: t.join()\nanswer = len(refused)"
        )
        output = session.execute([bomb + "\nanswer"])[0].output
        assert output.endswith("400\n")  # Python 3.12 and newer warn before of a fork beside threads
        assert in_task(session, bomb) == 400
        assert session.refusals == ["fork"]

    def test_stealing_the_allowance(self, session: Session) -> None:
        """A thread that forks instead of the harness loses its own task; what it started is killed with the task."""
        thief = (
            "import os, threading, time\ndef steal():\n    while True:\n        try:\n"
            "            if os.fork() == 0:\n                while True: time.sleep(1)\n"
            "        except OSError: time.sleep(0.001)\nthreading.Thread(target=steal, daemon=True).start()"
        )
        session.execute([thief])
        before = len(descendants())
        for _ in range(3):
            with session.task(wall_seconds=1) as task, suppress(WorkerError):
                task.ask({"value": "1"})
        assert len(descendants()) == before

    def test_thread_bomb(self, tasks: Session) -> None:
        """Threads are counted: the seventeenth is refused with the error that Python knows."""
        bomb = (
            "import threading\nstop = threading.Event()\nn = 0\n"
            "try:\n    while True:\n        threading.Thread(target=stop.wait, daemon=True).start(); n += 1\n"
            "except RuntimeError: pass\nstop.set()\nanswer = n"
        )
        assert in_task(tasks, bomb) == 15

    def test_a_flood_of_questions(self, session: Session) -> None:
        """Asking for refused things for ever is ended, although it costs the worker hardly any time."""
        flood = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
        with session.task(cpu_seconds=60) as task, pytest.raises(WorkerCrashed, match="refuses"):
            task.ask({"run": flood})

    def test_raising_a_limit(self, tasks: Session) -> None:
        """Limits can be lowered, never raised."""
        code = (
            "import resource\nanswer = []\nfor name in ('AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE'):\n"
            "    kind = getattr(resource, 'RLIMIT_' + name)\n    hard = resource.getrlimit(kind)[1]\n"
            "    try: resource.setrlimit(kind, (hard + 1, hard + 1)); answer.append(name)\n"
            "    except (ValueError, OSError): pass"
        )
        assert in_task(tasks, code) == []

    def test_nothing_is_left_over(self, server: Server) -> None:
        """After a session all its processes are gone, those that ignore every signal too."""
        before = set(descendants())
        with server.open() as session:
            session.execute(
                [
                    "import signal, threading, time\n"
                    "for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
                    "    except (OSError, ValueError): pass",
                    "threading.Thread(target=lambda: time.sleep(10**6)).start()",
                ]
            )
            with session.task() as task:
                task.ask({"value": "1"})
                started = [os.pidfd_open(process) for process in set(descendants()) - before]
        assert len(started) == 3  # the keeper, its worker, and the task
        for process in started:
            assert select.select([process], [], [], 30)[0], "a process outlived its session"
            os.close(process)


class TestNetwork:
    @pytest.mark.parametrize(
        "code",
        [
            "import socket; answer = socket.socket()",
            "import socket; answer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
            "import socket; answer = socket.socket(socket.AF_INET6)",
            "import socket; answer = socket.socket(socket.AF_UNIX)",
            "import socket; answer = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            "import socket; answer = socket.create_connection(('127.0.0.1', PORT))",
            "import socket; a, b = socket.socketpair(); a.connect('\\0abstract'); answer = 1",
            "import socket; answer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
            "import urllib.request; answer = urllib.request.urlopen('http://127.0.0.1:PORT')",
            "import socket; answer = socket.getaddrinfo('localhost', 80, proto=99)",
        ],
    )
    def test_no_socket(self, tasks: Session, code: str) -> None:
        """No socket can be made but a pair inside the process, so there is nobody to talk to."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            code = code.replace("PORT", str(listening.getsockname()[1]))
            assert str(in_task(tasks, code)).startswith("refused")
