"""Runs a notebook from a fresh start, in a process of its own, and collects the results of its checks.

What only the kernel knows, from cells that were deleted, changed or run in another order, is missing, as it will be
when the notebook is graded. For your own notebook only: there is no sandbox here.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.student.checking.cells import NotCheckable, Stop
from autograder.student.checking.terminal import (
    check_tasks,
    course_notebook,
    read_file,
)
from autograder.student.core.language import _
from autograder.student.core.results import TaskResult, task_result_from

COURSE = Path(__file__).resolve().parents[3]  # the folder that holds our package
LIMIT_SECONDS = 900  # far more than a notebook with all its checks takes; a cell may not end at all
# The package comes from where this one came from, whatever else is called so. For all other modules that folder is the
# last one, and -P leaves out the notebook's: a `random.py` in them must not take the place of the library's.
_COMMAND = (
    "import sys; sys.path.insert(0, sys.argv[1]); import autograder; sys.path.append(sys.path.pop(0)); "
    "from autograder.student.submission.clean_run import main; main(sys.argv[2])"
)


@dataclass(frozen=True)
class CleanRun:
    """What is known of a notebook after a run from the top: its results by task, and the cells that stopped."""

    results: tuple[TaskResult, ...] = ()
    stops: tuple[Stop, ...] = ()
    failure: str = ""  # a sentence; empty if everything was checked


def clean_run(
    notebook: Path, on_step: Callable[[str], None], limit_seconds: float = LIMIT_SECONDS
) -> CleanRun:
    """Runs and checks the notebook in this file; `on_step` hears what is being done.

    Ctrl-C, or the square button of a notebook, stops it, and what was found so far is kept.
    """
    command = [sys.executable, "-P", "-c", _COMMAND, str(COURSE), str(notebook.resolve())]
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONUTF8": "1"}
    results: list[TaskResult] = []
    stops: list[Stop] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        timer = threading.Timer(limit_seconds, _kill, [process])
        timer.start()
        failure = _("The checks did not finish: the program ended while they were running.")
        try:
            for line in process.stdout or ():
                message = json.loads(line)
                if "step" in message:
                    on_step(message["step"])
                elif "result" in message:
                    results.append(task_result_from(message["result"]))
                elif "stop" in message:
                    stops.append(Stop(**message["stop"]))
                else:
                    failure = message["end"]
                    break  # a process that the notebook has left behind may keep the pipe open
            if not timer.is_alive():
                failure = _(
                    "The checks did not finish within {minutes:.0f} minutes: is there a cell that never ends?"
                ).format(minutes=limit_seconds / 60)
        except KeyboardInterrupt:
            failure = _("You stopped the checks before they had finished.")
        except (ValueError, KeyError, TypeError):  # something else wrote into the pipe
            pass
        finally:
            timer.cancel()
            _kill(process)
    return CleanRun(tuple(results), tuple(stops), failure)


def _kill(process: subprocess.Popen[str]) -> None:
    """Ends a process that nobody has waited for yet, and those it has started: they may hold its pipe open for ever."""
    if hasattr(os, "killpg"):  # not on Windows, where nothing is inherited that was not asked for
        with suppress(ProcessLookupError, PermissionError):  # it is gone; macOS says so in the other way
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def main(path: str) -> None:
    """The other process: one line of JSON for each thing that is known."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)  # what the notebook prints, from C as well, is no message

    def say(**message: Any) -> None:
        pipe.write(json.dumps(message) + "\n")
        pipe.flush()

    file = Path(path)
    running = _("Running the cells of {name} as after a restart …").format(name=file.name)
    try:
        notebook = course_notebook(read_file(file), file)
        for result in check_tasks(
            notebook,
            file.parent,
            running,
            on_stop=lambda stop: say(stop=dataclasses.asdict(stop)),
            on_step=lambda step: say(step=step),
        ):
            say(result=dataclasses.asdict(result))
    except NotCheckable as error:
        say(end=str(error))
    else:
        say(end="")
