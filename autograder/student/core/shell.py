"""Runs cells as IPython does, without its terminal, its files and its programs. Needs IPython.

Both sides use it: the student's own check from a clean start, and the worker that grades. So what she sees is what
counts. It protects nothing: cells may change it like everything else in their process.
"""

from __future__ import annotations

import atexit
import codeop
import functools
import io
import re
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from IPython.core.alias import Alias
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import EscapedCommand, MagicAssign, TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import CapturedIO
from IPython.utils.text import SList
from traitlets.config import Config

from autograder.student.core.ipython_syntax import (
    WRITES_FILE,
    cell_body,
    cell_magic,
    path_written,
    without_encoding,
)

# Magics that mean something where there is no screen and no other program; every other one does nothing.
_LINE_MAGICS = ("run", "cd", "pwd", "env", "set_env", "who_ls", "pylab", "reset", "reset_selective", "macro")
_TIMED = re.compile(r"%time\s+((?!-)\S.*\n?)")
# What is no Python begins a line or stands behind `=`; a question mark may stand at the end of a line.
_NOT_PYTHON = re.compile(r"\?|^[ \t\f]*[%!/,;]|=[\s\\]*[%!]", re.MULTILINE)


class Shell(InteractiveShell):
    """The interactive shell of one notebook; cells see it as `get_ipython()`."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False  # on the disk; `In`, `Out` and `_` are kept
        config.HistoryManager.hist_file = ":memory:"
        config.DisplayFormatter.active_types = ["text/plain"]
        super().__init__(
            config=config,
            user_module=types.ModuleType("__main__"),
            input_transformer_manager=_Transformers(),
            compiler_class=_Compiler,
            displayhook_class=_DisplayHook,
            display_pub_class=_DisplayPublisher,
        )
        atexit.unregister(self.atexit_operations)
        self.db = {}
        warnings.filterwarnings("ignore", "To exit: use")
        self._keep_magics()

    def _keep_magics(self) -> None:
        manager = self.magics_manager
        line = {name: manager.find("line", name) for name in _LINE_MAGICS}
        aliases = {name: alias for name, alias in manager.magics["line"].items() if isinstance(alias, Alias)}
        nothing = dict.fromkeys(manager.magics["line"], _nothing)
        cell = {name: functools.partial(_write_file, manager.find("cell", name)) for name in WRITES_FILE}
        manager.magics.update(line={**nothing, **aliases, **line, "time": self._time}, cell=cell)

    def _time(self, statement: str) -> None:
        """Runs a statement; how long it takes is not told."""
        self.run_cell(statement).raise_error()

    def run_notebook_cell(self, name: str, source: str) -> tuple[bool, BaseException | None]:
        """Runs a cell under this name; whether there was Python in it to run, and what stopped it."""
        magic, word = cell_magic(source)
        body = source if magic in self.magics_manager.magics["cell"] else cell_body(source)
        if body is None:
            return False, None
        if magic == "capture" and word.isidentifier():
            self.user_ns[word] = CapturedIO(io.StringIO(), io.StringIO(), [])
        compiler: Any = self.compile
        compiler.next_name = name
        result = self.run_cell(body, store_history=True)
        return True, result.error_before_exec or result.error_in_exec

    @contextmanager
    def is_current(self) -> Iterator[None]:
        """Meanwhile this is what `get_ipython()` gives in libraries."""
        shared: Any = InteractiveShell
        before, shared._instance = shared._instance, self
        try:
            yield
        finally:
            shared._instance = before

    # Input

    def transform_cell(self, raw_cell: str) -> str:
        """As in IPython, but lines keep their numbers: those at the beginning may be empty."""
        empty = len(raw_cell) - len(raw_cell.lstrip())
        return "\n" * raw_cell.count("\n", 0, empty) + super().transform_cell(raw_cell)

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """An unknown one does nothing."""
        if self.find_line_magic(magic_name) is None:
            return None
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """One that is unknown runs its Python."""
        if self.find_cell_magic(magic_name) is not None:
            return super().run_cell_magic(magic_name, line, cell)
        body = cell_body(f"%%{magic_name}\n{cell}")
        return self.run_cell(body).raise_error() if body else None

    def magic(self, arg_s: str) -> Any:
        """How older notebooks write `run_line_magic`."""
        name, _space, line = arg_s.partition(" ")
        return self.run_line_magic(name.lstrip("%"), line, 2)

    # What there is not: programs, a screen, a terminal, files of IPython's own

    def system(self, _command: str) -> None:
        """No program is started."""

    system_raw = system_piped = system

    def getoutput(self, _command: str, split: bool = True, _depth: int = 0) -> Any:
        """No program is started, so it has said nothing."""
        return SList() if split else ""

    def ask_exit(self) -> None:
        """`exit()` and `quit()` end the cell."""
        raise SystemExit

    def enable_gui(self, _gui: Any = None) -> None:
        """There is no screen."""

    def enable_matplotlib(self, _gui: Any = None) -> tuple[str, str]:
        """Figures are drawn by the backend that the environment names."""
        return "agg", "agg"

    def set_next_input(self, _text: str, _replace: bool = False) -> None:
        """There is no cell to write into."""

    def init_ipython_dir(self, _ipython_dir: Any) -> None:
        """None: nothing is read or written in the home folder."""

    def init_profile_dir(self, _profile_dir: Any) -> None:
        """None."""

    def init_sys_modules(self) -> None:
        """Who runs the cells makes their module `__main__`."""

    def init_virtualenv(self) -> None:
        """The path is that of this Python."""

    def showtraceback(self, *_arguments: Any, **_keywords: Any) -> None:
        """Errors are told by who runs the cells."""

    showsyntaxerror = showindentationerror = showtraceback

    def _format_exception_for_storage(self, *_arguments: Any, **_keywords: Any) -> dict[str, Any]:
        return {}

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """What is printed is not kept a second time, without bounds."""
        yield


def _write_file(magic: Callable[[str, str], None], line: str, cell: str) -> None:
    """Writes a file with IPython's magic; its folder is made, since modules of a package are written so too.

    What Python makes of a module is what stands in the cell, whatever encoding it claims.
    """
    Path(path_written(f"%%writefile {line}")).parent.mkdir(parents=True, exist_ok=True)
    magic(line, without_encoding(cell))


def _nothing(*_arguments: Any, **_keywords: Any) -> None:
    """What most line magics do here."""


class _Compiler(CachingCompiler):
    """Compiles a cell under the name that it is given; code run from inside of it has a name of its own."""

    next_name = ""

    def __init__(self) -> None:
        super().__init__()
        # Set for prompts that go on: Python would say "incomplete input", and not which bracket is open.
        self.flags &= ~codeop.PyCF_ALLOW_INCOMPLETE_INPUT  # type: ignore[attr-defined]

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        name, self.next_name = self.next_name, ""
        return name or str(super().get_code_name(raw_code, transformed_code, number))


class _DisplayHook(DisplayHook):
    """Shows the last expression without a number before it."""

    prompt_end_newline = True

    def write_output_prompt(self) -> None:
        """None."""

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """`Out` has the object itself."""


class _DisplayPublisher(DisplayPublisher):
    """Prints what is displayed as text; a change of what has been displayed is not printed again."""

    def publish(self, data: dict[str, Any], *_arguments: Any, update: bool = False, **_keywords: Any) -> None:
        if not update and "text/plain" in data:
            print(data["text/plain"])

    def clear_output(self, wait: bool = False) -> None:
        """What was printed stays."""


# Line numbers and timed statements


class _Transformers(TransformerManager):
    """As IPython's, but every line keeps its number, and `%time` leaves its statement in place."""

    def __init__(self) -> None:
        super().__init__()
        self.token_transformers = list(_TOKEN_TRANSFORMERS)

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Nothing where there is Python alone: to look for the rest takes as long as to compile the cell."""
        # Joined by line ends, since a form feed ends a line here as well.
        if self.token_transformers == _TOKEN_TRANSFORMERS and not _NOT_PYTHON.search("\n".join(lines)):
            return lines
        return list(super().do_token_transforms(lines))

    def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
        changed, new = super().do_one_token_transform(lines)
        missing = len(lines) - len(new)
        if missing > 0:
            place = next((i for i, line in enumerate(new) if line != lines[i]), len(new) - 1)
            new = [*new[: place + 1], *["\n"] * missing, *new[place + 1 :]]
        return changed, new


class _TimedStatement:
    """`%time y = f(x)` runs as `y = f(x)`; the next transformer takes what is no `%time`."""

    start_line: int
    start_col: int
    priority = 3

    def transform(self, lines: list[str]) -> list[str]:
        line = lines[self.start_line]
        found = _TIMED.match(line[self.start_col :])
        if found is None:
            raise SyntaxError
        statement = line[: self.start_col] + found[1]
        return [*lines[: self.start_line], statement, *lines[self.start_line + 1 :]]


class _Timed(_TimedStatement, EscapedCommand):
    """On a line of its own."""


class _TimedValue(_TimedStatement, MagicAssign):
    """Behind `=`."""


_TOKEN_TRANSFORMERS = [_Timed, _TimedValue, *TransformerManager().token_transformers]
