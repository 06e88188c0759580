"""Models are ranked by what the grader measured, ties share a rank, and nothing of a submission becomes markup."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from rich.console import Console

from autograder.grading.store import write_result
from autograder.reports.leaderboard import (
    Board,
    NoResults,
    leaderboard_json,
    leaderboard_page,
    leaderboards,
    read_results,
    remarks,
    table,
)
from autograder.student.core.results import Result
from autograder.tests.reports import samples
from autograder.tests.reports.pages import Page


def result(student: str, perplexity: float | None = None, *integrity: str) -> Result:
    """A graded submission with a measured model, or with none."""
    metrics = {"perplexity": perplexity, "bits_per_byte": 1.5, "parameters": 1000, "checkpoint_bytes": 4096}
    kept = metrics if perplexity is not None else {}
    return replace(samples.result(student), metrics=kept, integrity=integrity)


def a_class() -> list[Result]:
    """Two that are equal, one flagged, one beyond the target, one below the floor, one without, one ungradable."""
    return [
        result("ada", 50.0),
        result("bob", 20.0),
        result("cy", 50.001),
        result("di", 30.0, "Its checkpoint is identical to that of “ed”."),
        result("flo", 200.0),
        result("gus"),
        samples.ungradable("hal"),
    ]


def only(results: list[Result], top: int | None = None, is_anonymous: bool = False) -> Board:
    [board] = leaderboards(results, top, is_anonymous)
    return board


def ranks(board: Board) -> list[tuple[int | None, str]]:
    return [(row.rank, row.student if row.kind == "model" else row.kind) for row in board.rows]


def test_models_are_ranked_and_ties_share_a_rank() -> None:
    """Two that nobody can tell apart are equal, and the next one has lost a rank to each of them."""
    assert ranks(only(a_class())) == [
        (1, "bob"),
        (None, "target"),
        (2, "di"),
        (3, "ada"),
        (3, "cy"),
        (None, "floor"),
        (5, "flo"),
    ]


def test_order_of_results_does_not_matter() -> None:
    """In whatever order the files are read."""
    board = only(a_class())
    assert all(
        only(list(order)) == board for order in permutations(a_class(), 7) if order[0].student == "flo"
    )


def test_who_handed_in_twice_stands_there_with_the_best() -> None:
    """From two runs, or two folders."""
    assert ranks(only([result("ada", 60.0), result("ada", 40.0), result("ada")]))[1:2] == [(1, "ada")]


def test_top_keeps_the_best_and_both_baselines() -> None:
    """And says how many are left out."""
    board = only(a_class(), top=2)
    assert ranks(board) == [(1, "bob"), (None, "target"), (2, "di"), (None, "floor")]
    assert "3 more models are not shown." in remarks(board)


def test_an_anonymous_board_has_no_names_and_no_flagged_submissions() -> None:
    """It is for everybody: nobody is accused on it before a person has looked."""
    board = only(a_class(), is_anonymous=True)
    for text in (leaderboard_page([board]), leaderboard_json([board]), shown(board)):
        assert not [
            name for name in ("ada", "bob", "cy", "di", "flo", "gus") if re.search(rf"\b{name}\b", text)
        ]
        assert "⚑" not in text
    assert [row.rank for row in board.rows if row.kind == "model"] == [1, 2, 2, 4]
    assert any("left out until a person" in sentence for sentence in remarks(board))


def shown(board: Board) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table(board))
    return console.export_text()


def test_every_form_holds_the_same_numbers() -> None:
    """Terminal, page and JSON; flagged models carry a sign that is explained."""
    board = only(a_class())
    page = Page(leaderboard_page([board])).text
    for text in (page, shown(board)):
        for part in ("bob", "20.00", "1.500", "3.33 / 20", "1,000", "4 kB", "di ⚑", "100.00", "25.00"):
            assert part in text
    assert "see integrity on the class page" in page
    assert "1 graded submission has no model that could be measured." in page
    document = json.loads(leaderboard_json([board]))
    assert [row["perplexity"] for row in document["boards"][0]["rows"]] == [20, 25, 30, 50, 50, 100, 200]
    assert "identical" not in leaderboard_json([board])


def test_nothing_to_rank_is_said_with_what_to_do() -> None:
    """Without a checkpoint in the class, and in an assignment without models."""
    board = only([result("ada"), samples.ungradable("bob")])
    assert "--train" in remarks(board)[0]
    assert "rnn_lm.safetensors" in leaderboard_page([board])
    assert leaderboards([replace(result("ada"), scale=None)]) == []
    assert "Nothing to rank" in leaderboard_page([])


def test_hostile_names_stay_text() -> None:
    """On the page and in a terminal, whatever a folder was called."""
    name = "</table><script>alert(1)</script>[red]x[/red]\x1b[31m\u202e"
    board = only([result(name, 50.0)])
    page = Page(leaderboard_page([board]))
    assert "script" not in {tag for tag, _attributes in page.elements}
    assert "alert(1)" in page.text
    assert "[red]x[/red]" in shown(board)
    assert not re.search("[\x1b\u202e]", leaderboard_page([board]) + shown(board))


def test_results_are_read_from_the_folder_of_a_run(tmp_path: Path) -> None:
    """Or from the folder of results itself; files that are something else are passed over; none at all is an error."""
    for each in a_class():
        write_result(tmp_path / "run", each)
    (tmp_path / "run" / "results" / "notes.json").write_text('{"seed": 1}', encoding="utf-8")
    (tmp_path / "run" / "results" / "list.json").write_text("[1]", encoding="utf-8")
    for folder in (tmp_path / "run", tmp_path / "run" / "results"):
        assert {each.student for each in read_results([folder])} == {each.student for each in a_class()}
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NoResults, match="Grade first"):
            read_results([tmp_path / "run", folder])


def test_models_of_pieces_are_ranked_by_bits_per_byte() -> None:
    """To three digits, between a floor and a target in the same unit; there is no perplexity to be shown."""
    numbers = {"ada": 1.6, "bob": 1.4, "cy": 1.6002}
    results = [
        replace(result(name), scale=samples.PIECES, metrics={"bits_per_byte": number})
        for name, number in numbers.items()
    ]
    board = only(results)
    assert ranks(board) == [(1, "bob"), (None, "target"), (2, "ada"), (2, "cy"), (None, "floor")]
    page = Page(leaderboard_page([board])).text
    assert "By bits per byte" in page
    assert "1.600" in page
    assert all(row.perplexity is None for row in board.rows)
    assert "subword_lm.safetensors" in " ".join(remarks(replace(board, rows=())))
