"""The class of twelve, graded as a class is: the marks one expects, and the same marks again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course.results import Result
from autograder.demo import ASSIGNMENT, write_class
from autograder.grading.collect import find_submissions
from autograder.grading.many import grade_all, label

pytestmark = pytest.mark.xdist_group("demo")  # one process: the class is graded once for all of these
SEED = 7
# Every pupil's tasks that do not get all points. What builds on a wrong answer is wrong as well.
EXPECTED_LOSSES = {
    "ada": set(),
    "blaise": set(),
    "dora": {"lstm_step", "gru_step", "rnn_step", "rnn_forward", "CharRNN"},
    "emmy": {"rnn_backward", "last_states", "masked_mean", "SequenceClassifier", "EncoderDecoder"},
    "felix": {"clip_gradients_", "truncated_bptt", "state_gradient_norms"},
    "grace": {"find_cell"},
    "hugo": {"gru_step"},
    "ines": {"greedy_decode"},
    "jan": {"masked_mean"},
}


def graded(submitted: Path, out: Path, names: set[str] | None = None) -> dict[str, Result]:
    """The results of a class by pupil, in two processes."""
    found = [
        each
        for each in label(find_submissions([submitted], [ASSIGNMENT]))
        if not names or each.student in names
    ]
    return {result.student: result for result in grade_all(found, out, SEED, jobs=2)}


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "submitted"
    write_class(folder)
    return folder


@pytest.fixture(scope="module")
def results(submitted: Path) -> dict[str, Result]:
    return graded(submitted, submitted.parent / "graded")


def losses(result: Result) -> set[str]:
    return {task.name for task in result.tasks if task.score < task.max_score}


def test_everybody_gets_a_result(results: dict[str, Result]) -> None:
    """A syntax error, an endless loop, a memory hog and a cheat stop nobody else."""
    assert len(results) == 12
    assert {result.status for result in results.values()} == {"graded"}


@pytest.mark.parametrize("name", EXPECTED_LOSSES)
def test_points_are_lost_where_the_mistakes_are(results: dict[str, Result], name: str) -> None:
    """Right work has full marks; a mistake costs its own task and what is built on it."""
    assert losses(results[name]) == EXPECTED_LOSSES[name]


def test_unfinished_work_has_the_marks_of_what_is_finished(results: dict[str, Result]) -> None:
    """Twelve tasks done are twelve tasks' points; an untouched notebook has none and says why."""
    assert {task.status for task in results["chen"].tasks} == {"passed", "not_attempted"}
    assert sum(task.status == "passed" for task in results["chen"].tasks) == 12
    assert results["kira"].score == 0
    assert {task.status for task in results["kira"].tasks} == {"not_attempted"}


def test_the_cheat_gets_the_mark_of_her_answers(results: dict[str, Result]) -> None:
    """Objects equal to everything, patched comparisons, stolen tensors: nothing; and the instructor is told."""
    assert results["loki"].score == 0
    assert results["loki"].integrity


def test_a_second_grading_gives_the_same_bytes(
    submitted: Path, results: dict[str, Result], tmp_path: Path
) -> None:
    """One seed, one result, timings apart."""
    again = graded(submitted, tmp_path, {"ada", "emmy", "hugo", "loki"})
    assert len(again) == 4
    for name, result in again.items():
        assert untimed(result) == untimed(results[name])


def untimed(result: Result) -> str:
    document = json.loads(result.to_json())
    document.pop("seconds")
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
