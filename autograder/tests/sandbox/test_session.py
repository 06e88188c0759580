"""Notebooks run in the sandbox as in a kernel, and tasks answer from forks that leave no trace."""

from dataclasses import replace

import pytest
import torch

from autograder.sandbox import (
    Server,
    Session,
    WorkerCrashed,
    WorkerProtocolError,
    WorkerTimeout,
)
from autograder.sandbox.budget import Budget
from autograder.student.core.values import WireError
from autograder.tests.sandbox.conftest import in_task

pytestmark = pytest.mark.quick_at("strong")  # a task, a cell, a budget are the same at each level


def statuses(session: Session, *cells: str) -> list[str]:
    return [outcome.status for outcome in session.execute(cells)]


class TestCells:
    def test_one_namespace(self, session: Session) -> None:
        """Cells share one namespace, in order, and the last expression is shown."""
        first, second = session.execute(["x = 20\nprint('twenty')", "x + 1"])
        assert (first.status, first.output) == ("ok", "twenty\n")
        assert (second.status, second.output) == ("ok", "21\n")

    def test_an_error_is_reported_and_the_rest_goes_on(self, session: Session) -> None:
        """The traceback shows the student's frames only, with their source lines."""
        cells = ["import json\ndef read(text):\n    return json.loads(text)", "read('{')", "y = 1"]
        _, failed, last = session.execute(cells)
        assert failed.status == "error"
        assert "JSONDecodeError" in failed.error
        assert "return json.loads(text)" in failed.error
        assert "decoder.py" not in failed.error
        assert last.status == "ok"

    @pytest.mark.parametrize(
        "ending", ["import sys; sys.exit(0)", "raise KeyboardInterrupt", "exit()", "assert 0"]
    )
    def test_what_ends_a_program_ends_a_cell_only(self, session: Session, ending: str) -> None:
        """SystemExit and KeyboardInterrupt are errors of their cell."""
        assert statuses(session, ending, "x = 1") == ["error", "ok"]

    def test_skip(self, session: Session) -> None:
        """Positions to skip are left out."""
        assert [o.status for o in session.execute(["x = 1", "x = 2", "x"], skip=[1])] == [
            "ok",
            "skipped",
            "ok",
        ]
        assert in_task(session, "answer = x") == 1

    def test_cells_can_follow_later(self, session: Session) -> None:
        """A second call goes on in the same namespace."""
        session.execute(["x = 1"])
        assert session.execute(["x += 1\nx"])[0].output == "2\n"

    def test_main_module(self, session: Session) -> None:
        """Code sees itself as `__main__`, and its source can be inspected."""
        cells = [
            "def double(x):\n    return 2 * x",
            "import inspect, __main__\nprint(__name__, __main__.double(4), inspect.getsource(double))",
        ]
        assert session.execute(cells)[1].output == "__main__ 8 def double(x):\n    return 2 * x\n\n"

    def test_output_is_capped(self, session: Session) -> None:
        """A gigabyte on standard output, by Python or by descriptor, costs nothing and is cut."""
        flood = "line = 'x' * 2**20\nfor _ in range(1024): print(line)"
        below = "import os\nfor _ in range(1024): os.write(1, b'y' * 2**20)"
        first, second = session.execute([flood, below])
        assert (first.status, second.status) == ("ok", "ok")
        assert len(first.output) <= 2002
        assert second.output == ""

    def test_endless_loop(self, session: Session) -> None:
        """An endless loop costs its own cell."""
        assert statuses(session, "x = 1", "while True: pass", "x += 1") == ["ok", "timeout", "ok"]
        assert in_task(session, "answer = x") == 2

    def test_endless_sleep(self, session: Session) -> None:
        """So does waiting for ever, which uses no computing time."""
        assert statuses(session, "import time; time.sleep(10**6)", "x = 1") == ["timeout", "ok"]

    def test_a_loop_that_swallows_the_interruption(self, session: Session) -> None:
        """It is killed; the notebook is executed again without that cell."""
        loop = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        assert statuses(session, "x = 1", loop, "x += 1") == ["ok", "timeout", "ok"]
        assert in_task(session, "answer = x") == 2

    @pytest.mark.parametrize(
        ("death", "reason"),
        [
            ("import os; os._exit(0)", "exit code 0"),
            ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
            ("import os; os.abort()", "SIGABRT"),
            ("import os; os.closerange(0, 10**4)", "exit code 70"),
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "system ended the program"),
        ],
    )
    def test_a_cell_that_takes_the_worker_with_it(self, session: Session, death: str, reason: str) -> None:
        """It is reported as crashed, and the others count."""
        outcomes = session.execute(["x = 1", death, "x += 1"])
        assert [outcome.status for outcome in outcomes] == ["ok", "crashed", "ok"]
        assert reason in outcomes[1].error
        assert in_task(session, "answer = x") == 2

    def test_too_many_deaths(self, session: Session) -> None:
        """The number of fresh workers is bounded; every cell has an outcome all the same."""
        assert statuses(session, *["import os; os._exit(0)"] * 5) == ["crashed"] * 5
        with pytest.raises(WorkerCrashed):
            session.task()

    def test_peak_memory_is_told_when_all_is_over(self, server: Server) -> None:
        """What the program occupied itself, whoever freed it since; a program that ends early is no exception."""
        peaks = []
        for cell in (
            "x = 1",
            "x = bytearray(200 * 2**20); del x",
            "import os; x = bytearray(200 * 2**20); os._exit(1)",
        ):
            with server.open() as session:
                session.execute([cell])
            peaks.append(session.peak_memory / 2**20)
        assert peaks[0] < 60
        assert 190 < peaks[1] < 260
        assert 190 < peaks[2] < 260

    def test_memory_is_bounded(self, session: Session) -> None:
        """Asking for too much memory is an error of its cell."""
        outcomes = session.execute(
            ["import torch\ntorch.empty(10**10).fill_(1)", "x = bytearray(2**31)", "x = 1"]
        )
        assert [outcome.status for outcome in outcomes] == ["error", "error", "ok"]

    def test_magics(self, session: Session) -> None:
        """Magics that need a screen or a program do nothing, and `display` prints."""
        cells = [
            "%matplotlib inline\n!ls\nget_ipython().run_line_magic('load_ext', 'x')\ndisplay(3)",
            "%%time\nfrom IPython.display import HTML, display\nx = 5",
            "%%bash\nrm -rf /",
        ]
        outcomes = session.execute(cells)
        assert [outcome.status for outcome in outcomes] == ["ok", "ok", "skipped"]
        assert outcomes[0].output == "3\n"


