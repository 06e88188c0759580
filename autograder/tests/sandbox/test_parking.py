"""A task can be tested in the state after some cell: a fork made there sleeps until the task is asked for."""

import os
import select
from pathlib import Path

import pytest

from autograder.sandbox import Server, Session, WorkerCrashed, WorkerError, WorkerTimeout
from autograder.tests.sandbox.conftest import SYSTEM_CALL, descendants, in_task

pytestmark = pytest.mark.quick_at("strong")  # a task, a cell, a budget are the same at each level


def answer(session: Session, task: str, code: str) -> object:
    """What student code reports when it runs in the parked fork of a task."""
    with session.task(parked=task) as conversation:
        return conversation.ask({"run": code})


class TestParking:
    def test_each_task_sees_its_own_state(self, session: Session) -> None:
        """What later cells change or delete is as it was; the final state can be asked all the same."""
        cells = ["x = 1", "items = [1]", "x = 2", "items.append(2)\ndel x"]
        outcomes = session.execute(cells, parks={"first": 1, "second": 2})
        assert [outcome.status for outcome in outcomes] == ["ok"] * 4
        assert session.parked == {"first", "second"}
        assert answer(session, "second", "answer = (x, items)") == (2, [1])
        assert answer(session, "first", "answer = (x, items)") == (1, [1])
        assert in_task(session, "answer = items") == [1, 2]

    def test_a_cell_that_is_left_out_can_be_a_place(self, session: Session) -> None:
        """Checks are not run, and it is there that tasks are tested."""
        session.execute(["x = 1", "x = 5", "x = 2"], skip=[1], parks={"task": 1})
        assert answer(session, "task", "answer = x") == 1

    def test_two_tasks_at_one_place(self, session: Session) -> None:
        """Each has a fork of its own."""
        session.execute(["x = []", "x = None"], parks={"one": 0, "other": 0})
        assert answer(session, "one", "x.append(1); answer = x") == [1]
        assert answer(session, "other", "answer = x") == []

    def test_a_fork_that_is_not_there(self, session: Session) -> None:
        """Nobody gets another state than that which was asked for: it was never parked, or was woken before."""
        session.execute(["x = 1", "x = 2"], parks={"task": 0})
        assert answer(session, "task", "answer = x") == 1
        for task in ("task", "other"):
            with pytest.raises(WorkerCrashed):
                session.task(parked=task)
        assert in_task(session, "answer = x") == 2

    def test_the_random_state_is_that_of_the_cell(self, session: Session) -> None:
        """Parking draws nothing, and what is drawn later changes nothing."""
        draw = "import torch\n"
        session.execute([draw, "torch.rand(7)"], parks={"task": 0})
        first = answer(session, "task", "answer = torch.rand(1).item()")
        session.restart({"task": 0})
        assert answer(session, "task", "answer = torch.rand(1).item()") == first

    def test_a_crash_after_several_parks(self, session: Session) -> None:
        """The cells run again without the culprit, and the forks are made again."""
        cells = ["x = 1", "x = 2", "import os; os._exit(0)", "x = 3", "x = 4"]
        outcomes = session.execute(cells, parks={"a": 0, "b": 1, "c": 2, "d": 3})
        assert [outcome.status for outcome in outcomes] == ["ok", "ok", "crashed", "ok", "ok"]
        assert [answer(session, task, "answer = x") for task in "abcd"] == [1, 2, 2, 3]

    def test_a_worker_that_dies_between_tasks(self, session: Session) -> None:
        """It is rebuilt from its cells; what was not yet asked is asleep again."""
        fuse = (
            "import threading, time, os\nx = 1\ndef wait():\n    while not os.path.exists('end'): time.sleep(0.01)\n"
            "    os._exit(1)\nthreading.Thread(target=wait).start()"
        )
        session.execute([fuse, "x = 2"], parks={"a": 0, "b": 0})
        with pytest.raises(WorkerCrashed):
            answer(session, "a", "open('end', 'w').close(); time.sleep(10**6)")
        in_task(session, "answer = 1")
        assert session.parked == {"b"}
        assert answer(session, "b", "answer = x") == 1

    def test_a_restart_parks_what_is_wanted(self, session: Session) -> None:
        """And nothing else."""
        session.execute(["x = 1", "x = 2"], parks={"a": 0, "b": 0})
        session.restart({"b": 0})
        assert session.parked == {"b"}
        session.restart()
        assert session.parked == set()

    @pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(10**6)"])
    def test_limits_begin_when_it_is_woken(self, session: Session, code: str) -> None:
        """A parked fork that hangs costs itself only."""
        session.execute(["x = 1", "x = 2"], parks={"a": 0, "b": 0})
        with session.task(cpu_seconds=1, wall_seconds=1.5, parked="a") as task, pytest.raises(WorkerTimeout):
            task.ask({"run": code})
        assert answer(session, "b", "answer = x") == 1

    def test_the_end_of_a_session_ends_its_parked_forks(self, server: Server) -> None:
        """Stopped processes can be killed."""
        before = set(descendants())
        with server.open() as session:
            session.execute(["x = 1"] * 5, parks={f"{i}": i for i in range(5)})
            started = [os.pidfd_open(process) for process in set(descendants()) - before]
        assert len(started) == 7  # the keeper, its worker, and five forks
        for process in started:
            assert select.select([process], [], [], 30)[0], "a process outlived its session"
            os.close(process)

    def test_one_budget_of_time_for_all_stretches(self, server: Server) -> None:
        """Cells between which forks are parked do not get more wall time together."""
        total = server.limits.waiting_seconds
        with server.open() as session:
            session._run_stretch(range(0), {})
            assert session.budget.left("waiting") == total
            session._cells.append("import time; time.sleep(0.3)")
            session._run_stretch(range(1), {})
            left = session.budget.left("waiting")
            assert total - 10 < left <= total - 0.3
            session._park("task")
            assert session.budget.left("waiting") < left


