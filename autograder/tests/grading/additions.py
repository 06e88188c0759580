"""What students add to released cells, row by row, and notebooks with it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from autograder.student.core.notebook import SKIP_TAG, Cell, Notebook

STEP = "def rnn_step(x, h, W_xh, W_hh, b):\n    return {0}"
RIGHT = STEP.format("torch.tanh(x @ W_xh.T + h @ W_hh.T + b)")
WITH_HELPER = STEP.format("helper(x @ W_xh.T + h @ W_hh.T + b)")
HELPER = "def helper(values):\n    return values.tanh()"
WITH_NUMPY = RIGHT.replace("return", "assert np.pi > WIDTH\n    return")
NUMPY = "import numpy as np\nWIDTH = 3"
# As the released ones do it: names that a student may have taken are those of a function.
DEMONSTRATION = "def _shown():\n    gate = step = name = index = 0\n    return gate\n_shown()"
# What a cell of the notebook holds, by its grade_id. "<released>" stands for what was released there; "own" is a
# cell before rnn_step, "own long" one with the tag of long demonstrations, "long" a released one of those, "end" a
# cell behind all others; what ends in .py lies beside the notebook. A title begins
# with its row in the list of what real notebooks do.
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
    "A1 a helper in a copy of a long demonstration": {
        "own long": f"train_for_hours()\n{HELPER}",
        "rnn_step": WITH_HELPER,
    },
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
    "A7 threads of torch": {
        "own": "torch.set_num_interop_threads(2)\ntorch.set_num_threads(2)\nlarge = torch.ones(1000, 1000).exp()",
        "rnn_step": RIGHT.replace("return", "assert large.exp().sum() > 0\n    return"),
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


def with_demonstrations(source: Notebook) -> Notebook:
    """The notebook, a long demonstration before `rnn_step`, and behind its answer one with names of its own."""
    place = next(i for i, cell in enumerate(source.cells) if cell.grade_id == "rnn_step")
    long = Cell("code", "train_for_hours()", "long", frozenset({SKIP_TAG}))
    shown = Cell("code", DEMONSTRATION, "demonstration")
    before, answer, after = source.cells[:place], source.cells[place], source.cells[place + 1 :]
    return Notebook((*before, long, answer, shown, *after))


def handed_in(source: Notebook, changes: Mapping[str, str]) -> bytes:
    """The solved notebook with these changes, as a file."""
    cells = [
        _cell(cell.id, cell.source, sorted(cell.tags), cell.nbgrader, cell.kind) for cell in source.cells
    ]
    place = next(i for i, cell in enumerate(cells) if _name(cell) == "rnn_step")
    if "own" in changes:
        cells.insert(place, _cell("own", changes["own"]))
    if "own long" in changes:
        cells.insert(place, _cell("own long", changes["own long"], [SKIP_TAG]))
    if "end" in changes:
        cells.append(_cell("end", changes["end"]))
    for cell in cells:
        cell["source"] = changes.get(_name(cell), "<released>").replace("<released>", cell["source"])
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _cell(name: str, source: str, tags: Any = (), nbgrader: Any = None, kind: str = "code") -> dict[str, Any]:
    metadata = {"tags": list(tags), "nbgrader": nbgrader or {}}
    return {"id": name, "cell_type": kind, "source": source, "metadata": metadata}


def _name(cell: dict[str, Any]) -> str:
    return str(cell["metadata"]["nbgrader"].get("grade_id") or cell["id"])
