"""What is commonly forgotten: each is said in words, and nobody is told of what is in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.student.checking.cells import Stop
from autograder.student.core.modules import Modules
from autograder.student.core.notebook import Notebook, parse_notebook
from autograder.student.core.results import TaskResult, TestResult
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.submission.clean_run import CleanRun
from autograder.student.submission.warnings import (
    MAX_BYTES_WITH_OUTPUTS,
    about_file,
    about_kernel,
    about_lost_cells,
    about_model,
    about_modules,
    about_order,
    about_processes,
    about_run,
    about_tasks,
    about_worth,
    lost_tasks,
)

STEP = "def rnn_step(x):\n    return x"
OLD_STEP = "def rnn_step(x):\n    return -x"
STUB = "def rnn_step(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
MODEL = MEASURED_MODELS["rnn_language_model"]
WEIGHTS, ARGUMENTS = "rnn_lm.safetensors", "rnn_lm.json"


def cell(source: str, count: int | None = None, grade_id: str = "", **nbgrader: object) -> dict:
    """A code cell; with a grade_id an answer, unless it says something else."""
    marks = {"grade": False, "solution": True, "grade_id": grade_id, **nbgrader} if grade_id else {}
    return {"cell_type": "code", "source": source, "execution_count": count, "metadata": {"nbgrader": marks}}


def check(task: str, count: int | None = None) -> dict:
    """The check cell of a task."""
    return cell(f'check("{task}")', count, f"check-{task}", grade=True, solution=False, points=2)


def notebook(*cells: dict) -> Notebook:
    """A notebook of these cells."""
    return parse_notebook({"cells": list(cells)})


def texts(notices: object) -> str:
    """All sentences together."""
    return "\n".join(notice.text for notice in notices)  # type: ignore[attr-defined]


def answered(source: str = STEP, first: int | None = 1, second: int | None = 2) -> Notebook:
    """A notebook of one task, run in order, and the cell that hands in."""
    return notebook(cell(source, first, "rnn_step"), check("rnn_step", second), cell("submit()", 3))


def test_a_notebook_in_order_gives_no_remark() -> None:
    """Saved, run from top to bottom, everything written, under its own name."""
    done = answered()
    assert texts(about_file("rnn_basics.ipynb", b"{}", "rnn_basics")) == ""
    assert texts(about_tasks(done, has_model=False)) == ""
    assert texts(about_order(done)) == ""
    assert texts(about_kernel(done, ["", STEP, 'check("rnn_step")', "submit()"], 3)) == ""
    assert texts(about_run(done, CleanRun())) == ""


def test_a_file_under_another_name_is_told_and_asks_for_nothing() -> None:
    """It is handed in under its own name."""
    [notice] = about_file("my work.ipynb", b"{}", "rnn_basics")
    assert "`my work.ipynb`" in notice.text
    assert not notice.is_warning


def test_a_file_too_large_to_be_graded_is_told() -> None:
    """Outputs are what makes it large."""
    [notice] = about_file("rnn_basics.ipynb", bytes(MAX_BYTES_WITH_OUTPUTS + 1), "rnn_basics")
    assert "Clear Outputs" in notice.text
    assert "64 MB" in notice.text


def test_what_is_not_begun_is_named() -> None:
    """A task whose line stands there, in whole or in part; a question that carries points."""
    question = {
        "cell_type": "markdown",
        "source": "YOUR ANSWER HERE",
        "metadata": {"nbgrader": {"grade": True, "solution": True, "grade_id": "in-words", "points": 2}},
    }
    free = json.loads(json.dumps(question).replace('"points": 2', '"points": 0').replace("in-words", "free"))
    book = notebook(cell(STUB, 1, "rnn_step"), check("rnn_step"), question, free)
    said = texts(about_tasks(book, has_model=False))
    assert "1 task still holds" in said
    assert "`rnn_step`" in said
    assert "`in-words`" in said
    assert "free" not in said


def test_a_training_cell_may_be_empty_where_its_model_is_there() -> None:
    """The model is measured, not the cell that made it."""
    training = cell(STUB.replace("rnn_step", "train"), 1, "language_model")
    training["metadata"]["tags"] = ["skip-execution", "training"]
    trained = notebook(training, check("language_model"))
    assert "`language_model`" in texts(about_tasks(trained, has_model=False))
    assert texts(about_tasks(trained, has_model=True)) == ""


def test_lost_marks_of_cells_are_told() -> None:
    """Some editors drop the metadata."""
    assert "lost their metadata" in texts(about_tasks(notebook(cell(STEP)), has_model=False))


@pytest.mark.parametrize(
    ("files", "present", "words", "absent"),
    [
        ({}, [], ["it gives no points", WEIGHTS, ARGUMENTS], "meant"),
        (
            {},
            ["RNN_LM.safetensors"],
            ["it gives no points", "Is `RNN_LM.safetensors` meant to be the model?"],
            "torch.save",
        ),
        ({}, ["rnn_lm.pt"], ["Is `rnn_lm.pt` meant to be the model?", "torch.save"], "Half"),
        ({ARGUMENTS: b"{}"}, [ARGUMENTS], ["Half", f"missing: `{WEIGHTS}`"], "it gives no points"),
        ({WEIGHTS: b""}, [WEIGHTS, "rnn_lm (1).json"], ["Half", "`rnn_lm (1).json`"], "torch.save"),
        (
            {ARGUMENTS: b"{}"},
            [WEIGHTS, ARGUMENTS],
            ["cannot be read, or is larger than the 65536 kB"],
            "meant",
        ),
    ],
    ids=["missing", "another case", "torch.save", "half", "the other half", "too large"],
)
def test_a_model_that_is_not_whole_is_told_in_one_remark(files, present, words, absent) -> None:
    """What is missing, and what may have been meant."""
    [notice] = about_model(MODEL, files, present, [], fits=False)
    assert notice.is_warning
    assert all(word in notice.text for word in words), notice.text
    assert absent not in notice.text


def test_a_model_of_other_code_is_told() -> None:
    """The class was changed after the training; what was not changed is not named."""
    recorded = json.dumps({"code": {"rnn_step": "0123456789abcdef"}}).encode()
    files = {WEIGHTS: b"", ARGUMENTS: recorded}
    [notice] = about_model(MODEL, files, list(files), [STEP], fits=False)
    assert "`rnn_step`" in notice.text
    assert "older code" in notice.text
    assert "train it again" in notice.text
    [notice] = about_model(MODEL, files, list(files), [STEP], fits=True)
    assert not notice.is_warning, "a harmless change asks for nothing"


def test_a_module_of_another_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found here, and nobody has handed it in; what is installed, or comes with the notebook, is not named."""
    (tmp_path / "faraway.py").write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path)
    sources = [
        "import torch, math, steps, pytest\nfrom faraway import x",
        "try:\n    import colab\nexcept: pass",
    ]
    [packed, notice] = about_modules(Modules({"steps.py": b""}), sources, CleanRun())
    assert (packed.is_warning, "`steps.py`" in packed.text) == (False, True)
    assert (
        notice.text
        == "`faraway` is not handed in: is it a file of yours? Put `faraway.py` beside the notebook."
    )
    stopped = CleanRun(stops=(Stop(0, "ModuleNotFoundError: No module named 'faraway'"),))
    assert list(about_modules(Modules({"steps.py": b""}), sources, stopped)) == [packed]


