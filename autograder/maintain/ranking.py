"""Prints the leaderboard of graded submissions, and writes it as a page and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.student.core.command import refuse, refuse_path
from autograder.student.core.language import _
from autograder.student.core.terminal import output


def rank(
    folders: Sequence[Path],
    html: Path | None = None,
    json: Path | None = None,
    top: int | None = None,
    anonymous: bool = False,
) -> None:
    """Ranks the models among the results in these folders; without any result the command ends with a sentence."""
    from autograder.reports import leaderboard as ranking
    from autograder.reports.page import write_text

    try:
        boards = ranking.leaderboards(ranking.read_results(folders), top, anonymous)
    except ranking.NoResults as error:
        refuse(error)
    console = output()
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
                refuse_path(error, path)
            console.print(
                _("Leaderboard: {path}").format(path=path), highlight=False, markup=False, soft_wrap=True
            )
