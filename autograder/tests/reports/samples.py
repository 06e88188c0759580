"""Results and a notebook made by hand, with every state that a report has to show."""

from __future__ import annotations

from autograder.student.core.notebook import Notebook, parse_notebook
from autograder.student.core.results import Result, Scale, TaskResult, TestOutcome, TestResult

RNN_STEP = '''def rnn_step(x, h, W_xh, W_hh, b):
    """One step of the vanilla recurrent network.

    Arguments:
        x: (B, D) the input at time t
    Returns:
        (B, H) the state after time t
    """
    # the new state from the new input and the old state
    return torch.tanh(x @ W_xh.T + h @ W_hh + b)  # 'h' is square, so this runs'''

PROSE = r"""## Vanilla RNN

The state after step $t$ is made of the new input and the old state:

$$h_t = \tanh(W_{xh}\, x_t + W_{hh}\, h_{t-1} + b)$$

| symbol | shape |
|---|---|
| $x_t$ | `(B, D)` |
| $h_t$ | `(B, H)` |

Which of the two matrices is *square*, and why? See [the lecture](https://example.org/lecture).
"""


# Round numbers for floor and target, in both metrics.
WORDS = Scale("perplexity", 100.0, 25.0, ("rnn_lm.safetensors", "rnn_lm.json"))
PIECES = Scale("bits_per_byte", 1.7, 1.5, ("subword_lm.safetensors", "subword_lm.json"))


def check(
    name: str,
    title: str,
    outcome: TestOutcome = "passed",
    message: str = "",
    hints: tuple[str, ...] = (),
    mistake: str | None = None,
) -> TestResult:
    """A test's result."""
    return TestResult(name, title, outcome, message, hints, mistake)


def tasks() -> tuple[TaskResult, ...]:
    """Tasks in all states."""
    wrong = check(
        "test_values",
        "The new state is tanh of the two products and the bias.",
        "failed",
        "rnn_step(...)[0, 1] is -0.31, expected 0.7616. 6 of 8 values differ\nThe shape and dtype are right.",
        (
            "What is the shape of `W_hh`, and which of its two sides meets the old state?",
            "What would an `H` by `H` matrix that is not symmetric tell you?",
        ),
        mistake="A12",
    )
    return (
        TaskResult(
            "pad_batch",
            "passed",
            2.0,
            2.0,
            (
                check("test_values", "Rows are padded on the right with `pad_id`."),
                check("test_empty", "An empty sequence has length 0."),
            ),
        ),
        TaskResult(
            "rnn_step",
            "partial",
            1.33,
            2.0,
            (
                check("test_shape", "The new state has the shape of the old one."),
                wrong,
                check(
                    "test_float32",
                    "float32 stays float32.",
                    "failed",
                    "The result has the dtype torch.float64, expected torch.float32; its shape is right.",
                ),
            ),
        ),
        TaskResult(
            "rnn_forward",
            "failed",
            0.0,
            3.0,
            (
                check(
                    "test_error",
                    "States come in order.",
                    "failed",
                    "`rnn_forward` raised IndexError (line 3 of its cell)",
                ),
            ),
        ),
        TaskResult(
            "fit_hello",
            "timeout",
            0.0,
            2.0,
            (
                check(
                    "test_loss",
                    "The last loss is below 0.15.",
                    "timeout",
                    "`fit_hello` took longer than 20 s.",
                ),
                check("test_length", "There is one loss per step.", "not_run"),
            ),
        ),
        TaskResult(
            "lstm_step",
            "crashed",
            0.0,
            4.0,
            (check("test_values", "h and c are right.", "crashed", "The process ended."),),
        ),
        TaskResult("gru_step", "not_attempted", 0.0, 3.0),
        TaskResult("masked_mean", "missing", 0.0, 1.0),
        TaskResult(
            "find_cell", "failed", 0.0, 3.0, (check("test_ties", "Ties go to the lowest index.", "error"),)
        ),
    )


def result(student: str = "ada", assignment: str = "rnn_basics") -> Result:
    """A graded submission with something to say in every place."""
    return Result(
        student=student,
        assignment=assignment,
        status="graded",
        score=3.33,
        max_score=20.0,
        tasks=tasks(),
        metrics={"perplexity": 91.3, "bits_per_byte": 1.52},
        scale=WORDS,
        repairs=("The cell `masked_mean` stood twice; the last one was graded.",),
        integrity=("The check cell of `rnn_step` was edited.",),
        provenance={"seed": 20261122, "torch": "2.13.0"},
        seconds=1.234,
    )


def ungradable(student: str = "bob", assignment: str = "rnn_basics") -> Result:
    """A submission that could not be read."""
    return Result(
        student=student,
        assignment=assignment,
        status="ungradable",
        score=0.0,
        max_score=20.0,
        reason="`rnn_basics.ipynb` is not a notebook: it is not JSON (line 3).",
    )


def notebook() -> Notebook:
    """The notebook that belongs to `result()`: prose, supplied code, answers, check cells."""
    cells = [
        cell("markdown", PROSE, "vanilla", locked=True),
        cell(
            "code",
            "import torch\nfrom autograder.student import check",
            "imports",
            locked=True,
            tags=["setup"],
        ),
    ]
    for task in tasks():
        if task.name != "masked_mean":
            source = (
                RNN_STEP if task.name == "rnn_step" else f"def {task.name}():\n    return 42  # an answer"
            )
            cells.append(cell("code", source, task.name, solution=True))
        cells.append(
            cell(
                "code",
                f'check("{task.name}")',
                f"check-{task.name}",
                grade=True,
                locked=True,
                points=task.max_score,
            )
        )
    cells.append(cell("code", "print('my own')\n1 / 0", ""))
    return parse_notebook({"cells": cells})


def outcomes() -> list[tuple[str, str | None, str]]:
    """How running the cells of `notebook()` ended."""
    count = len(notebook().cells)
    last = ("error", "ZeroDivisionError: division by zero", "\x1b[31mmy own\x1b[0m\n10%\r50%\r100%\n")
    return [("ok", None, "")] * (count - 1) + [last]


def cell(
    kind: str, source: str, grade_id: str, tags: list[str] | None = None, **flags: object
) -> dict[str, object]:
    """One cell as JSON; `flags` are nbgrader's."""
    flags = {"grade": False, "solution": False, "locked": False, "grade_id": grade_id, **flags}
    metadata: dict[str, object] = {"tags": tags or []}
    if grade_id:
        metadata["nbgrader"] = flags
    return {"cell_type": kind, "source": source, "metadata": metadata}