class TestAttacks:
    THIEF = (
        "import os, threading, time\ndef steal():\n    while True:\n        try:\n"
        "            if os.fork() == 0:\n                while True: time.sleep(1)\n"
        "        except OSError: time.sleep(0.0001)\n"
        "threading.Thread(target=steal, daemon=True).start()"
    )

    def test_a_thread_that_steals_the_allowance(self, session: Session) -> None:
        """At most one process comes of it, which is killed or put to sleep; the cells go on."""
        before = len(descendants())
        outcomes = session.execute([self.THIEF, "x = 1", "x = 2", "x = 3"], parks={"a": 1, "b": 2})
        assert [outcome.status for outcome in outcomes[1:]] == ["ok"] * 3
        assert len(descendants()) - before <= len(session.parked)

    def test_a_cell_that_forks(self, session: Session) -> None:
        """It is refused, before and after forks were parked, and the parked state is whole."""
        fork = "import os\ntry: os.fork(); refused = False\nexcept OSError: refused = True"
        session.execute([fork, fork + "\nx = 1", fork], parks={"a": 0, "b": 1})
        assert answer(session, "b", fork + "\nanswer = (x, refused)") == (1, True)
        assert in_task(session, "answer = refused") is True

    def test_siblings_cannot_end_or_wake_it(self, session: Session) -> None:
        """Neither a later cell nor another task may send it a signal."""
        signals = (
            "import os, signal\nrefused = 0\nfor child in children:\n    for number in (0, 9, 15, 18):\n"
            "        try: os.kill(child, number)\n        except OSError: refused += 1\n"
        )
        find = "import os\nchildren = range(os.getpid() + 1, os.getpid() + 9)\n"
        session.execute(["x = 1", find + signals, "x = 2"], parks={"a": 0, "b": 0})
        guess = (
            "import os\nchildren = [n for n in range(os.getpid() - 5, os.getpid() + 5) if n != os.getpid()]\n"
        )
        in_task(session, guess + signals)
        assert in_task(session, "answer = refused > 0 and refused == 4 * len(children)") is True
        assert answer(session, "a", "answer = x") == 1
        assert answer(session, "b", "answer = x") == 1

    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
    def test_no_timer_wakes_it(self, session: Session) -> None:
        """A POSIX timer could send the signal that lets a stopped process go on."""
        assert in_task(session, f"{SYSTEM_CALL}\nanswer = call(222, 1, 0, 0)") == "refused: PermissionError 1"

    def test_it_does_nothing_while_it_is_parked(self, session: Session) -> None:
        """Code that runs in every fork, and threads that it starts, are stopped until the fork is woken."""
        busy = (
            "import os, threading, time\n"
            "def work():\n    while True:\n"
            "        with open('beat', 'a') as file: file.write('x')\n"
            "        time.sleep(0.001)\n"
            "def begin():\n    with open('beat', 'a') as file: file.write('x')\n"
            "    threading.Thread(target=work, daemon=True).start()\n"
            "os.register_at_fork(after_in_child=begin)"
        )
        wait = "a = os.path.getsize('beat'); time.sleep(0.3); b = os.path.getsize('beat')"
        session.execute([busy, "x = 1", wait], parks={"task": 1})
        assert in_task(session, "answer = a > 0 and a == b") is True
        assert answer(session, "task", "answer = x") == 1

    def test_threads_of_the_student_do_not_live_on_in_it(self, session: Session) -> None:
        """Only the thread that forks is in the fork."""
        thread = (
            "import threading, time\nbeats = 0\ndef work():\n    global beats\n"
            "    while True: beats += 1; time.sleep(0.001)\n"
            "threading.Thread(target=work, daemon=True).start()"
        )
        session.execute([thread, "x = 1"], parks={"task": 0})
        wait = "a = beats; time.sleep(0.2); answer = beats - a"
        assert answer(session, "task", wait) == 0

    def test_a_fork_that_dies_in_its_sleep(self, session: Session) -> None:
        """The task crashes; the final state answers."""
        session.execute(["x = 1", "x = 2"], parks={"a": 0, "b": 0})
        for process in descendants():
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            if state == "T":
                os.kill(process, 9)
        with pytest.raises(WorkerError), session.task(parked="a", wall_seconds=5) as task:
            task.ask({"value": "x"})
        assert in_task(session, "answer = x") == 2

    @pytest.mark.parametrize("hook", ["before=lambda: os._exit(1)", "before=lambda: time.sleep(10**6)"])
    def test_a_hook_that_breaks_the_worker(self, session: Session, hook: str) -> None:
        """No cell is blamed, and nothing is parked any more."""
        cells = [
            "import os, time",
            f"if not os.path.exists('x'): os.register_at_fork({hook})",
            "x = 1",
            "x = 2",
        ]
        outcomes = session.execute(cells, parks={"a": 2, "b": 3})
        assert [outcome.status for outcome in outcomes] == ["ok"] * 4
        assert session.parked == set()

    @pytest.mark.parametrize("hook", ["os._exit(1)", "time.sleep(10**6)"])
    def test_a_hook_that_breaks_the_fork(self, session: Session, hook: str) -> None:
        """The cells go on, and the worker is whole."""
        cells = ["import os, time", f"os.register_at_fork(after_in_child=lambda: {hook})", "x = 1", "x = 2"]
        outcomes = session.execute(cells, parks={"a": 2, "b": 3})
        assert [outcome.status for outcome in outcomes] == ["ok"] * 4
        assert session.parked == set()

    def test_a_cell_that_greets_in_the_name_of_the_fork(self, session: Session) -> None:
        """Without a process there is nothing to park."""
        liar = (
            "from autograder.sandbox import worker\n"
            "worker._Worker._park = lambda self, connection: connection.send({'parked': True})"
        )
        outcomes = session.execute([liar, "x = 1"], parks={"a": 1})
        assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
        assert session.parked == set()

    @pytest.mark.parametrize(
        "greeting", ["b'\\xff' * 8", "b'\\0\\0\\0\\x02\\0\\0\\0\\0{}'", "b'\\0\\0\\0\\x02\\0\\0\\0\\0[]'"]
    )
    def test_a_greeting_that_is_none(self, session: Session, greeting: str) -> None:
        """It is not kept."""
        liar = (
            "import os\nfrom autograder.sandbox import worker\n"
            f"worker._Worker._park = lambda self, connection: os.write(connection.stream.fileno(), {greeting})"
        )
        outcomes = session.execute([liar, "x = 1", "x = 2"], parks={"a": 1})
        assert [outcome.status for outcome in outcomes] == ["ok"] * 3
        assert session.parked == set()


