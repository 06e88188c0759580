"""What students add to released cells counts, and `submit` and the grader give the same points for it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.grading.graded import Submission
from autograder.grading.run import grade
from autograder.grading.staging import grading_server
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.student.checking.terminal import check_notebook
from autograder.student.core.notebook import SKIP_TAG, Cell, Notebook
from autograder.student.core.results import Result
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.grading.handins import put

STEP = "def rnn_step(x, h, W_xh, W_hh, b):\n    return {0}"
RIGHT = STEP.format("torch.tanh(x @ W_xh.T + h @ W_hh.T + b)")
WITH_HELPER = STEP.format("helper(x @ W_xh.T + h @ W_hh.T + b)")
HELPER = "def helper(values):\n    return values.tanh()"
WITH_NUMPY = RIGHT.replace("return", "assert np.pi > WIDTH\n    return")
NUMPY = "import numpy as np\nWIDTH = 3"
# As the released ones do it: names that a student may have taken are those of a function.
DEMONSTRATION = "def _shown():\n    gate = step = name = index = 0\n    return gate\n_shown()"
# What a cell of the notebook holds, by its grade_id. "<released>" stands for what was released there; "own" is a
# cell before rnn_step, "long" a long demonstration before it, "end" a cell behind all others; what ends in .py lies
# beside the notebook. A title begins with its row in the list of what real notebooks do.
ROWS: dict[str, dict[str, str]] = {
    "A1 an import and a constant in the setup": {"imports": f"<released>\n{NUMPY}", "rnn_step": WITH_NUMPY},
    "A1 a helper above the setup": {"imports": f"{HELPER}\n\n<released>", "rnn_step": WITH_HELPER},
    "A1 a lambda in the setup, on a line with others": {
        "imports": "<released>\nWIDTH = 3; helper = lambda values: values.tanh()",
        "rnn_step": WITH_HELPER,
    },
    "A1 an import in a check": {"check-pad_batch": f"{NUMPY}\n<released>", "rnn_step": WITH_NUMPY},
    "A1 a helper behind a check": {"check-pad_batch": f"<released>\n{HELPER}", "rnn_step": WITH_HELPER},
    "A1 an answer in a check": {"rnn_step": "", "check-rnn_step": f"{RIGHT}\n<released>"},
    "A1 an import in a long demonstration": {"long": f"{NUMPY}\n<released>", "rnn_step": WITH_NUMPY},
    "A1 a helper behind a long demonstration": {"long": f"<released>\n{HELPER}", "rnn_step": WITH_HELPER},
    "A1 a class in a long demonstration": {
        "long": "<released>\nclass Own:\n    helper = staticmethod(torch.tanh)",
        "rnn_step": WITH_HELPER.replace("helper", "Own.helper"),
    },
    "A6 a library that is not here": {
        "own": f"import no_such_library as nsl\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A6 several libraries on one line": {
        "own": "import numpy as np, no_such_library\nWIDTH = 3",
        "rnn_step": WITH_NUMPY,
    },
    "A6 what follows from a library that is not here": {
        "own": f"from no_such_library import style\nstyle.use('dark')\npalette = style.palette()\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A6 a question": {"own": f"name = input('Who are you? ')\n{HELPER}", "rnn_step": WITH_HELPER},
    "A6 a graphics card": {
        "own": f"state = torch.zeros(2, device='cuda')\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A6 a file": {
        "own": f"with open('/no/such/file') as file:\n    text = file.read()\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A6 a module of Colab": {
        "own": f"from google.colab import drive\ndrive.mount('/content/drive')\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A6 a window": {
        "own": f"import matplotlib\nmatplotlib.use('TkAgg', force=True)\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A6 a library that is not here, in the answer's own cell": {
        "rnn_step": f"import no_such_library\nfrom no_such_library import this\n{RIGHT}"
    },
    "A2 a helper's name for a number": {"own": HELPER, "rnn_step": WITH_HELPER, "end": "helper = 96485"},
    "A2 builtins, a library and a task": {
        "own": HELPER,
        "rnn_step": WITH_HELPER,
        "end": "max = 3\nlen = sum = list = None\nF = 96485\nrnn_step = 0.5\ntorch = nn = None",
    },
    "A2 a helper that is deleted": {"own": HELPER, "rnn_step": WITH_HELPER, "end": "del helper, pad_batch"},
    "A2 other defaults": {
        "end": "torch.set_default_dtype(torch.float64)\ntorch.set_grad_enabled(False)\ntorch.manual_seed(3)"
    },
    "A3 a helper called as a demonstration calls its own": {
        "own": HELPER.replace("helper", "gate"),
        "rnn_step": WITH_HELPER.replace("helper", "gate"),
    },
    "A3 a constant of that name": {
        "own": "step, index = 1, 0",
        "rnn_step": RIGHT.replace("return", "assert (step, index) == (1, 0)\n    return"),
    },
    "A3 a class of that name": {
        "own": "class name:\n    helper = staticmethod(torch.tanh)",
        "rnn_step": WITH_HELPER.replace("helper", "name.helper"),
    },
    "A4 an indented cell": {
        "own": textwrap.indent(HELPER, "    "),
        "rnn_step": textwrap.indent(WITH_HELPER, "  "),
    },
    "A4 prompts": {
        "own": "In [5]: def helper(values):\n   ...:     return values.tanh()",
        "rnn_step": ">>> " + WITH_HELPER.replace("\n", "\n... "),
    },
    "A4 a future of an earlier cell": {
        "own": f"%matplotlib inline\nfrom __future__ import annotations\n{HELPER}",
        "rnn_step": WITH_HELPER.replace("h, W_xh", "h: Unknown, W_xh"),
    },
    "A4 await": {
        "own": f"import asyncio\n{HELPER}\nasync def two():\n    yield 2\nawait asyncio.sleep(0)\n"
        "async for slope in two():\n    pass",
        "rnn_step": WITH_HELPER.replace("helper(", "slope / 2 * helper("),
    },
    "A4 the last result": {
        "own": f"{HELPER}\nhelper",
        "rnn_step": "last, text = _, _ih[-2]\n" + WITH_HELPER.replace("helper", "last"),
    },
    "A5 the shell and its displays": {
        "own": "from IPython.core.getipython import get_ipython\nfrom IPython.display import IFrame, display, "
        "update_display\nget_ipython().run_line_magic('matplotlib', 'inline')\ndisplay(1, display_id='a')\n"
        f"update_display(IFrame('x', 1, 2), display_id='a')\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A5 formats of figures": {
        "own": "%config InlineBackend.figure_format = 'retina'\nfrom matplotlib_inline import backend_inline\n"
        f"backend_inline.set_matplotlib_formats('svg')\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A5 an old name of them": {
        "own": "from IPython.display import set_matplotlib_formats\nset_matplotlib_formats('svg')\n" + HELPER,
        "rnn_step": WITH_HELPER,
    },
    "A5 widgets and bars": {
        "own": f"from tqdm.notebook import tqdm\nfor _step in tqdm([1, 2]):\n    pass\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
    "A5 a file that is written and imported": {
        "own": f"%%writefile written.py\n{HELPER}",
        "rnn_step": f"from written import helper\n{WITH_HELPER}",
    },
    "A5 a file that is written and run": {
        "own": f"%%file written.py\n{HELPER}",
        "rnn_step": f"%run written.py\n{WITH_HELPER}",
    },
    "A5 an unknown magic over the answer": {"rnn_step": f"%%memit\n{RIGHT}"},
    "A7 pools of threads": {
        "own": "from multiprocessing import Lock\nfrom multiprocessing.pool import ThreadPool\nLOCK = Lock()\n"
        "def helper(values):\n    with LOCK, ThreadPool(2) as pool:\n"
        "        return torch.stack(pool.map(torch.tanh, list(values)))",
        "rnn_step": WITH_HELPER,
    },
    "A7 an executor of threads": {
        "own": "from concurrent.futures import ThreadPoolExecutor\ntorch.set_num_threads(2)\n"
        "def helper(values):\n    with ThreadPoolExecutor(2) as pool:\n"
        "        return torch.stack(list(pool.map(torch.tanh, values)))",
        "rnn_step": WITH_HELPER,
    },
    "A7 a loader without workers": {
        "own": "from torch.utils.data import DataLoader\ndef helper(values):\n"
        "    own = torch.Generator()\n"
        "    return next(iter(DataLoader(values, len(values), num_workers=0, generator=own))).tanh()",
        "rnn_step": WITH_HELPER,
    },
    "A7 compiled code": {"rnn_step": f"@torch.compile(dynamic=True)\n{RIGHT}"},
    "A8 a module beside the notebook": {
        "steps.py": HELPER,
        "rnn_step": f"from steps import helper\n{WITH_HELPER}",
    },
    "A8 a package": {
        "own/__init__.py": "from .gates import helper as squash",
        "own/gates.py": HELPER,
        "rnn_step": f"import own\n{WITH_HELPER.replace('helper', 'own.squash')}",
    },
    "A8 a file that is run": {"steps.py": HELPER, "rnn_step": f"%run steps\n{WITH_HELPER}"},
}


def handed_in(source: Notebook, changes: Mapping[str, str]) -> bytes:
    """The solved notebook with these changes, as a file."""
    cells = [
        _cell(cell.id, cell.source, sorted(cell.tags), cell.nbgrader, cell.kind) for cell in source.cells
    ]
    place = next(i for i, cell in enumerate(cells) if _name(cell) == "rnn_step")
    if "own" in changes:
        cells.insert(place, _cell("own", changes["own"]))
    if "end" in changes:
        cells.append(_cell("end", changes["end"]))
    for cell in cells:
        cell["source"] = changes.get(_name(cell), "<released>").replace("<released>", cell["source"])
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    """Those of this process, in which the student's own check runs too, are put back."""
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


