"""The source notebooks themselves: in good form, and right from top to bottom in a real kernel."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbclient
import nbformat
import pytest

from autograder.assignments.sources import assignment_names, model_answers, source_notebook, source_path
from autograder.student.core.code import bound_names
from autograder.student.core.course import outcomes_of, spec_of
from autograder.student.core.notebook import CHECK_PREFIX, SETUP_TAG, SKIP_TAG
from autograder.student.models.checkpoints import MAX_PARAMETERS
from autograder.student.models.model_files import MAX_WEIGHTS_BYTES

NAMES = assignment_names()
POINTS = 60
MINUTES_TAG = (
    "minutes"  # of demonstrations and experiments that take long, and of those that need what these leave
)
SHORTER = (
    (r"\bsteps=(\d+)00\b", r"steps=\1"),
    (r"\bsteps=(\d+)0\b", r"steps=\1"),
    (r"\btrain_rows\[:(\d+)001\]", r"train_rows[:\g<1>01]"),
    (r"\b(100|250|300)_000\b", "25_000"),
    (r"\b1_000_000\b", "50_000"),
    (r"\[(1?)::(2|6|12)\]", r"[\1::\g<2>0]"),  # of lines of text
    (r"\b256 \+ 1744\b", "256 + 174"),
    (r"_rows\[:151\]", "_rows[:36]"),
    (r"\bsmall_model, valid_rows\b", "small_model, valid_piece"),
)
LONGEST_CELL_SECONDS = 3600  # a backstop against a cell that hangs, far beyond what any needs
# What demonstrations define for everybody, because later cells or the students themselves need it.
SHARED = {
    "rnn_basics": "train surnames hello_model memory_lstm surname_model backwards_model telegram_model time",
    "rnn_language_model": "corpus V train_lines valid_lines train_rows valid_rows valid_piece small_model "
    "textwrap bz2 gzip lzma Path",
    "subword_language_model": "SENTENCES english korean speeches held_out course_tokenizer show_table PARAMETERS "
    "width_for fit ListTokenizer PieceTokenizer four_tokenizers VOCAB_SIZE PROMPT tokenizer_text train_text valid_text "
    "vocab merges tokenizer train_ids valid_ids valid_bytes_per_piece COSTS bz2 gzip lzma inspect",
}
# What the cells behind the last question need from those before them; the first notebook's run with all others.
BEYOND = {
    "rnn_language_model": """
torch.manual_seed(0)
corpus = Corpus(["the people of the united states"] * 9, ["the states of the people ; the rest is new"] * 90, [], 9)
language_model = RNNModel("GRU", len(corpus.dictionary), embed=8, hidden=8, layers=1)
""",
    "subword_language_model": """
_course_vocab, _course_merges = train_bpe("the government of the people", 270)
course_tokenizer = BPETokenizer(_course_vocab, _course_merges)
_both_vocab, _both_tokenizer = _course_vocab, course_tokenizer


def _pieces(tokenizer, pieces, text):
    return [pieces[number] for number in tokenizer.encode(text)]
""",
}
MEASURED = [name for name in NAMES if any(task.is_measured for task in source_notebook(name).tasks())]


@pytest.mark.parametrize("name", NAMES)
def test_the_source_is_committed_without_outputs_and_readable_in_a_diff(name: str) -> None:
    """No outputs, no counts, one line of JSON for one line of text, letters as they are."""
    text = source_path(name).read_text(encoding="utf-8")
    document = json.loads(text)
    assert text == json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    nbformat.validate(nbformat.from_dict(document))


@pytest.mark.parametrize("name", NAMES)
def test_every_task_has_its_answer_and_its_check(name: str) -> None:
    """Sixty points; each check stands behind its answer and holds nothing else."""
    notebook = source_notebook(name)
    tasks = [task.name for task in notebook.tasks()]
    assert sum(task.points for task in notebook.tasks()) + notebook.points_by_hand() == POINTS
    assert list(notebook.answers()) == tasks
    places = {cell.grade_id: place for place, cell in enumerate(notebook.cells) if cell.grade_id}
    for task in tasks:
        assert places[task] < places[f"check-{task}"]
        assert notebook.cells[places[f"check-{task}"]].source == f'check("{task}")'


@pytest.mark.parametrize("name", NAMES)
def test_a_demonstration_leaves_nothing_that_could_overwrite_a_students_name(name: str) -> None:
    """All its names begin with an underscore, but for the few that are shared."""
    demonstrations = [
        cell
        for cell in source_notebook(name).cells
        if cell.kind == "code" and SETUP_TAG not in cell.tags and not cell.is_answer and not cell.is_check
    ]
    names = {each for cell in demonstrations for each in bound_names(cell.source)}
    public = {each for each in names if not each.startswith("_")}
    assert public == {*SHARED[name].split(), "submit"}


@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_those_that_compare_explains(name: str) -> None:
    """A prediction cell asks for what the student's code can tell, and *Compare* below it says the same numbers."""
    cells = source_notebook(name).cells
    reference: dict[str, Any] = {}
    for cell in source_notebook(name).definitions():
        exec(cell.source, reference)
    asked = {}
    for place, cell in enumerate(cells):
        for call in re.findall(r"^predict\((.*)\)$", cell.source, re.MULTILINE if cell.kind == "code" else 0):
            task, *names = re.findall(r'"(\w+)"|(\w+)=\.\.\.', call)
            asked[task[0]] = ([each for _quoted, each in names], cells[place + 1].source)
    assert asked.keys() == outcomes_of(name).keys()
    for task, outcome in outcomes_of(name).items():
        came_out = outcome(SimpleNamespace(**reference))
        names, compare = asked[task]
        assert names == list(came_out), task
        for key, value in came_out.items():
            assert any(text in compare for text in written(value)), (task, key, value)