class TestWork:
    """What honest notebooks do works inside the jail."""

    @pytest.mark.parametrize(
        "code",
        [
            "import threading\nt = threading.Thread(target=lambda: None); t.start(); t.join()",
            "import torch\nm = torch.nn.LSTM(4, 5); m(torch.randn(3, 2, 4))[0].sum().backward()\n"
            "o = torch.optim.Adam(m.parameters()); o.step()",
            "import torch\ntorch.nn.functional.conv2d(torch.randn(2, 3, 9, 9), torch.randn(4, 3, 3, 3))",
            "import torch\ntorch.linalg.svd(torch.randn(20, 20)); torch.linalg.solve(torch.eye(3), torch.ones(3))",
            "import torch\ntorch.func.vmap(lambda x: x.sin())(torch.randn(4))",
            "import torch.utils.data as d, torch\nlist(d.DataLoader(d.TensorDataset(torch.ones(9)), 4, shuffle=True))",
            "import torch\ntorch.save({'a': torch.ones(2)}, 'm.pt'); assert torch.load('m.pt')['a'].sum() == 2",
            "import numpy\nnumpy.savez('a.npz', a=numpy.ones(3)); numpy.load('a.npz')['a']",
            "import tempfile\nwith tempfile.TemporaryDirectory() as d: open(d + '/x', 'w').write('1')",
            "import os, shutil\nos.makedirs('a/b'); open('a/b/c', 'w').close(); os.rename('a/b/c', 'a/c')\n"
            "shutil.rmtree('a')",
            "import asyncio\nasync def f(): await asyncio.sleep(0)\nasyncio.run(f())",
            "import wave, sqlite3, curses, xml.dom.minidom, unittest.mock, concurrent.futures",
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor(4) as pool: assert list(pool.map(abs, [-1, 2])) == [1, 2]",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('x'); plt.savefig('f.png'); plt.show()",
            "import sympy",
            "import pathlib\nassert pathlib.Path.home() == pathlib.Path.cwd()",
            "import subprocess\ntry: subprocess.run(['ls'])\nexcept OSError: pass\nelse: raise AssertionError",
            "import multiprocessing\np = multiprocessing.Process(target=print)\n"
            "try: p.start()\nexcept OSError: pass\nelse: raise AssertionError",
            "import signal, os\nsignal.signal(signal.SIGUSR1, lambda *_: None); os.kill(os.getpid(), signal.SIGUSR1)",
            "import random, torch, numpy\n(random.random(), torch.rand(1), numpy.random.rand())",
        ],
    )
    def test_honest_code(self, session: Session, code: str) -> None:
        """No layer of the jail is in the way of ordinary work."""
        outcome = session.execute([code])[0]
        assert (outcome.status, outcome.error) == ("ok", "")

    def test_files_of_the_submission(self, server: Server) -> None:
        """Files handed in lie in the current folder, in a fresh worker too."""
        with server.open({"model.bin": b"weights", "sub/a.txt": b"text"}) as session:
            cells = ["a = open('model.bin').read()", "open('model.bin', 'w').close(); import os; os._exit(0)"]
            session.execute([*cells, "b = open('sub/a.txt').read()"])
            assert in_task(session, "answer = a + b + open('model.bin').read()") == "weightstextweights"

    @pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x"])
    def test_names_of_files(self, server: Server, name: str) -> None:
        """A file name cannot lead out of the scratch folder."""
        with pytest.raises(ValueError, match="scratch folder"):
            server.open({name: b""})

    def test_same_seed_same_numbers(self, server: Server) -> None:
        """Random numbers that a notebook does not seed are the same in every run."""
        code = "import random, torch, numpy\n(random.random(), torch.rand(1).item(), numpy.random.rand(), hash('a'))"
        outputs = []
        for _ in range(2):
            with server.open() as session:
                outputs.append(session.execute([code])[0].output)
        assert outputs[0] == outputs[1]


