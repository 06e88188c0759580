"""Cells run as in IPython, and the reader of source code sees what runs."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from IPython import get_ipython
from IPython.core.inputtransformer2 import TransformerManager

from autograder.student.core.code import bound_names, tree
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.shell import Shell, _Transformers

# What each notebook must define at its end, and what all its cells are.
NOTEBOOKS = {
    "a whole cell indented": (["    x = 1\n    def f():\n        return x\n    y = f()"], {"x": 1, "y": 1}),
    "indented by a tab": (["\tif True:\n\t\tx = 1"], {"x": 1}),
    "indented behind a comment": (["  # mine\n  x = 1\n\n  y = 2"], {"x": 1, "y": 2}),
    "prompts of Python": ([">>> def f(a):\n...     return a\n...\n>>> x = f(2)"], {"x": 2}),
    "indented prompts": (["    >>> x = 1\n    >>> y = x"], {"x": 1, "y": 1}),
    "a prompt and what it printed": ([">>> x = 1\n>>> x\n1"], {"x": 1}),
    "prompts of IPython": (["In [5]: x = 3\n   ...: y = x"], {"x": 3, "y": 3}),
    "a prompt before a magic": (["In [12]: %time x = 3"], {"x": 3}),
    "a future after a magic": (["%load_ext x\nfrom __future__ import annotations\nx: Unknown = 1"], {"x": 1}),
    "a future in an earlier cell": (
        ["from __future__ import annotations", "def f(a: Unknown): return a\nx = f(1)"],
        {"x": 1},
    ),
    "a future behind code": (["x = 1\nfrom __future__ import annotations"], {"x": 1}),
    "top-level await": (["import asyncio\nawait asyncio.sleep(0)\nx = 1"], {"x": 1}),
    "async for": (
        ["async def numbers():\n    yield 1\n    yield 2", "x = []\nasync for n in numbers():\n    x.append(n)"],
        {"x": [1, 2]},
    ),
    "async with": (["import asyncio\nasync with asyncio.timeout(9):\n    x = 1"], {"x": 1}),
    "an asynchronous comprehension": (
        ["async def numbers():\n    yield 1", "x = [n async for n in numbers()]"],
        {"x": [1]},
    ),
    "the last result": (["1 + 1", "x = _ * 2", "3", "4", "y = __"], {"x": 4, "y": 3}),
    "a numbered result": (["5", "x = _1 + Out[1]"], {"x": 10}),
    "the history": (["a = 1", "x = _ih[1]\ny = In[1]\nz = _i"], {"x": "a = 1", "y": "a = 1", "z": "a = 1"}),
    "the shell itself": (
        ["from IPython.core.getipython import get_ipython as find\nx = find() is get_ipython()"],
        {"x": True},
    ),
    "a magic through the shell": (["get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1"], {"x": 1}),
    "as older notebooks do it": (["get_ipython().magic('matplotlib inline')\nx = 1"], {"x": 1}),
    "a display that is changed": (
        [
            "from IPython.display import *\nh = display(1, display_id='a')\nh.update(2)",
            "update_display(3, display_id='a')\nx = 1",
        ],
        {"x": 1},
    ),
    "display objects": (
        ["from IPython.display import *\ndisplay(IFrame('a', 1, 2), HTML('b'), Markdown('c'), Math('d'))\nx = 1"],
        {"x": 1},
    ),
    "clearing": (["from IPython.display import clear_output\nclear_output(wait=True)\nx = 1"], {"x": 1}),
    "a file and its import": (["%%writefile shelled.py\nvalue = 7", "from shelled import value as x"], {"x": 7}),
    "a file that runs": (["%%file shelled.py\nx = 7", "%run shelled.py"], {"x": 7}),
    "a file that runs here": (["y = 1", "%%file shelled.py\nx = y", "%run -i shelled.py"], {"x": 1, "y": 1}),
    "a longer file": (["%%writefile a.py\nx = 1", "%%writefile -a a.py\ny = x", "%run a"], {"x": 1, "y": 1}),
    "an unknown cell magic": (["%%memit\ndef f(): return 3\nx = f()"], {"x": 3}),
    "one with options": (["%%lprun -f f\nx = 3"], {"x": 3}),
    "two cell magics": (["%%time\n%%capture\nx = 3"], {"x": 3}),
    "what was captured": (["%%capture kept\nx = 3", "y = kept.stdout"], {"x": 3, "y": ""}),
    "nothing to capture in": (["x = 1", "%%capture\nx\ny = x"], {"x": 1, "y": 1}),
    "an indented cell magic": (["    %%time\n    x = 3"], {"x": 3}),
    "other languages": (["%%bash\nx = 1", "%%!\nls", "%%html\n<b>1</b>", "%%sql2\nSELECT * FROM x", "y = 1"], {"y": 1}),
    "a magic of her own": (
        [
            "from IPython.core.magic import register_cell_magic, register_line_magic\n"
            "@register_line_magic\ndef twice(line): return 2 * line\n"
            "@register_cell_magic\ndef keep(line, cell): globals()[line] = cell",
            "y = %twice a",
            "%%keep x\nany text",
        ],
        {"x": "any text\n", "y": "aa"},
    ),
    "unknown line magics": (["%memit f(1)\n%no_such\n%autoreload 2\nx = 1"], {"x": 1}),
    "installing": (["!pip install x\n%pip install x\n%conda install x\n!!ls\nx = 1"], {"x": 1}),
    "installing without a sign": (["pip install x", "x = 1"], {"x": 1}),
    "what a program said": (["x = !ls\ny = %sx ls\nfor line in x: print(line)"], {"x": [], "y": None}),
    "timed": (["%time x = 3\ny = %time x + 1\n%timeit x"], {"x": 3, "y": 4}),
    "timed in a function": (["def f(a):\n    %time b = a + 1\n    return b", "x = f(1)"], {"x": 2}),
    "timed without a sign": (["time x = 3"], {"x": 3}),
    "help": (["len?\n?len\nlen??\nx = 1"], {"x": 1}),
    "folders": (["%cd /\n%pwd\nx = 1"], {"x": 1}),
    "values of magics": (["%env SHELLED=3\nx = %env SHELLED"], {"x": "3"}),
    "a line that goes on": (["!pip install \\\n    x\nx = 1"], {"x": 1}),
    "a percent sign in a string": (["x = '''\n%time\n!ls\n'''"], {"x": "\n%time\n!ls\n"}),
    "a prompt in a docstring": (["def f():\n    '''\n    >>> f()\n    '''\nx = 'f()' in f.__doc__"], {"x": True}),
}  # fmt: skip


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A fresh shell in a folder of its own."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SHELLED", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.delitem(sys.modules, "shelled", raising=False)
    made = Shell()
    monkeypatch.setitem(sys.modules, "__main__", made.user_module)
    with made.is_current():
        yield made
    os.environ.pop("SHELLED", None)


def failures(shell: Shell, cells: list[str]) -> list[BaseException]:
    found = [shell.run_notebook_cell(f"<cell {number}>", cell)[1] for number, cell in enumerate(cells)]
    return [failure for failure in found if failure is not None]


@pytest.mark.parametrize("title", NOTEBOOKS)
def test_a_notebook_means_what_it_meant(shell: Shell, title: str) -> None:
    """Every cell runs, and its names have their values."""
    cells, expected = NOTEBOOKS[title]
    assert failures(shell, cells) == []
    assert {name: shell.user_ns.get(name) for name in expected} == expected


@pytest.mark.parametrize("title", NOTEBOOKS)
def test_the_reader_sees_what_runs(title: str) -> None:
    """Without IPython too, each cell is Python, as long as it was, and binds the names that it is to bind."""
    cells, expected = NOTEBOOKS[title]
    for cell in cells:
        plain = plain_python(cell)
        assert plain is None or plain.count("\n") == cell.count("\n")
        assert plain is None or tree(plain) is not None
    if title != "a magic of her own":
        assert expected.keys() <= frozenset().union(*map(bound_names, cells))


@pytest.mark.parametrize(
    "cell",
    [
        "\n\n1 / 0",
        " \n%%time\n1 / 0",
        "%%memit\n%%time\n1 / 0",
        "!pip install \\\n  x\n1 / 0",
        ">>> x = 1\n>>> y = 2\n>>> 1 / 0",
        "    x = 1\n    y = 2\n    1 / 0",
        "In [1]: x = 1\n   ...: y = 1\n   ...: 1 / 0",
        "%time x = 1\n%matplotlib inline\n1 / 0",
        "%matplotlib inline\n%time x = 1\n%time 1 / 0",
    ],
)
def test_lines_keep_their_numbers(shell: Shell, cell: str) -> None:
    """An error is told with the line of the cell as the notebook has it."""
    (failure,) = failures(shell, [cell])
    (frame,) = [f for f in traceback.extract_tb(failure.__traceback__) if f.filename == "<cell 0>"]
    assert isinstance(failure, ZeroDivisionError)
    assert (frame.lineno, frame.line) == (3, "1 / 0")


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("x = = 1", SyntaxError),
        ("return 1", SyntaxError),
        ("x = (", SyntaxError),
        ("  x = 1\n y = 1", IndentationError),
        ("%%time\nx = = 1", SyntaxError),
        ("raise KeyboardInterrupt", KeyboardInterrupt),
        ("import sys; sys.exit(3)", SystemExit),
        ("exit()", SystemExit),
        ("quit", SystemExit),
        ("raise BaseException", BaseException),
        ("import asyncio\nawait asyncio.sleep(0)\n1 / 0", ZeroDivisionError),
    ],
)
def test_what_stops_a_cell_is_told(shell: Shell, cell: str, kind: type[BaseException]) -> None:
    """And nothing but the cell ends."""
    (failure,) = failures(shell, [cell, "x = 1"])
    assert type(failure) is kind
    assert shell.user_ns["x"] == 1


def test_an_open_bracket_is_named(shell: Shell) -> None:
    """What IPython tells its prompts, that more input is wanted, says nothing of a cell."""
    (failure,) = failures(shell, ["x = (1,\ny = 2"])
    assert "'(' was never closed" in str(failure)


def test_what_is_shown(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """The last expression, without a number; nothing behind a semicolon; an update not again."""
    shown = "from IPython.display import display\nh = display('one', display_id=True)\nh.update('two')"
    assert failures(shell, ["1 + 1", "3;", shown, "None"]) == []
    assert capsys.readouterr().out == "2\n'one'\n"


def test_nothing_is_left_behind(shell: Shell, tmp_path: Path) -> None:
    """No file of IPython's own, no thread; the shell is that of libraries only while it is current."""
    assert failures(shell, ["x = 1", "%reset -f", "%history", "%store x", "%logstart", "%bookmark a"]) == []
    assert list(tmp_path.rglob("*")) == []
    assert get_ipython() is shell
    with Shell().is_current():
        assert get_ipython() is not shell
    assert "x" not in shell.user_ns


