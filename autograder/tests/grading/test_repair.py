"""A notebook that was taken apart is put together again; what was done is said, and nobody gains by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.repair import Repaired, recognise, released, repair
from autograder.student.core.notebook import Cell, Notebook

LOCKED = {"solution": False, "grade": False, "locked": True, "task": False, "schema_version": 3}


def answer(name: str, body: str) -> Cell:
    """An answer cell of the source."""
    source = f"def {name}(x):\n    ### BEGIN SOLUTION\n    return {body}\n    ### END SOLUTION"
    metadata = {**LOCKED, "solution": True, "locked": False, "grade_id": name}
    return Cell("code", source, name, nbgrader=metadata)


def check(name: str, points: int = 2) -> Cell:
    """A check cell of the source."""
    metadata = {**LOCKED, "grade": True, "points": points, "grade_id": f"check-{name}"}
    return Cell("code", f'check("{name}")', f"check-{name}", nbgrader=metadata)


SETUP = Cell("code", "import math", "imports", frozenset({"setup"}), {**LOCKED, "grade_id": "imports"})
TEXT = Cell("markdown", "# Title", "title", nbgrader={**LOCKED, "grade_id": "title"})
LONG = Cell("code", "train_for_hours()", "training", frozenset({"skip-execution"}))
SOURCE = Notebook((TEXT, SETUP, answer("f", "x"), check("f"), LONG, answer("g", "f(x)"), check("g")))
RIGHT = Notebook(
    tuple(
        replace(cell, source=cell.source.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", ""))
        for cell in SOURCE.cells
    )
)
STUBS = Notebook(
    tuple(replace(cell, source=released(cell)) if cell.is_answer else cell for cell in SOURCE.cells)
)
OWN = Cell("code", "y = 2", "own")


def changed(name: str, change: Callable[[Cell], Cell]) -> Notebook:
    """The right notebook with one of its cells changed."""
    return Notebook(tuple(change(cell) if cell.id == name else cell for cell in RIGHT.cells))


def running(repaired: Repaired) -> list[str]:
    """The first lines of what runs, in order."""
    return [cell.source.split("\n")[0] for cell in repaired.executable]


AS_IT_SHOULD = ["import math", "def f(x):", "def g(x):"]


def test_an_untouched_order_needs_no_repair() -> None:
    """A notebook as it was released, with answers, runs setup and answers, and reports nothing."""
    repaired = repair(RIGHT, SOURCE)
    assert running(repaired) == AS_IT_SHOULD
    assert (repaired.repairs, repaired.integrity) == ((), ())
    assert (repaired.not_attempted, repaired.missing) == (frozenset(), frozenset())


def test_repairing_twice_changes_nothing() -> None:
    """What was repaired needs no repair."""
    once = repair(Notebook((*RIGHT.cells[:2], RIGHT.cells[2], RIGHT.cells[2], OWN)), SOURCE)
    twice = repair(
        Notebook(tuple(c for c in once.notebook.cells if c.id != "f" or c is once.notebook.cells[-2])), SOURCE
    )
    assert running(twice)[-1] == "y = 2"


def test_stubs_are_not_attempted_up_to_white_space() -> None:
    """The released text counts as untouched, however it is indented or spaced."""
    spaced = Notebook(
        tuple(replace(c, source=c.source.replace("    ", "\t\t") + "\n\n") for c in STUBS.cells)
    )
    for notebook in (STUBS, spaced):
        assert repair(notebook, SOURCE).not_attempted == {"f", "g"}


def test_a_deleted_or_emptied_answer_is_missing() -> None:
    """No definition anywhere is not the same as an untouched one."""
    for notebook in (Notebook(RIGHT.cells[:5]), changed("g", lambda cell: replace(cell, source=""))):
        assert repair(notebook, SOURCE).missing == {"g"}


def test_an_answer_that_is_no_python_is_neither_missing_nor_untouched() -> None:
    """Something was tried."""
    repaired = repair(changed("g", lambda cell: replace(cell, source="def g(x)\n  return x")), SOURCE)
    assert (repaired.missing, repaired.not_attempted) == (frozenset(), frozenset())


@pytest.mark.parametrize("strip_id", [False, True], ids=["id kept", "id lost"])
def test_lost_metadata_is_found_again(strip_id: bool) -> None:
    """Cells are known by id, else by what they define, hold or check."""
    bare = Notebook(
        tuple(
            Cell(cell.kind, cell.source, f"x{i}" if strip_id else cell.id)
            for i, cell in enumerate(RIGHT.cells)
        )
    )
    repaired = repair(bare, SOURCE)
    assert running(repaired) == AS_IT_SHOULD
    assert "lost" in repaired.repairs[0]
    assert len(repaired.repairs) == 1
    assert repaired.notebook.tasks() == SOURCE.tasks()


def test_text_is_code_again() -> None:
    """An answer cell that was turned to markdown counts."""
    for kind in ("markdown", "raw"):
        repaired = repair(changed("f", lambda cell, kind=kind: replace(cell, kind=kind)), SOURCE)  # type: ignore[misc]
        assert running(repaired) == AS_IT_SHOULD
        assert "`f`" in repaired.repairs[0]


def test_text_stays_text_where_code_defines_the_same() -> None:
    """A student may keep an old attempt as text."""
    old = Cell("markdown", "def f(x):\n    return 0", "old")
    assert running(repair(Notebook((*RIGHT.cells, old)), SOURCE)) == AS_IT_SHOULD


def test_an_empty_duplicate_does_not_undo_the_answer() -> None:
    """Of copies, the last that is not the stub counts; with no other, it is not attempted."""
    stub = STUBS.cells[2]
    repaired = repair(Notebook((*RIGHT.cells, stub)), SOURCE)
    assert running(repaired) == AS_IT_SHOULD
    assert "more than once" in repaired.repairs[0]
    assert repair(Notebook((*STUBS.cells, stub)), SOURCE).not_attempted == {"f", "g"}


def test_both_of_two_answers_run_and_the_last_counts() -> None:
    """As in a kernel."""
    other = replace(RIGHT.cells[2], source="def f(x):\n    return 0", id="other")
    repaired = repair(Notebook((*RIGHT.cells, other)), SOURCE)
    assert running(repaired) == [*AS_IT_SHOULD, "def f(x):"]


def test_setup_runs_first_and_as_it_was_released() -> None:
    """Deleted, edited, moved or retyped: the source's own text runs, and what was put in its place behind it."""
    versions = [
        Notebook(tuple(cell for cell in RIGHT.cells if cell.id != "imports")),
        changed("imports", lambda cell: replace(cell, source="import math  # again\nimport")),
        changed("imports", lambda cell: replace(cell, kind="raw")),
    ]
    for notebook in versions:
        repaired = repair(notebook, SOURCE)
        assert running(repaired) == AS_IT_SHOULD
        assert "`imports`" in repaired.repairs[0]
    replaced = repair(changed("imports", lambda cell: replace(cell, source="math = None")), SOURCE)
    assert running(replaced) == ["import math", "math = None", *AS_IT_SHOULD[1:]]
    assert "`imports`" in replaced.repairs[0]
    assert running(repair(Notebook(RIGHT.cells[::-1]), SOURCE))[0] == "import math"


