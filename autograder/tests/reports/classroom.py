"""A simulated class of any size, with everything that a class page can show: drawn from a seed, nothing is graded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from autograder.student.core.results import (
    CurvePoint,
    Late,
    Result,
    Scale,
    Similar,
    TaskResult,
    TestResult,
    score_task,
)

ASSIGNMENT = "rnn_language_model"
TASKS = {
    **{
        "Dictionary": 3.0,
        "Corpus": 3.0,
        "batchify": 3.0,
        "get_batch": 2.0,
        "RNNModel": 9.0,
        "repackage": 2.0,
    },
    **{"sgd_step_": 3.0, "train_epoch": 5.0, "evaluate": 4.0, "perplexity": 1.0, "unigram_nats": 1.0},
    **{"bigram_nats": 2.0, "sentence_log_prob": 2.0, "filter_logits": 4.0, "generate": 6.0},
    "language_model": 10.0,
}
MISTAKES = {(ASSIGNMENT, f"M{number:02d}"): f"The {number}. promise is broken." for number in range(48)}
FEEDBACK = f"feedback/{ASSIGNMENT}"


def simulated(count: int, seed: int = 1) -> list[Result]:
    """So many students: most are graded, some late, absent, copied, or not to be graded at all."""
    chance = random.Random(seed)
    return [_student(number, chance) for number in range(count)]


def _student(number: int, chance: random.Random) -> Result:
    name = f"student-{number:03d}"
    if number % 31 == 9:
        return Result(name, "", "ungradable", 0.0, 0.0, reason="Nothing was handed in.", is_absent=True)
    if number % 43 == 11:
        return Result(
            name, "", "ungradable", 0.0, 0.0, reason="It is not a notebook: it is not JSON (line 3)."
        )
    skill = chance.gauss(0.7, 0.2)
    tasks = tuple(_tasks(skill, chance))
    score = round(sum(task.score for task in tasks), 2)
    result = Result(
        name,
        ASSIGNMENT,
        "graded",
        score,
        sum(TASKS.values()),
        tasks,
        points_by_hand=4.0,
        metrics={"perplexity": chance.uniform(72.0, 170.0), "parameters": 1_250_000.0},
        scale=Scale("perplexity", 150.0, 78.9, ("rnn_lm.safetensors", "rnn_lm.json")),
        curve=tuple(CurvePoint(100_000 * at, 1500.0 / at**1.2 + 60, 1500.0 / at + 90) for at in range(1, 21)),
        seconds=chance.uniform(3.0, 20.0),
    )
    if number % 17 == 3:
        result = replace(result, integrity=(f"Worth a look: cell 9 (`Corpus`), line 3: `f{number}()`",) * 3)
    if number % 23 in (4, 5):
        twin = f"student-{number + (1 if number % 23 == 4 else -1):03d}"
        result = replace(result, similar=(Similar(twin, 1.0, {"RNNModel": 0.94}, ("Corpus: M05",)),))
    if number % 13 == 6:
        result = replace(result, score=round(0.9 * score, 2), late=Late(7200 * number, 0.1, score))
    return result


def _tasks(skill: float, chance: random.Random) -> Iterator[TaskResult]:
    for at, (name, points) in enumerate(TASKS.items()):
        if chance.random() < 0.05:
            yield TaskResult(name, "not_attempted", 0.0, points)
            continue
        is_right = chance.random() < skill
        tests = [
            TestResult(f"test_{number}", f"Promise {number} of `{name}` is kept.", "passed")
            for number in range(4)
        ]
        if not is_right:
            failed = replace(
                tests[1],
                outcome=chance.choice(["failed"] * 8 + ["crashed", "timeout"]),
                message="`result[0, 1]` is -0.31, expected 0.7616. 6 of 8 values differ.",
                hints=("What should the first row be if every id is 0?", "And the second?"),
                mistake=f"M{3 * at + chance.randrange(3):02d}",
            )
            tests[1:3] = [failed, replace(tests[2], outcome="failed")]
        yield score_task(name, points, tests)