def test_nested_code_does_not_take_the_place_of_its_cell(shell: Shell) -> None:
    """What a cell runs through the shell has a name of its own."""
    assert failures(shell, ["get_ipython().run_cell('nested = 1')\nx = nested"]) == []
    assert shell.user_ns["x"] == 1
    assert linecache.getline("<cell 0>", 2) == "x = nested\n"


@pytest.mark.parametrize("title", NOTEBOOKS)
def test_the_text_is_that_of_ipython(shell: Shell, title: str) -> None:
    """Empty lines apart, a cell without cell magics and `%time` becomes the code that IPython makes of it."""
    for cell in NOTEBOOKS[title][0]:
        if "%time " not in cell and "%%" not in cell and not cell.startswith(("time ", "pip ")):
            ours, theirs = (
                [line for line in text.splitlines() if line.strip()]
                for text in (shell.transform_cell(cell), TransformerManager().transform_cell(cell))
            )
            assert ours == theirs


PARTS = st.sampled_from(
    [
        *"ab=%!?/,;:#()[]'\\\"",
        " ",
        "\t",
        "\n",
        "\\\n",
        "\r",
        "\f",
        "\v",
        "\N{NO-BREAK SPACE}",
        "time ",
        "x = ",
        "if a:\n    ",
        "1 % 2",
        "a != b",
        "f'{a!r}'",
    ]
)


@settings(max_examples=400)
@given(st.lists(PARTS, max_size=14).map("".join))
@example("x = 1\n;%time y = 2")
@example("x = \\\n%pwd")
@example("if a:\n    b?  # a question")
def test_plain_python_is_known_for_what_it_is(source: str) -> None:
    """What a cell becomes is the same whether all that IPython looks for is looked for, or only where it may be."""
    whole = _Transformers()
    whole.token_transformers = [
        *whole.token_transformers,
        whole.token_transformers[-1],
    ]  # so that all is looked for
    try:
        expected = whole.transform_cell(source)
    except SyntaxError:  # of indentation: compiling it says so as well, and in which cell
        with pytest.raises(SyntaxError):
            compile(_Transformers().transform_cell(source), "<cell 1>", "exec")
    except IndexError:  # IPython's own, at a backslash with nothing behind it
        with pytest.raises(IndexError):
            _Transformers().transform_cell(source)
    else:
        assert _Transformers().transform_cell(source) == expected
