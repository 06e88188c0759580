"""While a check runs no other process is started, as when it is graded; before and after it everything is."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from autograder.student.checking.one_process import one_process

NOTHING = [sys.executable, "-c", ""]


def _in_executor() -> list[int]:
    with ProcessPoolExecutor(1) as pool:
        return list(pool.map(abs, [-1]))


@pytest.mark.parametrize(
    "start",
    [
        lambda: multiprocessing.Pool(1),
        lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
        multiprocessing.Manager,
        _in_executor,
        lambda: list(DataLoader([1, 2], num_workers=1)),  # type: ignore[arg-type]
        lambda: torch.multiprocessing.spawn(print, nprocs=1),
        lambda: subprocess.run(NOTHING, check=True),
        lambda: os.popen("true").read(),
        lambda: asyncio.run(asyncio.create_subprocess_exec(*NOTHING)),
        pytest.param(
            lambda: os.fork() or os._exit(0),
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks"),
        ),
        pytest.param(
            lambda: os.spawnv(os.P_WAIT, sys.executable, NOTHING),
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows starts it in C"),
        ),
    ],
)
def test_no_process_is_started(start: Callable[[], Any]) -> None:
    """The error is that of the sandbox."""
    with one_process(), pytest.raises(PermissionError):
        start()


def test_a_shell_is_not_found() -> None:
    """As in the sandbox, where `os.system` raises nothing."""
    with one_process():
        assert os.system("true") != 0


def test_threads_are_started() -> None:
    """Pools of threads, and loaders that load by themselves."""
    with one_process(), ThreadPool(2) as pool, ThreadPoolExecutor(2) as executor:
        assert pool.map(abs, [-1, 2]) == list(executor.map(abs, [-1, 2])) == [1, 2]
        assert len(list(DataLoader([1, 2], num_workers=0))) == 2  # type: ignore[arg-type]


def test_everything_is_put_back() -> None:
    """Also when the check fails."""
    with pytest.raises(ZeroDivisionError), one_process():
        1 / 0  # noqa: B018
    assert subprocess.run(NOTHING, check=True).returncode == 0


def test_compiled_code_runs_as_it_was_written() -> None:
    """With options or without; what would be compiled at its first call, too."""
    torch._dynamo.config  # noqa: B018  # the import takes seconds, and a kernel that compiles has done it
    before = torch.compile(lambda x: x + 1)
    with one_process():
        own = torch.compile(torch.tanh)
        decorated = torch.compile(dynamic=True)(torch.tanh)
        assert own is decorated is torch.tanh
        assert before(torch.zeros(1)) == 1