@pytest.fixture(scope="module")
def course(few_tasks: Notebook) -> Notebook:
    """The few tasks, a long demonstration before the second one, and behind its answer one with names of its own."""
    place = next(i for i, cell in enumerate(few_tasks.cells) if cell.grade_id == "rnn_step")
    long = Cell("code", "train_for_hours()", "long", frozenset({SKIP_TAG}))
    shown = Cell("code", DEMONSTRATION, "demonstration")
    before, answer, after = few_tasks.cells[:place], few_tasks.cells[place], few_tasks.cells[place + 1 :]
    return Notebook((*before, long, answer, shown, *after))


def graded(data: bytes, course: Notebook, server: Server, files: Mapping[str, bytes] | None = None) -> Result:
    """What the grader says."""
    submission = Submission("pupil", data, "rnn_basics.ipynb", files=files or {})
    return grade(submission, {ASSIGNMENT: Suite(ASSIGNMENT, course)}, server, 7).result


FIRST = {
    title.partition(" ")[0]: title for title in reversed(ROWS)
}  # of each row; the others take their time


WITH_COMPILER = {"A7 compiled code"}


@pytest.mark.parametrize(
    "title",
    [pytest.param(title, marks=() if title in FIRST.values() else pytest.mark.slow) for title in ROWS],
)
def test_what_was_added_counts_alike_for_submit_and_the_grader(
    title: str, course: Notebook, server: Server, tmp_path: Path
) -> None:
    """All points, no accusation, and the same number at the student's desk."""
    if title not in WITH_COMPILER:
        assert_counts_alike(title, course, server, tmp_path)
        return
    with grading_server(server.level) as usual:  # its import alone takes longer than a cell has in tests
        assert_counts_alike(title, course, usual, tmp_path)