ADDITIONS = {
    "an import in the setup": (
        "imports",
        "import math\nimport numpy as np",
        ["import math", "import numpy as np", "def f(x):", "def g(x):"],
    ),
    "a helper before the setup's own line": (
        "imports",
        "def helper(x): return x\n\nimport math  # of the course",
        ["import math", "def helper(x): return x", "def f(x):", "def g(x):"],
    ),
    "two statements on one line": (
        "imports",
        "import math; WIDTH = 3",
        ["import math", "WIDTH = 3", "def f(x):", "def g(x):"],
    ),
    "an import above the check": (
        "check-f",
        'import numpy as np\ncheck("f")',
        ["import math", "def f(x):", "import numpy as np", "def g(x):"],
    ),
    "a constant below the check": (
        "check-f",
        'check("f", hints=2)\nWIDTH = 3',
        ["import math", "def f(x):", "WIDTH = 3", "def g(x):"],
    ),
    "an answer in the place of the next check": (
        "check-g",
        '@cache\ndef g(x):\n    return x\ncheck("g")',
        [*AS_IT_SHOULD, "@cache"],
    ),
    "an import in a long demonstration": (
        "training",
        "import numpy as np\ntrain_for_hours()",
        ["import math", "def f(x):", "import numpy as np", "def g(x):"],
    ),
    "a class in a long demonstration": (
        "training",
        "train_for_hours()\nclass Own:\n    pass",
        ["import math", "def f(x):", "class Own:", "def g(x):"],
    ),
    "a constant in a long demonstration": (
        "training",
        "SIZES = [1, 2]\nlosses = train_for_hours(SIZES)",
        ["import math", "def f(x):", "SIZES = [1, 2]", "def g(x):"],
    ),
}


