"""What students add to released cells counts, and `submit` and the grader give the same points for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.graded import Submission
from autograder.grading.parallel import starts_processes
from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.student.checking.terminal import check_notebook
from autograder.student.core.notebook import SKIP_TAG, Cell, Notebook
from autograder.student.core.results import Result
from autograder.tests.conftest import ASSIGNMENT

STEP = "def rnn_step(x, h, W_xh, W_hh, b):\n    return {0}"
RIGHT = STEP.format("torch.tanh(x @ W_xh.T + h @ W_hh.T + b)")
WITH_HELPER = STEP.format("helper(x @ W_xh.T + h @ W_hh.T + b)")
HELPER = "def helper(values):\n    return values.tanh()"
WITH_NUMPY = RIGHT.replace("return", "assert np.pi > WIDTH\n    return")
NUMPY = "import numpy as np\nWIDTH = 3"
# What a cell of the notebook holds, by its grade_id. "<released>" stands for what was released there; "own" is a
# cell before rnn_step, "long" a long demonstration before it.
ROWS: dict[str, dict[str, str]] = {
    "an import and a constant in the setup": {"imports": f"<released>\n{NUMPY}", "rnn_step": WITH_NUMPY},
    "a helper above the setup": {"imports": f"{HELPER}\n\n<released>", "rnn_step": WITH_HELPER},
    "a lambda in the setup, on a line with others": {
        "imports": "<released>\nWIDTH = 3; helper = lambda values: values.tanh()",
        "rnn_step": WITH_HELPER,
    },
    "an import in a check": {"check-pad_batch": f"{NUMPY}\n<released>", "rnn_step": WITH_NUMPY},
    "a helper behind a check": {"check-pad_batch": f"<released>\n{HELPER}", "rnn_step": WITH_HELPER},
    "an answer in a check": {"rnn_step": "", "check-rnn_step": f"{RIGHT}\n<released>"},
    "an import in a long demonstration": {"long": f"{NUMPY}\n<released>", "rnn_step": WITH_NUMPY},
    "a helper behind a long demonstration": {"long": f"<released>\n{HELPER}", "rnn_step": WITH_HELPER},
    "a class in a long demonstration": {
        "long": "<released>\nclass Own:\n    helper = staticmethod(torch.tanh)",
        "rnn_step": WITH_HELPER.replace("helper", "Own.helper"),
    },
    "a library that is not here": {
        "own": f"import no_such_library as nsl\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "several libraries on one line": {
        "own": "import numpy as np, no_such_library\nWIDTH = 3",
        "rnn_step": WITH_NUMPY,
    },
    "what follows from a library that is not here": {
        "own": f"from no_such_library import style\nstyle.use('dark')\npalette = style.palette()\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "a question": {"own": f"name = input('Who are you? ')\n{HELPER}", "rnn_step": WITH_HELPER},
    "a graphics card": {"own": f"state = torch.zeros(2, device='cuda')\n{HELPER}", "rnn_step": WITH_HELPER},
    "a file": {
        "own": f"with open('/no/such/file') as file:\n    text = file.read()\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "a module of Colab": {
        "own": f"from google.colab import drive\ndrive.mount('/content/drive')\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "a window": {
        "own": f"import matplotlib\nmatplotlib.use('TkAgg', force=True)\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "a library that is not here, in the answer's own cell": {
        "rnn_step": f"import no_such_library\nfrom no_such_library import this\n{RIGHT}"
    },
}


def handed_in(source: Notebook, changes: Mapping[str, str]) -> bytes:
    """The solved notebook with these changes, as a file."""
    cells = [
        _cell(cell.id, cell.source, sorted(cell.tags), cell.nbgrader, cell.kind) for cell in source.cells
    ]
    place = next(i for i, cell in enumerate(cells) if _name(cell) == "rnn_step")
    if "own" in changes:
        cells.insert(place, _cell("own", changes["own"]))
    for cell in cells:
        cell["source"] = changes.get(_name(cell), "<released>").replace("<released>", cell["source"])
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture(scope="module")
def course(few_tasks: Notebook) -> Notebook:
    """The few tasks, and a long demonstration before the second one."""
    place = next(i for i, cell in enumerate(few_tasks.cells) if cell.grade_id == "rnn_step")
    long = Cell("code", "train_for_hours()", "long", frozenset({SKIP_TAG}))
    return Notebook((*few_tasks.cells[:place], long, *few_tasks.cells[place:]))


def graded(data: bytes, course: Notebook, server: Server, files: Mapping[str, bytes] | None = None) -> Result:
    """What the grader says."""
    submission = Submission("pupil", data, "rnn_basics.ipynb", files=files or {})
    return grade(submission, {ASSIGNMENT: Suite(ASSIGNMENT, course)}, server, 7).result


@pytest.mark.parametrize("title", ROWS)
def test_what_was_added_counts_alike_for_submit_and_the_grader(
    title: str, course: Notebook, server: Server, tmp_path: Path
) -> None:
    """All points, no accusation, and the same number at the student's desk."""
    data = handed_in(course, ROWS[title])
    result = graded(data, course, server)
    told = [test.message for task in result.tasks for test in task.tests]
    assert result.score == result.max_score, told
    assert result.integrity == ()
    path = tmp_path / "rnn_basics.ipynb"
    path.write_bytes(data)
    assert sum(task.score for task in check_notebook(path).results) == result.score