class TestTasks:
    def test_values_travel(self, session: Session) -> None:
        """Tensors and containers come back as what they were."""
        session.execute(["import torch"])
        with session.task() as task:
            value = task.ask({"value": "(torch.ones(2, 3), {'a': [1, None]}, float('inf'))"})
        assert torch.equal(value[0], torch.ones(2, 3))
        assert value[1:] == ({"a": [1, None]}, float("inf"))

    def test_callbacks(self, session: Session) -> None:
        """The worker may call the functions it was given, and no other."""
        with session.task() as task:
            assert task.ask({"call": 7, "arguments": [2, 3]}, {7: lambda a, b: a * b}) == 6
            with pytest.raises(WorkerProtocolError):
                task.ask({"call": 8, "arguments": []}, {7: lambda: 0})

    def test_an_error_in_a_callback_is_ours(self, session: Session) -> None:
        """It passes through, and the conversation is over."""
        with session.task() as task:
            with pytest.raises(ZeroDivisionError):
                task.ask({"call": 1, "arguments": []}, {1: lambda: 1 / 0})
            with pytest.raises(WorkerCrashed):
                task.ask({"value": "1"})

    def test_a_value_that_cannot_be_sent_is_ours(self, session: Session) -> None:
        """The student is not to blame for it, and the task goes on."""
        with session.task() as task:
            with pytest.raises(WireError):
                task.ask({"value": object()})
            assert task.ask({"value": "1"}) == 1

    def test_an_answer_that_cannot_be_sent(self, session: Session) -> None:
        """The student is told, and the task goes on."""
        with session.task() as task:
            answer = task.ask({"value": "object()"})
            assert answer["error"]["type"] == "WireError"
            assert task.ask({"value": "1"}) == 1

    def test_a_task_leaves_the_next_as_it_was(self, session: Session) -> None:
        """Whatever a task changes, the next one starts from the state after the cells."""
        session.execute(["import torch\nitems = [1]"])
        spoil = "import builtins, torch\nitems.append(2); builtins.sum = 0; torch.set_default_dtype(torch.float64)\n"
        assert in_task(session, spoil + "torch.nn.Linear = None; answer = 1") == 1
        state = "answer = (items, sum(items), str(torch.get_default_dtype()), torch.nn.Linear is None)"
        assert in_task(session, state) == ([1], 1, "torch.float32", False)

    @pytest.mark.parametrize(
        "code",
        [
            "while True: pass",
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "import time; time.sleep(10**6)",
            "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        ],
    )
    def test_a_task_that_hangs_costs_itself(self, session: Session, code: str) -> None:
        """It is over for good, and the next one answers."""
        session.execute(["x = 5"])
        with session.task(cpu_seconds=1, wall_seconds=0.7) as task:
            with pytest.raises(WorkerTimeout):
                task.ask({"run": code})
            with pytest.raises(WorkerTimeout):
                task.ask({"value": "1"})
        assert in_task(session, "answer = x") == 5

    @pytest.mark.parametrize(
        "code",
        [
            "import os; os._exit(0)",
            "import ctypes; ctypes.string_at(0)",
            "import os; os.closerange(0, 10**4)",
            "raise KeyError",
            "x = []\nwhile True: x.append(bytearray(2**28))",
        ],
    )
    def test_a_task_that_dies_costs_itself(self, session: Session, code: str) -> None:
        """Crash or memory blow-up: the next task answers."""
        session.execute(["x = 5"])
        with session.task(cpu_seconds=10) as task:
            with pytest.raises(WorkerCrashed):
                task.ask({"run": code})
            with pytest.raises(WorkerCrashed):
                task.ask({"value": "1"})
        assert in_task(session, "answer = x") == 5

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("import os; os._exit(3)", "exit code 3"),
            ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
            ("import os; os.abort()", "SIGABRT"),
        ],
    )
    def test_how_a_task_ended(self, session: Session, code: str, reason: str) -> None:
        """The keeper tells how a task ended, from the kernel and not from the worker."""
        with session.task() as task, pytest.raises(WorkerCrashed, match=reason):
            task.ask({"run": code})

    def test_a_worker_that_dies_between_tasks(self, session: Session) -> None:
        """It is rebuilt from its cells."""
        fuse = (
            "import threading, time, os\ndef wait():\n    while not os.path.exists('end'): time.sleep(0.01)\n"
        )
        session.execute(["x = 5", fuse + "    os._exit(1)\nthreading.Thread(target=wait).start()"])
        with pytest.raises(WorkerCrashed):  # a task dies with its worker
            in_task(session, "open('end', 'w').close(); import time; time.sleep(10**6)")
        assert in_task(session, "answer = x") == 5

    def test_restart(self, session: Session) -> None:
        """After a restart nothing of earlier tasks is left, files included."""
        session.execute(["import os"])
        in_task(session, "open('note', 'w').close()")
        assert in_task(session, "answer = os.listdir()") == ["note"]
        session.restart()
        assert in_task(session, "answer = os.listdir()") == []


def test_all_tasks_share_one_budget_of_time(server: Server) -> None:
    """Who keeps the grader waiting in every task ends after that time, not after as many times that of a task."""
    limits = replace(server.limits, waiting_seconds=1.0)
    with server.open(budget=Budget(limits)) as session:
        for _task in range(2):
            with session.task(wall_seconds=0.5) as task, pytest.raises(WorkerTimeout):
                task.ask({"run": "import time; time.sleep(1000)"})
        with pytest.raises(WorkerTimeout, match="minutes that a notebook has"):
            session.task()
        with session.task(scores=True) as task:
            assert task.ask({"value": "1 + 1"}) == 2


def test_what_was_not_waited_for_is_not_charged(server: Server) -> None:
    """Many quick tasks cost next to nothing of the budget, whatever they were allowed."""
    limits = replace(server.limits, waiting_seconds=60.0)
    with server.open(budget=Budget(limits)) as session:
        for _task in range(10):
            with session.task(wall_seconds=50.0) as task:
                assert task.ask({"value": "1 + 1"}) == 2