@pytest.mark.parametrize("title", ADDITIONS)
def test_what_was_added_to_a_released_cell_runs(title: str) -> None:
    """The released text first, then the addition where it stands; nobody is told of it, and no check is called."""
    name, source, expected = ADDITIONS[title]
    repaired = repair(changed(name, lambda cell: replace(cell, source=source)), SOURCE)
    assert running(repaired) == expected
    assert (repaired.repairs, repaired.integrity) == ((), ())


def test_checks_never_run_and_edits_to_them_are_the_instructors_to_know() -> None:
    """A check that was taken out or other points change no mark, and are flagged."""
    edited = changed(
        "check-f", lambda cell: replace(cell, source="10.0", nbgrader={**cell.nbgrader, "points": 99})
    )
    repaired = repair(edited, SOURCE)
    assert running(repaired) == ["import math", "def f(x):", "10.0", "def g(x):"]
    assert len(repaired.integrity) == 2
    assert repaired.notebook.tasks() == SOURCE.tasks()


def test_points_that_the_course_has_changed_accuse_nobody() -> None:
    """The released notebook had other points than the source has now; a third number is the student's own."""
    given = {"f": 5.0, "g": 2.0}

    def claiming(points: object) -> Notebook:
        return changed("check-f", lambda cell: replace(cell, nbgrader={**cell.nbgrader, "points": points}))

    assert repair(claiming(5), SOURCE, given).integrity == ()
    assert repair(claiming(2), SOURCE, given).integrity == ()
    assert "points of `f`" in repair(claiming(9), SOURCE, given).integrity[0]
    assert "points of `f`" in repair(claiming(5), SOURCE).integrity[0]


@pytest.mark.parametrize(
    "points", [None, "2", True, float("nan"), [2], 10**400], ids=lambda points: type(points).__name__
)
def test_points_of_any_type_are_only_compared(points: object) -> None:
    """Metadata is the student's: it may hold anything."""
    edited = changed("check-f", lambda cell: replace(cell, nbgrader={**cell.nbgrader, "points": points}))
    assert len(repair(edited, SOURCE).integrity) == 1


def test_asking_for_a_second_hint_is_no_edit() -> None:
    """Our own panel tells students to call `check("f", hints=2)`."""
    repaired = repair(changed("check-f", lambda cell: replace(cell, source='check("f", hints=2)')), SOURCE)
    assert (repaired.repairs, repaired.integrity) == ((), ())


def test_a_students_own_check_does_not_run_and_is_no_duplicate() -> None:
    """She may check wherever she likes."""
    repaired = repair(Notebook((*RIGHT.cells, Cell("code", 'check("f")', "mine"))), SOURCE)
    assert running(repaired) == AS_IT_SHOULD
    assert repaired.repairs == ()


def test_long_demonstrations_are_left_out_however_they_are_tagged() -> None:
    """Only the source says what is skipped: a student's own tag leaves nothing out, and removing one adds nothing."""
    untagged = changed("training", lambda cell: replace(cell, tags=frozenset()))
    assert running(repair(untagged, SOURCE)) == AS_IT_SHOULD
    tagged = changed("f", lambda cell: replace(cell, tags=frozenset({"skip-execution", "setup"})))
    assert running(repair(tagged, SOURCE)) == AS_IT_SHOULD