def test_no_name_upsets_whoever_reads_it() -> None:
    """Half a character, a colour of the terminal, a line break."""
    [notice] = about_file("a\ud800\x1b[31m\n.ipynb", b"{}", "rnn_basics")
    assert "`a??[31m?.ipynb`" in notice.text
    notice.text.encode("utf-8")


def test_cells_that_stop_from_a_fresh_start_are_told() -> None:
    """The first few, by how they begin."""
    book = notebook(*(cell(f"# a comment\nvalue = {number}`") for number in range(5)))
    run = CleanRun(stops=tuple(Stop(number, "TypeError: too bad.") for number in range(5)))
    found = list(about_run(book, run))
    assert len(found) == 4
    assert "the cell that begins with `value = 0'` stops: TypeError: too bad." in found[0].text
    assert "2 further cells" in found[3].text


def test_what_follows_from_an_empty_task_is_not_told_again() -> None:
    """A name that is not there yet stops many a demonstration."""
    run = CleanRun(stops=(Stop(0, "NameError: name 'model' is not defined"),))
    assert texts(about_run(answered(STUB), run)) == ""
    assert "NameError" in texts(about_run(answered(), run))


def test_what_holds_in_the_kernel_alone_is_told() -> None:
    """A name that was deleted from the notebook lives on in the kernel, and not when it is graded."""
    passed, failed = TaskResult("rnn_step", "passed", 2, 2), TaskResult("rnn_step", "failed", 0, 2)
    said = texts(about_run(answered(), CleanRun((failed,)), {"rnn_step": passed}))
    assert "`rnn_step` passes in this kernel but fails after a restart" in said
    assert texts(about_run(answered(), CleanRun((passed,)), {"rnn_step": passed})) == ""
    assert texts(about_run(answered(), CleanRun((failed,)), {"rnn_step": failed})) == ""
    assert "stopped the checks" in texts(about_run(answered(), CleanRun(failure="You stopped the checks.")))


