"""The commands of `autograder`; each does its work elsewhere and says in one sentence what went wrong.

Nothing heavy is imported before a command needs it: torch takes seconds, and `--help` should not.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.grading.graded import TRAINING_CPU_SECONDS, TRAINING_MEMORY_BYTES
from autograder.maintain import class_run, ranking
from autograder.maintain import fail_on as failing
from autograder.maintain.data import cli as data
from autograder.maintain.partners import lacking_partner
from autograder.platforms import cli as packaging
from autograder.student import cli as student
from autograder.student.core.command import refuse, refuse_path
from autograder.student.core.language import _
from autograder.student.core.terminal import HELP_NAMES, Version, output, show_everywhere

if TYPE_CHECKING:
    from autograder.student.checking.terminal import Check

FORMATS = ("html", "json", "csv", "junit", "gradescope", "github", "canvas", "moodle")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings=HELP_NAMES,
    help=_(
        "Checks and grades the notebooks of the course. Every command explains itself: `autograder grade --help`."
    ),
)


@app.callback()
def about(version: Version = False) -> None:
    """What all commands have in common."""


def _checker() -> Check:
    """The sandbox, where there is one: a notebook that is checked in the course's own copy may be anybody's."""
    from autograder.grading.check import check

    return check


student.checker = _checker
app.command()(student.check)
app.command()(student.submit)
app.add_typer(data.app, name="data")
app.add_typer(packaging.app, name="package")


def main() -> None:
    """The entry point of the console script."""
    show_everywhere()
    app()


@app.command()
def grade(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help=_("Notebooks, folders, zip archives, nbgrader's `submitted/`.")
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where results and pages go."))] = Path("graded"),
    jobs: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help=_("How many submissions at a time, each in a process of its own.")
        ),
    ] = os.cpu_count() or 1,
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help=_("Grade on this Dask cluster instead, for example tcp://10.0.0.1:8786.")
        ),
    ] = "",
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            envvar="AUTOGRADER_SEED",
            help=_("The seed of the tests' inputs. Without it, one is drawn and kept with the results."),
        ),
    ] = None,
    shard: Annotated[
        str,
        typer.Option(
            metavar="I/N",
            help=_(
                "Grade only this part of the class, for example 2/3; `autograder merge` puts the parts together. All "
                "parts need the same seed: set AUTOGRADER_SEED."
            ),
        ),
    ] = "",
    formats: Annotated[
        str,
        typer.Option("--format", metavar="LIST", help=_("Any of {names}.").format(names=", ".join(FORMATS))),
    ] = "html,json,csv",
    assignment: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=_("Grade everything as this assignment. Without it, the notebook's cells decide."),
        ),
    ] = "",
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=_(
                "The class as CSV, with the column id and, if you have them, name, email, extension "
                "and ids of platforms; or the gradebook that Canvas or Moodle exports. Everybody in "
                "it gets a row."
            ),
        ),
    ] = None,
    due: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help=_(
                "The due date, for example 2026-11-20T23:59. Of several hand-ins the newest before it "
                "counts, or the newest of all if every one is late."
            ),
        ),
    ] = "",
    late_policy: Annotated[
        str,
        typer.Option(
            metavar="POLICY",
            help=_(
                "The late penalty, for example 10%/day,max=50%. The default takes nothing off. Needs --due."
            ),
        ),
    ] = "none",
    train: Annotated[
        bool,
        typer.Option(
            "--train",
            help=_(
                "If no trained model was handed in, run the notebook's training in the sandbox: up to "
                "{minutes} CPU minutes and {memory} GB of memory per submission."
            ).format(minutes=TRAINING_CPU_SECONDS // 60, memory=TRAINING_MEMORY_BYTES // 2**30),
        ),
    ] = False,
    model_answers: Annotated[
        bool,
        typer.Option(
            "--model-answers",
            help=_(
                "Show the model answers to the questions in words on the students' pages, folded. For pages that are "
                "given out after the due date."
            ),
        ),
    ] = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="RULE",
            help=_(
                "For CI: end with exit code 1 if a submission cannot be graded (“ungradable”), or if one has fewer "
                "than N points or cannot be graded (“below=N”). May be given several times."
            ),
        ),
    ] = None,
    no_sandbox: Annotated[
        bool,
        typer.Option(
            "--no-sandbox", help=_("For your own work only: run the code unprotected. Every result says so.")
        ),
    ] = False,
) -> None:
    """Grade submissions: one notebook, or a class.

    Each submission runs in a sandbox, is repaired where possible, and gets one result. A notebook that cannot be
    graded says why, and the rest of the class is graded. Run the same command again to continue where it stopped.

    Exit code 0 if grading worked, whatever the marks; 1 if `--fail-on` is met; 2 if the input cannot be used.

    In CI: `autograder grade hw.ipynb --format junit --fail-on below=30`

    Example: `autograder grade submitted/ --out marks --jobs 2`
    """
    names = class_run.known_assignments()
    chosen = _chosen_formats(formats, roster)
    rule = _rule(fail_on or [])
    if assignment and assignment not in names:
        refuse(
            _("There is no assignment called {name}. There are: {known}.").format(
                name=assignment, known=", ".join(names)
            )
        )
    if no_sandbox:
        print(
            _("No sandbox: the submitted code can read and change everything that you can."), file=sys.stderr
        )
    if sentence := lacking_partner(chosen, seed, due, late_policy, shard, model_answers):
        refuse(sentence)
    results = class_run.grade_paths(
        *(paths, out, chosen, jobs, cluster, seed, assignment, "none" if no_sandbox else None, train),
        *(roster, due, late_policy, shard, model_answers),
    )
    if rule and (sentence := rule.sentence(results)):
        print(sentence, file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def merge(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...", help=_("Folders that `autograder grade --shard I/N` wrote, all of them.")
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help=_("Where results and pages of the whole class go."))
    ],
    formats: Annotated[
        str,
        typer.Option("--format", metavar="LIST", help=_("Any of {names}.").format(names=", ".join(FORMATS))),
    ] = "html,json,csv",
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=_("The class, as for `grade`: who is who in Canvas' and Moodle's tables.")
        ),
    ] = None,
) -> None:
    """Merge the shards of a class that several machines have graded: writes the same files as one run.

    Exit code 2 if a shard is missing, has not finished, or belongs to another run.

    Example: `autograder merge marks-1 marks-2 marks-3 --out marks`
    """
    class_run.merge_paths(folders, out, _chosen_formats(formats, roster), roster)


def _rule(rules: list[str]) -> failing.FailOn | None:
    try:
        return failing.fail_on(rules)
    except failing.NoSuchRule as error:
        refuse(error)


def _chosen_formats(formats: str, roster: Path | None) -> list[str]:
    """The formats in this list, each of which exists; a sentence where one needs a roster to be of use."""
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    for name in chosen:
        if name not in FORMATS:
            refuse(
                _("There is no format called {name}. There are: {known}.").format(
                    name=name, known=", ".join(FORMATS)
                )
            )
    if roster is None and {"canvas", "moodle"} & set(chosen):
        print(
            _(
                "Without --roster the gradebook may not recognise the students: give it the one that it exports."
            ),
            file=sys.stderr,
        )
    return chosen


@app.command()
def leaderboard(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help=_("Folders that `autograder grade` wrote.")),
    ],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Also write it as an HTML page."))
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Also write it as JSON."))] = None,
    top: Annotated[
        int | None, typer.Option(metavar="N", min=1, help=_("Show only the best N models."))
    ] = None,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous",
            help=_("For showing to everybody: no names, and no flagged submissions."),
        ),
    ] = False,
) -> None:
    """Rank the models of graded submissions by their score on hidden text, beside the floor and the target.

    The score is a perplexity, or bits per byte if each model has its own tokenizer. Equal models share a rank. A flag
    marks submissions that you should look at.

    Example: `autograder leaderboard graded/ --html leaderboard.html --top 10`
    """
    ranking.rank(folders, html, json, top, anonymous)


@app.command()
def release(
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the bundle goes."))] = Path("dist"),
    update_assignments: Annotated[
        bool,
        typer.Option(
            "--update-assignments",
            help=_("Write assignments/ again and record the reference's answers, instead of a bundle."),
        ),
    ] = False,
    language: Annotated[
        str, typer.Option(metavar="CODE", help=_("Release the edition in this language, for example ko."))
    ] = "",
) -> None:
    """Write the student bundle, notebooks without answers and public tests, after a search for hidden content.

    Exit code 1 if it would contain something hidden; then no bundle is written.

    Example: `autograder release --out dist`
    """
    from autograder.maintain import release as releasing

    class_run.known_assignments()
    if update_assignments and (language or out != Path("dist")):
        refuse(
            _(
                "--update-assignments writes assignments/ in the course's own language: leave out --out and --language."
            )
        )
    try:
        written = _updated_assignments() if update_assignments else releasing.release(out, language)
    except releasing.Leak as leak:
        print(
            _("Not released: the bundle would contain something hidden."),
            leak,
            sep="\n",
            file=sys.stderr,
        )
        raise typer.Exit(1) from None
    except releasing.CannotRelease as error:
        refuse(error)
    except OSError as error:
        refuse_path(error, out)
    for path in written:
        print(path)


def _updated_assignments() -> list[Path]:
    """Writes the release notebooks and the recordings, with a line for each task that is being recorded."""
    from rich.console import Console

    from autograder.maintain import recording
    from autograder.maintain.release import CannotRelease, update_assignments

    written = update_assignments()
    with Console(stderr=True).status("") as status:
        for name in class_run.known_assignments():
            try:
                written += recording.update(
                    name, lambda task: status.update(_("Recording {task} …").format(task=task))
                )
            except recording.CannotRecord as error:
                raise CannotRelease(str(error)) from error
    return written


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the class and its marks go."))] = Path(
        "demo"
    ),
) -> None:
    """Simulate a small class, grade it, write all pages, and say where they are.

    Example: `autograder demo --out demo`
    """
    from autograder.maintain.demo import run_demo

    class_run.known_assignments()
    run_demo(out)


@app.command()
def doctor() -> None:
    """Say what is installed, what protects this machine while grading, and how to repair what is missing.

    Exit code 0 if submissions can be graded here, else 1.

    Example: `autograder doctor`
    """
    from rich.console import Console

    with Console(stderr=True).status(_("Looking …")):
        from autograder.maintain.doctor import examine

        lines, is_able = examine()
    console = output()
    for line in lines:
        console.print(line, highlight=False)
    raise typer.Exit(0 if is_able else 1)