def written(value: Any) -> list[str]:
    """The ways to write a value in a text: as Python does, with fewer digits, or in a word."""
    if isinstance(value, float):
        return [str(value), f"{value:.3g}", f"{value:.2g}", "infinity" if value == math.inf else str(value)]
    return [str(value), str(value).replace("'", "")]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_in_words_has_a_model_answer(name: str) -> None:
    """Which a student's page can show after the due date; nothing of the marks around it is in it."""
    questions = [cell.grade_id for cell in source_notebook(name).cells if cell.is_by_hand]
    answers = model_answers(name)
    assert list(answers) == questions
    assert all("###" not in text and len(text.split()) > 20 for text in answers.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_shows_what_its_tasks_forbid(name: str) -> None:
    """The table in the text and the one in the tests name the same tasks."""
    notebook = source_notebook(name)
    rows = [
        line
        for cell in notebook.cells
        if cell.kind == "markdown" and "must not use" in cell.source
        for line in cell.source.splitlines()
        if line.startswith("| `")
    ]
    shown = {task for row in rows for task in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert shown == set(spec_of(name).forbidden)


@pytest.mark.parametrize("name", MEASURED)
def test_what_may_be_changed_names_the_limits_of_the_code(name: str) -> None:
    """The box about the leaderboard, and the constants that it speaks of."""
    (box,) = [cell.source for cell in source_notebook(name).cells if "What you may change" in cell.source]
    assert f"{MAX_PARAMETERS // 10**6} million parameters" in box
    assert f"{MAX_WEIGHTS_BYTES // 2**20} MB" in box


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    """No error, nothing on stderr (nbgrader would take all marks for it), and every check gives its points.

    Left out are trainings that take minutes, with what prepares them, and the long demonstrations after them, which may
    need the model. Other demonstrations take few steps and little text; in `test_the_training_earns_all_points` all.
    """
    notebook = nbformat.read(source_path(name), as_version=4)
    measured = {task.name for task in source_notebook(name).tasks() if task.is_measured}
    is_after = False
    for cell in list(notebook.cells):
        is_after = is_after or grade_id(cell) in measured
        tags = cell.metadata.get("tags", [])
        if (is_after and SKIP_TAG in tags) or MINUTES_TAG in tags:
            notebook.cells.remove(cell)
        elif SKIP_TAG in tags:
            for usual, short in SHORTER:
                cell.source = re.sub(usual, short, cell.source)
    checks = run(notebook, tmp_path)
    assert all(right == points for task, (right, points) in checks.items() if task not in measured), checks


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_beyond_the_course_runs_with_a_small_model(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cells behind the last question, with a tiny model in the place of the one that takes minutes to train."""
    monkeypatch.chdir(tmp_path)
    cells = source_notebook(name).cells
    (start,) = [place for place, cell in enumerate(cells) if cell.source.startswith("# Beyond")]
    behind = [cell.source for cell in cells[start:] if cell.kind == "code" and "submit" not in cell.source]
    assert behind
    names: dict[str, Any] = {}
    for source in [*(cell.source for cell in source_notebook(name).definitions()), BEYOND[name], *behind]:
        exec(source, names)
    if name == "rnn_language_model":
        printed = capsys.readouterr().out
        assert "read back the same: True" in printed
        promised, written = re.search(r"promised ([\d.]+) bytes, written (\d+)", printed).groups()  # type: ignore[union-attr]
        assert float(written) == pytest.approx(float(promised), abs=4), (
            "two bytes are the length, one is rounded up"
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_training_earns_all_points(name: str, tmp_path: Path) -> None:
    """The whole notebook, trainings too: what a student gets who fills in the solution and runs all cells."""
    checks = run(nbformat.read(source_path(name), as_version=4), tmp_path)
    assert all(right == points for right, points in checks.values()), checks


def run(notebook: nbformat.NotebookNode, folder: Path) -> dict[str, tuple[float, float]]:
    """Runs all cells in a kernel in a folder of their own: the score and the points of each check, by its task."""
    nbformat.write(notebook, folder / "notebook.ipynb")  # where check finds the points
    nbclient.NotebookClient(
        notebook,
        timeout=LONGEST_CELL_SECONDS,
        resources={"metadata": {"path": str(folder)}},
        skip_cells_with_tag="",  # nbclient would leave out the long demonstrations, as the grader does
    ).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    checks = {}
    for cell in code:
        if grade_id(cell).startswith(CHECK_PREFIX):
            (output,) = cell.outputs
            score, points = float(output.data["text/plain"]), float(cell.metadata.nbgrader.points)
            checks[grade_id(cell).removeprefix(CHECK_PREFIX)] = (score, points)
    return checks


def grade_id(cell: nbformat.NotebookNode) -> str:
    """nbgrader's name of the cell, or an empty string."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
