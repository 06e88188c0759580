"""What IPython brings into the sandbox: its cells run there, within their limits, and harm nothing."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from autograder.sandbox import Server, Session
from autograder.sandbox.absent import provide_absent
from autograder.sandbox.budget import Budget
from autograder.tests.sandbox.conftest import SMALL, in_task

pytestmark = pytest.mark.quick_at("strong")  # a task, a cell, a budget are the same at each level
BRIEF = replace(SMALL, cpu_seconds_per_cell=0.3)  # a cell that never ends uses all of it


@pytest.mark.parametrize(
    "cells",
    [
        ["import asyncio\nawait asyncio.sleep(0.01)\nasync with asyncio.timeout(9):\n    answer = 1"],
        ["%%writefile helper.py\ndef f(): return 1", "import helper\nanswer = helper.f()"],
        ["%%file helper.py\nanswer = 1", "%run helper.py"],
        ["%%memit\nanswer = 1"],
        ["1", "answer = _"],
        [">>> answer = 1"],
        ["    answer = 1"],
        ["from __future__ import annotations", "def f(x: Unknown): return x\nanswer = f(1)"],
        ["%cd ~\n%pylab inline\nanswer = array([1]).item()"],
        [
            "from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('svg')",
            "from IPython.display import set_matplotlib_formats, set_matplotlib_close\nset_matplotlib_formats('png')",
            "%config InlineBackend.figure_format = 'retina'\n%config InlineBackend.rc = {}\nanswer = 1",
        ],
        ["from IPython.core.display import display, HTML, clear_output\ndisplay(HTML('a'))\nanswer = 1"],
        ["import ipywidgets\nslider = ipywidgets.IntSlider(value=1)\ndisplay(slider)\nanswer = slider.value"],
        ["from tqdm.notebook import tqdm\nanswer = 0\nfor step in tqdm([1]): answer += step"],
        ["from tqdm.auto import trange\nfor answer in trange(2): pass"],
        [
            "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
            "answer = len(plt.get_fignums()) + (plt.get_backend().lower() == 'agg')",
        ],
        ["import threading\nanswer = threading.active_count()"],
        ["import os\nanswer = 1 + len(os.listdir())"],
        ["def f():\n    get_ipython().system('ls')\n    return 1", "answer = f()"],
    ],
)
def test_cells_of_honest_notebooks(session: Session, cells: list[str]) -> None:
    """They run, and a task sees what they have defined."""
    outcomes = session.execute(cells)
    assert [(outcome.status, outcome.error) for outcome in outcomes] == [("ok", "")] * len(cells)
    assert in_task(session, "pass") == 1


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "import asyncio\nawait asyncio.sleep(10**6)",
        "import asyncio\nwhile True: await asyncio.sleep(0)",
        "get_ipython().run_cell('while True: pass')",
        "%%writefile loop.py\nwhile True: pass",
        "%time while True: pass",
        "class Endless:\n    def __repr__(self):\n        while True: pass\nEndless()",
        "class Endless(Exception):\n    def __str__(self):\n        while True: pass\nraise Endless",
        "get_ipython().input_transformers_cleanup.append(lambda lines: [1 for _ in iter(int, 1)])",
        "def wait(*_):\n    while True: pass\nget_ipython().events.register('post_execute', wait)",
    ],
)
def test_limits_hold_inside_of_ipython(server: Server, endless: str) -> None:
    """What never ends costs its cells, and the answer before them counts."""
    last = "%run loop.py" if "loop.py" in endless else "get_ipython()"
    with server.open(budget=Budget(BRIEF)) as session:
        outcomes = session.execute(["answer = 1", endless, last])
        assert outcomes[0].status == "ok"
        assert any(outcome.status != "ok" for outcome in outcomes[1:])
        assert in_task(session, "pass") == 1


@pytest.mark.parametrize(
    "patch",
    [
        "get_ipython().run_cell = None",
        "get_ipython().run_cell = lambda *a, **k: None",
        "type(get_ipython()).run_notebook_cell = lambda *a: ('', 3)",
        "get_ipython().events.register('pre_run_cell', 3 .__add__)",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
        "get_ipython().ast_transformers.append(3)",
        "get_ipython().history_manager = None",
        "get_ipython().user_ns.clear()",
        "import sys\nsys.stdout = sys.stderr = sys.displayhook = sys.excepthook = None\n1",
        "get_ipython().set_custom_exc((Exception,), lambda *a: None)\n1 / 0",
    ],
)
def test_a_patched_shell_harms_its_own_notebook_only(session: Session, patch: str) -> None:
    """Every cell has an outcome, and tasks go on."""
    outcomes = session.execute([patch, "x = 1", "raise ValueError"])
    assert len(outcomes) == 3
    assert in_task(session, "answer = 5") == 5


def test_no_program_starts_and_nothing_is_asked_for(session: Session) -> None:
    """Shell lines and magics that would start programs do not even try."""
    cells = ["!ls", "x = !ls", "%%bash\nls", "%pip install x", "%sx ls", "get_ipython().system('ls')", "ls"]
    session.execute(cells)
    assert session.refusals == []


def test_a_task_does_not_wait_for_threads_that_a_cell_asked_for(session: Session) -> None:
    """Nor for those of a pool that a large product of an earlier cell would have made."""
    product = "(torch.ones(600, 600) @ torch.ones(600, 600)).exp().sum()"
    cell = "import torch\ntorch.set_num_interop_threads(2)\ntorch.set_num_threads(4)\n"
    cell += f"{product}\nprint(torch.get_num_threads(), torch.get_num_interop_threads())"
    assert [outcome.output for outcome in session.execute([cell])] == ["4 2\n"]
    assert in_task(session, f"torch.set_num_threads(3)\nanswer = {product}.item() > 0") is True


def test_locks_and_pools_of_threads_work_where_no_process_starts(session: Session) -> None:
    """`multiprocessing` has them, too, and its shared values; what would start a process stops at the kernel."""
    code = (
        "import multiprocessing as mp\nfrom multiprocessing.pool import ThreadPool\n"
        "queue, value, lock = mp.Queue(), mp.Value('i', 3), mp.RLock()\nqueue.put(2)\n"
        "with lock, value.get_lock(), ThreadPool(2) as pool:\n"
        "    print(pool.map(abs, [-1]), queue.get(), value.value)"
    )
    outcomes = session.execute([code, "mp.Pool(2)"])
    assert outcomes[0].output == "[1] 2 3\n", outcomes[0].error
    assert "PermissionError" in outcomes[1].error
    assert session.refusals == ["fork"]


def test_what_one_submission_patches_another_does_not_see(server: Server) -> None:
    """Each has a copy of the warm server's shell."""
    with server.open() as first:
        first.execute(["import IPython\nIPython.mark = x = 1\nget_ipython().mark = 1"])
    with server.open() as second:
        outcome = second.execute(["import IPython\n'x' in globals(), hasattr(IPython, 'mark'), len(In)"])[0]
    assert outcome.output == "(False, False, 2)\n"


def test_widgets_where_they_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import works, and what it gives does nothing; other libraries stay absent."""
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "ipywidgets"]:
        monkeypatch.delitem(sys.modules, name)
    code = (
        "import ipywidgets as widgets\nfrom ipywidgets.widgets import HBox, interact\n"
        "slider = widgets.IntSlider(value=3, max=9)\nslider.observe(print, names='value')\n"
        "@interact(x=(0, 3))\ndef show(x): return x\n"
        "out = widgets.Output()\nwith out: HBox([slider])\n"
        "class Own(widgets.VBox): pass\nOwn([slider]).children\nfor each in slider: pass"
    )
    with pytest.raises(ImportError):
        exec(code, {})
    provide_absent()
    names: dict[str, object] = {}
    exec(code, names)
    assert names["slider"].value == 3  # type: ignore[attr-defined]
    assert names["show"](2) == 2  # type: ignore[operator]
    with pytest.raises(ImportError):
        exec("import no_such_library", {})
    for name in [name for name in sys.modules if name.partition(".")[0] == "ipywidgets"]:
        del sys.modules[name]
