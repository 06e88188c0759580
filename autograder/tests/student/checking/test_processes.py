"""Code that starts other processes is found where it is named, and only there."""

from __future__ import annotations

import pytest

from autograder.student.checking.processes import starts_processes, with_advice
from autograder.student.core.results import TestResult

MP = "import multiprocessing as mp\n"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (f"{MP}def g(x): return mp.Pool(x)\ndef f(x): return g(x)", "multiprocessing.Pool"),
        (f"{MP}def f(x): return mp.get_context('fork').Pool(x)", "multiprocessing.get_context"),
        (
            "from torch.multiprocessing import spawn\ndef f(x): return spawn(x)",
            "torch.multiprocessing.spawn",
        ),
        (
            "from concurrent.futures import ProcessPoolExecutor as P\ndef f(x): return P()",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        ("from joblib import Parallel\ndef f(x): return Parallel(x)", "joblib.Parallel"),
        ("import os\ndef f(x): return os.fork()", "os.fork"),
        ("from subprocess import check_output\ndef f(x): return check_output(x)", "subprocess.check_output"),
        ("def f(x): return DataLoader(x, num_workers=2)", "num_workers"),
        ("def f(x): return DataLoader(x, num_workers=0)", ""),
        ("from multiprocessing.pool import ThreadPool\ndef f(x): return ThreadPool(x)", ""),
        ("from multiprocessing.dummy import Pool\ndef f(x): return Pool(x)", ""),
        (f"{MP}def f(x): return mp.cpu_count(), mp.Lock()", ""),
        ("from concurrent.futures import ThreadPoolExecutor as P\ndef f(x): return P()", ""),
        ("import torch\n@torch.compile\ndef f(x): return torch.set_num_threads(2)", ""),
        ("class Pool: pass\ndef f(x): return Pool(x)", ""),
        (f"{MP}def g(x): return mp.Pool(x)\ndef f(x): return x", ""),
        ("import os\ndef f(x): return os.path.join(x, os.getcwd())", ""),
    ],
)
def test_what_starts_processes_is_found_behind_a_task(source: str, name: str) -> None:
    """In what its name reaches, by the full name of what is imported; threads start none."""
    assert starts_processes([source], "f") == name


def test_the_first_test_that_failed_says_so() -> None:
    """Once, behind what it says already."""
    tests = [
        TestResult("a", "", "passed"),
        TestResult("b", "", "failed", "It raised"),
        TestResult("c", "", "failed"),
    ]
    first, second, third = with_advice(tests, [f"{MP}def f(x): return mp.Pool(x)"], "f")
    assert second.message.startswith(
        "It raised. Your code starts other processes with `multiprocessing.Pool`."
    )
    assert (first.message, third.message) == ("", "")
    assert with_advice(tests, ["def f(x): return x"], "f") == tests
