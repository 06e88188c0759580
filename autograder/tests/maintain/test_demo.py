"""The simulated class, graded as a class is: the marks one expects, and the same marks again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.grading.find import find_submissions
from autograder.grading.many import grade_all, label
from autograder.maintain.demo import (
    ASSIGNMENT,
    MODELS,
    SUBWORDS,
    write_class,
    write_class_with_models,
    write_class_with_subwords,
)
from autograder.student.core.results import Result

pytestmark = pytest.mark.xdist_group("demo")  # one process: the class is graded once for all of these
SEED = 7
# Every student's tasks that do not get all points. What builds on a wrong answer is wrong as well.
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
OTHERS = {"chen", "kira", "loki"}  # unfinished, untouched, and a cheat


def graded(submitted: Path, out: Path) -> dict[str, Result]:
    """The results of a class by student."""
    found = label(find_submissions([submitted], [ASSIGNMENT, MODELS, SUBWORDS]))
    return {result.student: result for result in grade_all(found, out, SEED)}


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "submitted"
    write_class(folder)
    return folder


@pytest.fixture(scope="module")
def results(submitted: Path) -> dict[str, Result]:
    """Of the class, graded once."""
    return graded(submitted, submitted.parent / "graded")


def losses(result: Result) -> set[str]:
    return {task.name for task in result.tasks if task.score < task.max_score}


@pytest.mark.slow
def test_everybody_gets_a_result(results: dict[str, Result]) -> None:
    """A syntax error and a cheat stop nobody else."""
    assert len(results) == len(EXPECTED_LOSSES) + len(OTHERS)
    assert {result.status for result in results.values()} == {"graded"}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPECTED_LOSSES)
def test_points_are_lost_where_the_mistakes_are(results: dict[str, Result], name: str) -> None:
    """Right work has full marks; a mistake costs its own task and what is built on it."""
    assert losses(results[name]) == EXPECTED_LOSSES[name]


@pytest.mark.slow
def test_unfinished_work_has_the_marks_of_what_is_finished(results: dict[str, Result]) -> None:
    """Twelve tasks done are twelve tasks' points; an untouched notebook has none and says why."""
    assert {task.status for task in results["chen"].tasks} == {"passed", "not_attempted"}
    assert sum(task.status == "passed" for task in results["chen"].tasks) == 12
    assert results["kira"].score == 0
    assert {task.status for task in results["kira"].tasks} == {"not_attempted"}


@pytest.mark.slow
def test_the_cheat_gets_the_mark_of_her_answers(results: dict[str, Result]) -> None:
    """Objects equal to everything, patched comparisons, stolen tensors: nothing; and the instructor is told."""
    assert results["loki"].score == 0
    assert results["loki"].integrity


@pytest.mark.slow
def test_a_second_grading_gives_the_same_bytes(
    submitted: Path, results: dict[str, Result], tmp_path: Path
) -> None:
    """One seed, one result, timings apart."""
    again = graded(submitted, tmp_path)
    assert {name: untimed(result) for name, result in again.items()} == {
        name: untimed(result) for name, result in results.items()
    }


def untimed(result: Result) -> str:
    document = json.loads(result.to_json())
    document.pop("seconds")
    document.pop("memory_bytes")
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


# The class with models: its best one is trained for a second only where its mark does not matter.


def test_the_class_hands_in_its_models_beside_its_notebooks(tmp_path: Path) -> None:
    """Five students: one model twice, two others, and none."""
    write_class_with_models(tmp_path, tokens=10_000)
    found = find_submissions([tmp_path], [ASSIGNMENT, MODELS])
    files = {each.student: each.read_files() for each in found}
    assert {name for name, (taken, _notes) in files.items() if taken} == {"ada", "dora", "felix", "grace"}
    assert not any(notes for _taken, notes in files.values())
    weights = [taken["rnn_lm.safetensors"] for taken, _notes in files.values() if taken]
    assert len(set(weights)) == 3
    assert files["ada"] == files["grace"]


@pytest.mark.slow
def test_models_are_measured_and_the_copied_one_is_flagged(tmp_path: Path) -> None:
    """Points for the one that learnt, none for the others; the instructor is told of the pair, both times."""
    write_class_with_models(tmp_path / "submitted", tokens=600_000)
    results = graded(tmp_path / "submitted", tmp_path / "out")
    points = {
        name: task.score
        for name, result in results.items()
        for task in result.tasks
        if task.name == "language_model"
    }
    assert 0 < points["ada"] == points["grace"] < 10
    assert points["chen"] == points["dora"] == points["felix"] == 0
    assert losses(results["felix"]) == {"language_model", "RNNModel"}
    assert losses(results["chen"]) == {"language_model"}
    copies = {
        name: {other.student: other.checkpoint for other in result.similar if other.checkpoint}
        for name, result in results.items()
    }
    assert copies["ada"] == {"grace": 1.0}
    assert copies["grace"] == {"ada": 1.0}
    assert not copies["chen"] | copies["dora"] | copies["felix"]
    perplexities = {name: result.metrics.get("perplexity") for name, result in results.items()}
    assert perplexities["ada"] < perplexities["felix"] < perplexities["dora"]
    assert perplexities["chen"] is None


@pytest.mark.slow
def test_subword_models_are_measured_by_the_bytes_of_the_text(tmp_path: Path) -> None:
    """Points for the one that learnt long enough, none for a tokenizer that leaves text out, whatever its model."""
    write_class_with_subwords(tmp_path / "submitted", tokens=900_000)
    results = graded(tmp_path / "submitted", tmp_path / "out")
    points = {
        name: task.score
        for name, result in results.items()
        for task in result.tasks
        if task.name == "subword_model"
    }
    assert 0 < points["ada"] < 9
    assert points["chen"] == points["dora"] == points["loki"] == 0
    assert losses(results["ada"]) == losses(results["blaise"]) == {"subword_model"}
    assert losses(results["dora"]) >= {"pair_counts", "unigram_segment", "bits_per_byte", "subword_model"}
    assert losses(results["loki"]) >= {"BPETokenizer", "subword_model"}
    bits = {name: result.metrics.get("bits_per_byte") for name, result in results.items()}
    assert bits["ada"] < bits["blaise"] < bits["dora"]
    assert bits["chen"] is None
    assert bits["loki"] is None
