"""Compiled code is taken away from one task, from outside, and from nobody else."""

from __future__ import annotations

import os

import pytest

from autograder.sandbox import Session, WorkerCrashed, traps

FUNCTIONS = {"at::native::lstm_cell", "torch::autograd::Node::operator()"}
CELL = "import torch\nanswer = torch.nn.LSTMCell(2, 3)(torch.ones(1, 2))[0].shape[1]"


def test_who_calls_it_is_ended(session: Session) -> None:
    """With a sentence that says why; what is beside it works as before."""
    with session.task() as task:
        assert task.ask({"run": CELL}) == 3
        assert task.forgo(FUNCTIONS, ())
        assert task.ask({"run": "answer = torch.nn.GRUCell(2, 3)(torch.ones(1, 2)).sum().backward()"}) is None
        with pytest.raises(WorkerCrashed, match="this task forbids"):
            task.ask({"run": CELL})


def test_it_does_not_matter_who_has_kept_it(session: Session) -> None:
    """A function under another name, or a node of a graph, is the same code."""
    kept = "kept = [torch.lstm_cell, torch.ones(2, requires_grad=True).exp().grad_fn]"
    session.execute([f"import torch\n{kept}"])
    ones = "[torch.ones(1, 3)] * 2, torch.ones(12, 2), torch.ones(12, 3)"
    for call in (f"kept[0](torch.ones(1, 2), {ones})", "kept[1](torch.ones(2))"):
        with session.task() as task:
            task.ask({"run": call})
            task.forgo(FUNCTIONS, ())
            with pytest.raises(WorkerCrashed, match="this task forbids"):
                task.ask({"run": call})


def test_all_code_of_a_library_goes(session: Session) -> None:
    """By the name of its folder."""
    code = "import safetensors\nanswer = len(safetensors.serialize({}))"
    with session.task() as task:
        assert task.ask({"run": code}) > 0
        assert task.forgo((), {"safetensors"})
        assert task.ask({"run": "answer = 5"}) == 5
        with pytest.raises(WorkerCrashed, match="this task forbids"):
            task.ask({"run": code})


def test_nobody_else_misses_it(session: Session) -> None:
    """Neither the task after it nor the worker."""
    with session.task() as task:
        task.ask({"run": ""})
        task.forgo(FUNCTIONS, ())
    with session.task() as task:
        assert task.ask({"run": CELL}) == 3
    assert session.execute([CELL])[0].status == "ok"


def test_the_worker_stands_still_meanwhile(session: Session) -> None:
    """A thread of it, which has the function still, is no help to the task; afterwards it goes on."""
    count = """
import os, threading, time
def count():
    while True:
        os.close(os.open("calls", os.O_CREAT | os.O_WRONLY | os.O_APPEND))
        with open("calls", "a") as file: file.write(".")
        time.sleep(0.001)
threading.Thread(target=count, daemon=True).start()
"""
    session.execute([count])
    grows = "size = os.path.getsize('calls'); time.sleep(0.2); answer = os.path.getsize('calls') > size"
    with session.task() as task:
        assert task.ask({"run": grows}) is True
        task.forgo(FUNCTIONS, ())
        assert task.ask({"run": grows}) is False
    with session.task() as task:
        assert task.ask({"run": grows}) is True


def test_what_is_gone_forgoes_nothing(session: Session) -> None:
    """A task that has ended is an error."""
    with session.task() as task:
        with pytest.raises(WorkerCrashed):
            task.ask({"run": "os = __import__('os'); os._exit(3)"})
        with pytest.raises(WorkerCrashed):
            task.forgo(FUNCTIONS, ())


def test_what_was_found_is_not_looked_for_again() -> None:
    """The warm server finds it once; the keeper of every submission is a fork of it."""
    traps._exported.cache_clear()
    traps.find(FUNCTIONS)
    looked = traps._exported.cache_info().misses
    assert len(list(traps._places(os.getpid(), FUNCTIONS, set()))) >= len(FUNCTIONS)
    assert traps._exported.cache_info().misses == looked > 0
