"""The commands `autograder package …`: what a platform is given in order to grade with us."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.student.core.command import refuse, refuse_path
from autograder.student.core.language import _

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=_(
        "Make what a platform needs in order to grade with us, ready to be uploaded. "
        "`autograder/docs/platforms.md` leads through each of them."
    ),
)


@app.command("gradescope")
def gradescope_zip(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help=_("For example rnn_basics."))],
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the zip goes."))] = Path("dist"),
    late_policy: Annotated[
        str,
        typer.Option(
            metavar="POLICY",
            help=_(
                "The late penalty, for example 10%/day,max=50%. The default takes nothing off. Gradescope gives the "
                "due date and extensions."
            ),
        ),
    ] = "none",
) -> None:
    """Pack the grader for Gradescope: upload the zip as the autograder of a programming assignment.

    It holds the solutions: give it to nobody else.

    Example: `autograder package gradescope rnn_basics --out dist`
    """
    from autograder.assignments.sources import assignment_names
    from autograder.grading.lateness import BadPolicy, policy_from
    from autograder.platforms.gradescope import package

    names = assignment_names()
    if assignment not in names:
        refuse(
            _("There is no assignment called {name}. There are: {known}.").format(
                name=assignment, known=", ".join(names)
            )
        )
    try:
        policy_from(late_policy)
        print(package(assignment, out, late_policy))
    except BadPolicy as error:
        refuse(error)
    except OSError as error:
        refuse_path(error, out)


@app.command("templates")
def templates(
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the files go."))] = Path("templates"),
) -> None:
    """Write what runs our commands elsewhere: GitHub, GitLab, Classroom 50, Docker, Slurm, Kubernetes, JupyterHub.

    `class/` belongs in your private copy of the course, `student/` in the students' repositories: only the
    checks that they have at their desks run there.

    Example: `autograder package templates --out templates`
    """
    from autograder.platforms.template_files import WouldOverwrite, write_templates

    try:
        for path in write_templates(out):
            print(path)
    except WouldOverwrite as error:
        refuse(
            _("{path} already exists and was edited. Choose another folder with --out.").format(path=error)
        )
    except OSError as error:
        refuse_path(error, out)


@app.command("link")
def link(
    repository: Annotated[
        str,
        typer.Argument(
            metavar="REPO",
            help=_("The repository of the notebooks, for example https://github.com/course/notebooks."),
        ),
    ],
    hub: Annotated[str, typer.Option(metavar="URL", help=_("The address of the JupyterHub."))],
    branch: Annotated[str, typer.Option(metavar="NAME", help=_("The branch of the repository."))] = "main",
    notebook: Annotated[
        str, typer.Option(metavar="FILE", help=_("The file to open, for example rnn_basics.ipynb."))
    ] = "",
) -> None:
    """Print the link that brings the notebooks to a student's home on a JupyterHub with nbgitpuller.

    A student who follows it again gets what is new, and keeps what she wrote.

    Example: `autograder package link https://github.com/course/notebooks --hub https://hub.example.org`
    """
    from autograder.platforms.hub_link import pull_link

    for address in (repository, hub):
        if not address.startswith(("https://", "http://")):
            refuse(_("{address} is not an address. It begins with https://.").format(address=address))
    print(pull_link(repository, hub, branch, notebook))