def test_what_starts_processes_is_told_once() -> None:
    """Where a task fails that uses it."""
    code = [
        "from multiprocessing import Pool",
        *(f"def {name}(x): return Pool(x)" for name in ("f", "g", "h")),
        "def i(x): return x",
    ]
    results = [TaskResult(name, "failed", 0.0, 2.0) for name in ("f", "g", "i")]
    [notice] = about_processes(results, code)
    assert "starts other processes with `multiprocessing.Pool`" in notice.text
    assert texts(about_processes([TaskResult("h", "passed", 2.0, 2.0)], code)) == ""


def test_another_order_is_told_and_asks_for_nothing() -> None:
    """Checks may be run at any time; a cell above that was run last is told with the one below."""
    assert texts(about_order(answered(STEP, 7, 2))) == ""
    [notice] = about_order(
        notebook(cell("a = 1", 5), cell(STEP, 4, "rnn_step"), cell("b = 1", None), cell("submit()", 1))
    )
    assert not notice.is_warning
    assert "the cell that begins with `a = 1` was last run after the cell of `rnn_step`" in notice.text


@pytest.mark.parametrize(
    ("on_disk", "history", "words"),
    [
        (OLD_STEP, ["", OLD_STEP, STEP, "submit()"], "not saved: the file still has an older `rnn_step`"),
        (STUB, ["", STEP, "check", "submit()"], "not saved: the file still has an older `rnn_step`"),
        (STEP, ["", OLD_STEP, "check", "submit()"], "has a different `rnn_step` from the one you ran last"),
        (STEP, ["", STEP, "check", "submit()", "more", "submit()"], "not saved since you last ran a cell"),
        (STEP, ["", "submit()"], ""),
        (STEP + "  # now with a comment", ["", STEP, "check", "submit()"], ""),
    ],
    ids=["an older one", "the released one", "a newer one", "outputs alone", "a new kernel", "a comment"],
)
def test_the_file_is_compared_with_what_was_run(on_disk: str, history: list[str], words: str) -> None:
    """The kernel knows what it ran, the file what was saved."""
    said = texts(about_kernel(answered(on_disk), history, len(history) - 1))
    assert (words in said) if words else said == ""
    assert said.count("run this cell again") == bool(words)


def test_a_deleted_cell_is_named() -> None:
    """Whether it was the answer or the check; a notebook without any marks is spoken of elsewhere."""
    book = notebook(cell(STEP, 1, "rnn_step"), check("rnn_step"), check("rnn_forward"))
    said = texts(about_lost_cells(lost_tasks(book, ["rnn_step", "rnn_forward", "pad_batch"])))
    assert "`rnn_forward`, `pad_batch`" in said
    assert "`rnn_step`" not in said
    assert texts(about_lost_cells(lost_tasks(book, ["rnn_step"]))) == ""
    assert lost_tasks(notebook(cell(STEP)), ["rnn_step"]) == []


def test_a_model_without_points_is_no_hand_in_in_order() -> None:
    """The check's own sentence says why; a missing model is spoken of elsewhere."""
    failed = TestResult("t", "T.", "failed", "Perplexity 900.")
    results = [TaskResult(MODEL.task, "failed", 0.0, 10.0, (failed,))]
    files = {WEIGHTS: b"", ARGUMENTS: b""}
    assert "gives no points yet" in texts(about_worth(MODEL, files, results))
    assert "Perplexity 900." in texts(about_worth(MODEL, files, results))
    assert texts(about_worth(MODEL, {WEIGHTS: b""}, results)) == ""
    assert texts(about_worth(MODEL, files, [TaskResult(MODEL.task, "partial", 0.1, 10.0)])) == ""