def test_a_message_says_which_line_a_missing_name_waited_for(course: Notebook, server: Server) -> None:
    """What stopped at the author's desk as well is not gone past: neither the helper nor the other answer is there."""
    own = f"table = {{}}\ntable['key']\n{HELPER}\ndef pad_batch(sequences, pad_id):\n    return 0"
    result = graded(handed_in(course, {"own": own, "rnn_step": WITH_HELPER}), course, server)
    tasks = {task.name: task for task in result.tasks}
    assert tasks["pad_batch"].status == "passed"
    assert tasks["rnn_step"].score == 0
    (message, *_others) = [test.message for test in tasks["rnn_step"].tests if "helper" in test.message]
    assert re.search(r"Line 2 of cell \d+ stopped before `helper` was defined: KeyError: 'key'", message), (
        message
    )


MODULES = {
    "steps.py": b"import torch\nfrom tools.activations import squash\ndef helper(values):\n    return squash(values)",
    "tools/activations.py": b"def squash(values):\n    return values.tanh()",
}


def test_helper_modules_of_the_hand_in_are_imported(course: Notebook, server: Server) -> None:
    """As beside the notebook: a module, and one of a package that it imports in turn."""
    answer = "from steps import helper as own\n" + WITH_HELPER.replace("helper", "own")
    result = graded(handed_in(course, {"rnn_step": answer}), course, server, MODULES)
    assert result.score == result.max_score, [test.message for task in result.tasks for test in task.tests]
    assert (result.integrity, result.repairs) == ((), ())


POOL = "from multiprocessing import Pool\n" + STEP.format(
    "torch.stack(Pool(2).map(torch.tanh, list(x @ W_xh.T + h @ W_hh.T + b)))"
)
LOADER = STEP.format(
    "next(iter(torch.utils.data.DataLoader(x @ W_xh.T + h @ W_hh.T + b, len(x), num_workers=2))).tanh()"
)


@pytest.mark.parametrize(("answer", "name"), [(POOL, "multiprocessing"), (LOADER, "num_workers")])
def test_code_that_starts_processes_is_told_so_and_not_accused(
    answer: str, name: str, course: Notebook, server: Server
) -> None:
    """The sandbox allows one process; an honest notebook may have wanted more."""
    result = graded(handed_in(course, {"rnn_step": answer}), course, server)
    (task,) = (task for task in result.tasks if task.name == "rnn_step")
    told = " ".join(test.message for test in task.tests)
    assert f"starts other processes with `{name}`" in told
    assert result.integrity == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch\n@torch.compile\ndef f(x): return x", "torch.compile"),
        ("import torch\ndef g(x): return x\nf = torch.compile(g)", "torch.compile"),
        (
            "import multiprocessing as mp\ndef g(x): return mp.Pool(x)\ndef f(x): return g(x)",
            "multiprocessing",
        ),
        (
            "from concurrent.futures import ProcessPoolExecutor as P\ndef f(x): return P()",
            "ProcessPoolExecutor",
        ),
        ("from joblib import Parallel\ndef f(x): return Parallel(x)", "joblib"),
        ("def f(x): return DataLoader(x, num_workers=0)", ""),
        ("import multiprocessing\ndef f(x): return x", ""),
        ("from concurrent.futures import ThreadPoolExecutor as P\ndef f(x): return P()", ""),
    ],
)
def test_what_starts_processes_is_found_behind_a_task(source: str, name: str) -> None:
    """In what its name reaches, and by the full name of what is imported."""
    assert starts_processes([source], "f") == name


def _cell(name: str, source: str, tags: Any = (), nbgrader: Any = None, kind: str = "code") -> dict[str, Any]:
    metadata = {"tags": list(tags), "nbgrader": nbgrader or {}}
    return {"id": name, "cell_type": kind, "source": source, "metadata": metadata}


def _name(cell: dict[str, Any]) -> str:
    return str(cell["metadata"]["nbgrader"].get("grade_id") or cell["id"])
