"""Attacks on what the machine and the grader have: memory, files, time, and their patience with answers."""

import os

import pytest

from autograder.sandbox import Session, WorkerError, WorkerProtocolError, WorkerTimeout
from autograder.tests.sandbox.conftest import in_task

pytestmark = pytest.mark.quick_at("strong")  # a task, a cell, a budget are the same at each level


class TestResources:
    def test_memory(self, tasks: Session) -> None:
        """A task that wants too much is refused or dies; the next one has its full share."""
        hog = "import torch\nblocks = []\nwhile True: blocks.append(torch.empty(2**26, dtype=torch.uint8))"
        assert str(in_task(tasks, hog)).startswith("refused: RuntimeError")
        assert in_task(tasks, "import torch; answer = torch.ones(2**24).sum().item()") == 2**24

    def test_a_tensor_that_explodes(self, tasks: Session) -> None:
        """A stride-0 tensor of 400 GB is small until somebody copies it."""
        code = "import torch\nanswer = torch.zeros(1).expand(10**11).clone()"
        assert str(in_task(tasks, code)).startswith("refused: RuntimeError")
        with tasks.task() as task:
            answer = task.ask({"value": "__import__('torch').zeros(1).expand(10**11)"})
        assert answer["error"]["type"] == "WireError"

    def test_descriptors(self, tasks: Session) -> None:
        """The number of open files is limited."""
        assert str(in_task(tasks, "kept = []\nwhile True: kept.append(open('x', 'w'))")).startswith("refused")

    def test_timers_that_outlive_a_cell(self, session: Session) -> None:
        """A handler that a cell leaves behind does not disturb the tasks' own clock."""
        session.execute(
            [
                "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
                "signal.signal(signal.SIGPROF, signal.SIG_IGN)"
            ]
        )
        with session.task(cpu_seconds=1, wall_seconds=20) as task, pytest.raises(WorkerTimeout):
            task.ask({"run": "while True: pass"})


class TestReplies:
    """Answers that are as large as one may be, again and again: the grader keeps what it has heard in a test."""

    def test_the_answers_of_a_task_are_bounded_together(self, session: Session) -> None:
        """Ten megabytes are fine, and again, until they are too many; the next task begins anew."""
        large = {"run": "import torch\nanswer = torch.zeros(10 * 2**20, dtype=torch.uint8)"}
        for _task in range(2):
            with session.task() as task:
                for _reply in range(session.limits.reply_bytes // (10 * 2**20)):
                    task.ask(large)
                with pytest.raises(WorkerProtocolError):
                    task.ask(large)

    def test_the_scores_of_a_model_are_not_counted(self, session: Session) -> None:
        """They are asked for by the grader, which knows how many there will be."""
        large = {"run": "import torch\nanswer = torch.zeros(10 * 2**20, dtype=torch.uint8)"}
        with session.task(scores=True) as task:
            for _reply in range(8):
                assert len(task.ask(large)) == 10 * 2**20


class TestForgery:
    """Bytes that student code sends itself on the sockets it inherits."""

    @pytest.mark.parametrize(
        "data",
        [
            "b'\\xff' * 8",
            "b'\\0\\0\\0\\x02\\0\\0\\0\\0{}'",
            "b'\\0\\0\\0\\x02\\0\\0\\0\\0[]'",
            "b'\\x00\\x10\\0\\0\\0\\0\\0\\0' + b'[' * 2**20",
            "b'\\x00\\x10\\0\\0\\0\\0\\0\\0' + b'1' * 2**20",
            "b'\\x00\\x10\\0\\0\\0\\0\\0\\0' + b' ' * 2**20",
            "b'\\0\\0\\0\\x04\\x04\\0\\0\\0null' + b'\\xff' * 2**26",
            "b'\\0\\0\\0\\x04\\0\\0\\0\\x09null' + b'\\xff' * 9",
            "b'garbage'",
        ],
    )
    def test_forged_frames(self, tasks: Session, data: str) -> None:
        """A frame that is no answer ends its task, and only its task."""
        code = (
            f"import os\nfor n in range(3, 64):\n    try: os.write(n, {data})\n    except OSError: pass\n"
            "import time; time.sleep(10**6)"
        )
        with tasks.task(wall_seconds=1) as task, pytest.raises(WorkerError):
            task.ask({"run": code})
        assert in_task(tasks, "answer = 2") == 2

    def test_forged_frames_in_a_cell(self, session: Session) -> None:
        """In a cell they end that cell."""
        code = (
            "import os\nfor n in range(3, 64):\n    try: os.write(n, b'\\xff' * 8)\n    except OSError: pass"
        )
        assert [outcome.status for outcome in session.execute(["x = 1", code, "x = 2"])] == [
            "ok",
            "crashed",
            "ok",
        ]

    def test_a_slow_drip(self, tasks: Session) -> None:
        """Byte after byte does not win more time."""
        code = (
            "import os, time\nwhile True:\n    for n in range(3, 8):\n        try: os.write(n, b'\\0\\0\\0')\n"
            "        except OSError: pass\n    time.sleep(0.2)"
        )
        with tasks.task(wall_seconds=1) as task, pytest.raises(WorkerError):
            task.ask({"run": code})

    def test_descriptors_sent_to_the_grader(self, session: Session) -> None:
        """Descriptors that student code attaches do not arrive."""
        before = len(os.listdir("/proc/self/fd"))
        code = (
            "import os, socket\nfor n in range(3, 64):\n    try: s = socket.socket(fileno=os.dup(n))\n"
            "    except OSError: continue\n    try: socket.send_fds(s, [b'x'], [0] * 10)\n    except OSError: pass"
        )
        with session.task() as task, pytest.raises(WorkerError):
            task.ask({"run": code})
        assert len(os.listdir("/proc/self/fd")) <= before + 2

    def test_outcomes_that_are_none(self, session: Session) -> None:
        """A cell that replaces the executor's own functions can lie about cells, and do no more."""
        liar = (
            "import gc\nfrom autograder.sandbox.cells import Executor\n"
            "Executor._execute_one = lambda *a: {'status': 'ok', 'error': 3, 'output': [], 'seconds': 'x'}"
        )
        assert [o.status for o in session.execute([liar, "x = 1", "y = 2"])] == ["ok", "crashed", "crashed"]