class TestMemory:
    def test_many_forks_that_share_their_memory(self, server: Server) -> None:
        """Twenty-three forks of a worker with 100 MB cost little, and all of them are parked."""
        with server.open() as session:
            cells = ["import torch\nkept = torch.ones(25 * 2**20)", *["x = 1"] * 23]
            session.execute(cells, parks={f"{i}": i + 1 for i in range(23)})
            assert len(session.parked) == 23
            assert answer(session, "22", "answer = kept[-1].item()") == 1.0

    def test_forks_that_do_not_share(self, server: Server) -> None:
        """A notebook that writes everything anew in each cell keeps as many forks as fit into its memory."""
        with server.open() as session:
            cells = ["import torch\nkept = torch.ones(25 * 2**20)", *["kept += 1"] * 12]
            outcomes = session.execute(cells, parks={f"{i}": i + 1 for i in range(12)})
            assert {outcome.status for outcome in outcomes} == {"ok"}
            assert 2 <= len(session.parked) <= server.limits.memory_bytes // (100 * 2**20)
            assert in_task(session, "answer = kept[0].item()") == 13.0

    def test_a_parked_fork_has_the_limit_of_any_other(self, session: Session) -> None:
        """It is refused what is too much."""
        session.execute(["x = 1"], parks={"a": 0})
        hog = "import torch\nblocks = []\nwhile True: blocks.append(torch.empty(2**26, dtype=torch.uint8))"
        assert str(answer(session, "a", hog)).startswith("refused: RuntimeError")