def test_a_students_own_cells_run_where_they_stand() -> None:
    """Extra cells are kept, and moving cells is said."""
    assert running(repair(Notebook((*RIGHT.cells[:3], OWN, *RIGHT.cells[3:])), SOURCE)) == [
        "import math",
        "def f(x):",
        "y = 2",
        "def g(x):",
    ]
    moved = repair(Notebook((*RIGHT.cells[3:], *RIGHT.cells[:3])), SOURCE)
    assert running(moved) == ["import math", "def g(x):", "def f(x):"]
    assert "different order" in moved.repairs[0]


def test_an_assignment_is_recognised_by_its_cells() -> None:
    """Names and ids tell, the file's name does not."""
    other = Notebook((answer("h", "1"), check("h")))
    sources = {"first": SOURCE, "other": other}
    assert recognise(RIGHT, sources) == "first"
    assert recognise(Notebook((Cell("code", "def h(): pass"),)), sources) == "other"
    assert recognise(Notebook((Cell("code", "print(1)"),)), sources) is None


MOST = list(source_notebook("rnn_language_model").answers())[:8]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def evaluate(model): ...", None),
        ("class Corpus: ...\ndef generate(): ...", None),
        ("class Dictionary: ...\nclass Corpus: ...\ndef batchify(): ...\ndef evaluate(): ...", None),
        ('check("evaluate")', "rnn_language_model"),
        ("".join(f"def {task}(): ...\n" for task in MOST), "rnn_language_model"),
    ],
)
def test_a_notebook_of_another_course_is_not_ours(source: str, expected: str | None) -> None:
    """Some common names are not enough; one check of ours is, and so are most names of an assignment."""
    notebook = Notebook((Cell("code", source),))
    assert recognise(notebook, {name: source_notebook(name) for name in assignment_names()}) == expected


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["evaluate"], "rnn_language_model"),
        (["evaluate", "generate", "tokenize"], "rnn_language_model"),
        (["evaluate", "generate", "tokenize", "attention", "transformer"], None),
        (["rnn_step", "gru_step", "q1", "q2"], "rnn_basics"),
        (["q1", "q2"], None),
    ],
)
def test_the_cells_of_another_course_may_be_called_as_ours(ids: list[str], expected: str | None) -> None:
    """Of the answers that nbgrader knows in a notebook most must be ours."""
    notebook = Notebook(tuple(answer(name, f"{name} = 1") for name in ids))
    assert recognise(notebook, {name: source_notebook(name) for name in assignment_names()}) == expected


@pytest.mark.parametrize(("id_", "expected"), [("rnn-step", "rnn_basics"), ("evaluate", None)])
def test_the_id_of_a_cell_is_enough_where_only_ours_is_called_so(id_: str, expected: str | None) -> None:
    """Some editors leave nothing else."""
    notebook = Notebook((Cell("code", "x = 1", id_), Cell("code", "y = 1", "other")))
    assert recognise(notebook, {name: source_notebook(name) for name in assignment_names()}) == expected


PLACES = st.lists(st.integers(0, len(RIGHT.cells) - 1), max_size=12)


@settings(max_examples=200)
@given(PLACES, st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)))
def test_no_mixture_of_cells_breaks_the_repair(
    places: list[int], bare: set[int], stubs: set[int], texts: set[int]
) -> None:
    """Whatever is deleted, doubled, moved, stripped or retyped: setup runs first, checks never, points stay."""
    cells = []
    for number, place in enumerate(places):
        cell = (STUBS if number in stubs else RIGHT).cells[place]
        if number in bare:
            cell = Cell(cell.kind, cell.source)
        cells.append(replace(cell, kind="markdown") if number in texts else cell)
    repaired = repair(Notebook(tuple(cells)), SOURCE)
    lines = running(repaired)
    assert lines.index("import math") == 0
    assert lines.count("import math") == 1
    assert not any(line.startswith("check(") for line in lines)
    assert "train_for_hours()" not in lines
    named = {task.name: task.points for task in repaired.notebook.tasks()}
    assert named.items() <= {task.name: task.points for task in SOURCE.tasks()}.items()
    for task in ("f", "g"):
        is_there = any(line == f"def {task}(x):" for line in lines)
        assert is_there == (task not in repaired.missing)
