"""The commands `autograder check NOTEBOOK` and `autograder submit NOTEBOOK`, which students and instructors share.

Nothing heavy is imported before a command needs it: torch takes seconds, and `--help` should not.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.student.core.command import refuse
from autograder.student.core.language import _
from autograder.student.core.terminal import HELP_NAMES, Version, show_everywhere

if TYPE_CHECKING:
    from autograder.student.checking.terminal import Check


class Format(enum.Enum):
    """How a check is told."""

    text = "text"
    json = "json"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings=HELP_NAMES,
)


def here() -> Check:
    """What checks a notebook where no sandbox is: this process."""
    from autograder.student.checking.terminal import check_notebook

    return check_notebook


checker: Callable[[], Check] = here  # the course's own copy has another


@app.callback()
def about(version: Version = False) -> None:
    """Checks the notebooks of the course, and packs them to be handed in."""


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help=_("Your own notebook."))],
    hints: Annotated[
        int,
        typer.Option(
            min=0, help=_("How many hints a failed test may give; the third one works through another case.")
        ),
    ] = 1,
    task: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=_("Only this task; may be given several times."))
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help=_("json: the same results for a program, on stdout."))
    ] = Format.text,
) -> None:
    """Check your own notebook, as its check cells do. Exit code 1 if a check fails.

    The result is what the grade will be. In the course's own copy the code runs in the sandbox, if there is one;
    elsewhere it runs without: check only what you wrote yourself.

    For one task, or for a program: `autograder check rnn_basics.ipynb --task rnn_step --format json`

    Example: `autograder check rnn_basics.ipynb --hints 2`
    """
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(_("Loading torch …")):
        from autograder.student.checking.cells import NotCheckable
        from autograder.student.checking.terminal import print_check

        run = checker()
    try:
        if format_ is Format.json:
            with console.status("") as status:
                checked = run(notebook, task or [], on_step=status.update)
            print(checked.to_json())
            passes = checked.passes
        else:
            passes = print_check(notebook, hints, task or [], check=run)
    except NotCheckable as error:
        refuse(error)
    raise typer.Exit(0 if passes else 1)


@app.command()
def submit(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help=_("Your own notebook."))],
) -> None:
    """Make the hand-in, a zip with the notebook, its trained model and a receipt, and warn of what seems to be missing.

    The notebook's cells run here, without a sandbox, as after a restart, and then its checks. The zip is written
    beside the notebook whatever they say. Exit code 2 if the file is not a notebook of this course.

    Example: `autograder submit rnn_basics.ipynb`
    """
    from rich.console import Console

    with Console(stderr=True).status(_("Loading torch …")):
        from autograder.student.checking.cells import NotCheckable
        from autograder.student.submission.terminal import submit_notebook
    try:
        submit_notebook(notebook)
    except NotCheckable as error:
        refuse(error)


def main() -> None:
    """The entry point of the console script."""
    show_everywhere()
    app()
