"""The one command of a student's copy: `autograder check NOTEBOOK`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.course.language import _

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def about() -> None:
    """Checks the notebooks of the course."""


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help=_("Your own notebook."))],
    hints: Annotated[int, typer.Option(min=0, help=_("How many hints a failed test may give."))] = 1,
) -> None:
    """Check your own notebook with the public tests, as its check cells do. Exit code 1 if one fails.

    Example: `autograder check rnn_basics.ipynb --hints 2`
    """
    from autograder.checks.terminal import NotCheckable, check_notebook

    try:
        all_hold = check_notebook(notebook, hints)
    except NotCheckable as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if all_hold else 1)


def main() -> None:
    """The entry point of the console script."""
    app()