def assert_counts_alike(title: str, course: Notebook, server: Server, tmp_path: Path) -> None:
    """Grades a row, and checks it as at a desk."""
    data = handed_in(course, ROWS[title])
    files = {name: text.encode() for name, text in ROWS[title].items() if name.endswith(".py")}
    result = graded(data, course, server, files)
    told = [test.message for task in result.tasks for test in task.tests]
    assert result.score == result.max_score, told
    assert result.integrity == ()
    path = put(tmp_path, {"rnn_basics.ipynb": data, **files}) / "rnn_basics.ipynb"
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


def test_an_endless_loop_costs_its_statement_alone(course: Notebook, server: Server) -> None:
    """What stands behind it in its cell counts; a task that misses what it would have given is told the line."""
    own = f"x = 1\nfor _ in iter(int, 1):\n    pass\n{HELPER}"
    result = graded(handed_in(course, {"own": own, "rnn_step": WITH_HELPER}), course, server)
    assert result.score == result.max_score, [test.message for task in result.tasks for test in task.tests]
    own = f"def wait():\n    while True: pass\n\nSLOPE = wait()\n{HELPER}"
    answer = WITH_HELPER.replace("helper(", "SLOPE * helper(")
    result = graded(handed_in(course, {"own": own, "rnn_step": answer}), course, server)
    told = [test.message for task in result.tasks for test in task.tests if task.name == "rnn_step"]
    assert any(
        re.search(
            r"Line 4 of cell \d+ stopped before `SLOPE` was defined: Stopped: the code used more than",
            message,
        )
        for message in told
    ), told


