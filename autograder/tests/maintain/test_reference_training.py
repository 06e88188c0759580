"""The solution's training, with and without a mistake: reproducible, and flawed in the way that is meant."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from autograder.grading.suite import trusted_student
from autograder.maintain import reference_training as training
from autograder.maintain.reference_training import MISTAKES, definitions, train, train_files
from autograder.student.checking.student import Student
from autograder.student.core.notebook import Cell, Notebook

SETUP = """
import random, torch
from autograder.student.models.checkpoints import save_checkpoint
class RNNModel(torch.nn.Linear):
    pass
def batchify(ids, batch_size):
    return "right"
"""
TRAINING = """
print("learning")
seed = random.randrange(2**31)
torch.manual_seed(seed)
save_checkpoint(RNNModel(2, 3), {"vocab_size": 3}, "rnn_lm", seed=seed)
"""


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solution that trains in no time: setup, a demonstration that must not run, the training."""
    cells = (
        Cell("code", SETUP, tags=frozenset({"setup"})),
        Cell("code", "raise RuntimeError", tags=frozenset({"skip-execution"})),
        Cell("markdown", "In words", tags=frozenset({"training"})),
        Cell("code", TRAINING, tags=frozenset({"skip-execution", "training"})),
    )
    monkeypatch.setattr(training, "source_notebook", lambda _assignment: Notebook(cells))


@pytest.mark.usefixtures("notebook")
def test_one_seed_gives_one_checkpoint(tmp_path: Path) -> None:
    """The same seed the same bytes, another seed others; what is printed goes to the log, and nothing stays behind."""
    before = Path.cwd()
    log = tmp_path / "log"
    files = train_files("rnn_language_model", 1, log=str(log))
    random.random()
    assert train_files("rnn_language_model", 1) == files
    assert train_files("rnn_language_model", 2) != files
    assert log.read_text(encoding="utf-8") == "learning\n"
    assert Path.cwd() == before
    assert sorted(files) == ["rnn_lm.json", "rnn_lm.safetensors"]
    assert train("rnn_language_model", 1).parameters == 9


@pytest.mark.usefixtures("notebook")
def test_a_mistake_is_made_before_the_training() -> None:
    """It redefines an answer, and the training sees only that."""
    sources = definitions("rnn_language_model", "shuffled_streams")
    assert [source == SETUP for source in sources] == [True, False]
    assert definitions("rnn_language_model") == [SETUP]


def flawed(assignment: str, mistake: str) -> Student:
    """The real solution with a mistake."""
    return trusted_student(definitions(assignment, mistake))


def logits(assignment: str, mistake: str, ids: list[list[int]]) -> torch.Tensor:
    """What a small flawed model answers, all that it has read carried in the state."""
    torch.manual_seed(1)
    student = flawed(assignment, mistake)
    if assignment == "rnn_language_model":
        model = student.RNNModel("LSTM", 9, 4, 4, 1, 0.0, True)
    else:
        model = student.SubwordModel(9, 4, 1, 0.0)
    answer = model(torch.tensor(ids), model.init_state(len(ids[0])))
    found: torch.Tensor = answer[0]
    return found.detach()


@pytest.mark.parametrize("assignment", MISTAKES)
def test_a_state_that_is_reset_forgets_all_but_the_last_word(assignment: str) -> None:
    """The same word gives the same answer, whatever came before it; another word another."""
    found = logits(assignment, "state_reset_at_each_step", [[1, 2], [3, 3], [1, 4]])
    assert found.shape == (3, 2, 9)
    assert found[1, 0].equal(found[1, 1])
    assert found[0, 0].equal(found[2, 0])
    assert not found[0, 0].equal(found[0, 1])


@pytest.mark.parametrize("assignment", MISTAKES)
def test_a_unigram_model_always_gives_the_same_answer(assignment: str) -> None:
    """Whatever it read."""
    found = logits(assignment, "unigram", [[1, 2], [3, 4]])
    assert found.shape == (2, 2, 9)
    assert (found == found[0, 0]).all()
    assert not (found[0, 0] == found[0, 0, 0]).all()


@pytest.mark.parametrize(
    ("assignment", "function"),
    [("rnn_language_model", "batchify"), ("subword_language_model", "side_by_side")],
)
def test_shuffled_streams_do_not_follow_the_text(assignment: str, function: str) -> None:
    """What stands below another in a column is not what followed it."""
    rows = getattr(flawed(assignment, "shuffled_streams"), function)(torch.arange(7), 2)
    assert rows.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_every_mistake_says_what_it_is() -> None:
    """Names that a table can show."""
    for flaws in MISTAKES.values():
        assert list(flaws) == ["state_reset_at_each_step", "shuffled_streams", "unigram"]