def test_a_statement_that_never_ends_is_run_once(server: Server) -> None:
    """It is told where it was; whenever the cells are run again, all but it are."""
    endless = "x = 1\ndef wait():\n    while True: pass\nwait()\ny = 2"
    with server.open() as session:
        outcome = session.execute([endless])[0]
        assert outcome.status == "timeout"
        assert 'File "<cell 1>", line 4, in <module>' in outcome.error
        assert outcome.error.splitlines()[-1].startswith("Stopped: the code used more than")
        session.restart()
        assert session.execute(["x + y"])[0].output == "3\n"


# How answers start processes, and what they are told it is called; "own" is a cell before them.
STARTS: dict[str, tuple[dict[str, str], str]] = {
    "A7 a pool": (
        {
            "own": "from multiprocessing import Pool\ndef helper(values):\n    with Pool(2) as pool:\n"
            "        return torch.stack(pool.map(torch.tanh, list(values)))",
            "rnn_step": WITH_HELPER,
        },
        "multiprocessing.Pool",
    ),
    "A7 a pool of an earlier cell": (
        {
            "own": "import torch.multiprocessing as mp\npool = mp.Pool(2)\ndef helper(values):\n"
            "    return torch.stack(pool.map(torch.tanh, list(values)))",
            "rnn_step": WITH_HELPER,
        },
        "torch.multiprocessing.Pool",
    ),
    "A7 workers of a loader": (
        {
            "own": "from torch.utils.data import DataLoader\ndef helper(values):\n"
            "    return next(iter(DataLoader(values.detach(), len(values), num_workers=2))).tanh()",
            "rnn_step": WITH_HELPER,
        },
        "num_workers",
    ),
    "A7 an executor": (
        {
            "own": "import concurrent.futures as futures\ndef helper(values):\n"
            "    with futures.ProcessPoolExecutor(2) as pool:\n"
            "        return torch.stack(list(pool.map(torch.tanh, values)))",
            "rnn_step": WITH_HELPER,
        },
        "concurrent.futures.ProcessPoolExecutor",
    ),
    "A7 a program": (
        {
            "own": "import subprocess\ndef helper(values):\n    subprocess.run(['true'])\n    return values.tanh()",
            "rnn_step": WITH_HELPER,
        },
        "subprocess.run",
    ),
}


@pytest.mark.parametrize(
    "title",
    [pytest.param(title, marks=() if title == "A7 a pool" else pytest.mark.slow) for title in STARTS],
)
def test_code_that_starts_processes_is_told_so_alike_and_not_accused(
    title: str, course: Notebook, server: Server, tmp_path: Path
) -> None:
    """The sandbox allows one process, and so does a check; an honest notebook may have wanted more."""
    changes, name = STARTS[title]
    data = handed_in(course, changes)
    result = graded(data, course, server)
    checked = check_notebook(put(tmp_path, {"rnn_basics.ipynb": data}) / "rnn_basics.ipynb")
    for found in (result.tasks, checked.results):
        (task,) = (task for task in found if task.name == "rnn_step")
        told = " ".join(test.message for test in task.tests)
        assert f"starts other processes with `{name}`" in told, told
    assert {task.name: task.score for task in checked.results} == {
        task.name: task.score for task in result.tasks
    }
    assert not any("system calls" in note for note in result.integrity)


def _cell(name: str, source: str, tags: Any = (), nbgrader: Any = None, kind: str = "code") -> dict[str, Any]:
    metadata = {"tags": list(tags), "nbgrader": nbgrader or {}}
    return {"id": name, "cell_type": kind, "source": source, "metadata": metadata}


def _name(cell: dict[str, Any]) -> str:
    return str(cell["metadata"]["nbgrader"].get("grade_id") or cell["id"])
