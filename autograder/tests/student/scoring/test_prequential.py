"""The score of a language model: every token once, as exact as the scores are, and none of them known before."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.checking.student import live_student
from autograder.student.models.checkpoints import Checkpoint
from autograder.student.scoring.prequential import (
    Misfit,
    Score,
    UnusableScores,
    log_probabilities,
    pieces,
    replay_difference,
    restore,
    score,
    target_log_probabilities,
    token_ids,
)

VOCABULARY, END = 11, 1


class Recorder(nn.Module):
    """Scores by a fixed table, and remembers what it was shown."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(vocab_size, vocab_size))
        self.shown: list[torch.Tensor] = []
        Recorder.last = self

    last: Recorder

    def init_state(self, batch_size: int) -> None:
        """Nothing is remembered."""

    def forward(self, ids: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
        self.shown.append(ids[0].clone())
        return self.table[ids], state


@pytest.fixture
def table() -> torch.Tensor:
    """Scores of every word after every word."""
    return torch.randn(VOCABULARY, VOCABULARY, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def predictor(table: torch.Tensor) -> Any:
    """The recorder with that table, as a student's model."""
    checkpoint = Checkpoint({"table": table}, {"vocab_size": VOCABULARY}, 0, "")
    return restore(live_student({"RNNModel": Recorder}), checkpoint, VOCABULARY, "RNNModel")


@pytest.mark.parametrize("length", [1, 7, 64, 200, 1_000])
@pytest.mark.parametrize("streams", [1, 3, 8])
def test_every_token_is_paid_for_once(length: int, streams: int, predictor: Any, table: torch.Tensor) -> None:
    """The sum over all pieces is that over the text, where each piece begins after an `<eos>`."""
    ids = torch.randint(0, VOCABULARY, (length,), generator=torch.Generator().manual_seed(length))
    found = score(predictor, ids, END, streams)
    expected = torch.cat(
        [table[torch.cat([torch.tensor([END]), part[:-1]])].double().log_softmax(1).gather(1, part[:, None])[:, 0]
         for part in pieces(ids, streams)]
    )  # fmt: skip
    torch.testing.assert_close(found.log_probabilities, expected, rtol=0, atol=1e-6)
    assert found.tokens == length
    assert found.perplexity == pytest.approx(math.exp(-float(expected.mean())))


def test_no_target_is_shown_before_it_was_predicted(predictor: Any) -> None:
    """At step t a row has been shown its first t - 1 tokens and `<eos>`; its last one is never shown."""
    texts = [torch.tensor([2, 3, 4, 5]), torch.tensor([6, 7, 8])]
    log_probabilities(predictor, texts, END)
    shown = torch.stack(Recorder.last.shown)
    assert shown[:, 0].tolist() == [END, 2, 3, 4]
    assert shown[:3, 1].tolist() == [END, 6, 7]


def test_a_finished_row_costs_nothing(predictor: Any) -> None:
    """What is fed to rows that have ended is not among the answers."""
    texts = [torch.arange(9), torch.arange(2)]
    assert [len(found) for found in log_probabilities(predictor, texts, END)] == [9, 2]


def test_progress_is_reported_to_the_end(predictor: Any) -> None:
    """Tokens so far and in all; the last report says all of them."""
    reports: list[tuple[int, int]] = []
    texts = pieces(torch.zeros(650, dtype=torch.int64), 10)
    log_probabilities(predictor, texts, END, lambda done, total: reports.append((done, total)))
    assert reports[-1] == (650, 650)
    assert reports == sorted(reports)


def test_rows_read_alone_give_the_same(predictor: Any) -> None:
    """An honest model's rows do not know of each other."""
    texts = pieces(torch.arange(700) % VOCABULARY, 7)
    before = log_probabilities(predictor, texts, END)
    assert replay_difference(predictor, texts, before, [5, 0, 3], END) < 1e-12


def test_a_graph_is_left_where_it_was_made(predictor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores that say they want a gradient would keep all answers of a whole text in the grader's memory."""
    claimed = torch.zeros(1, 2, VOCABULARY, requires_grad=True)
    monkeypatch.setattr(predictor.student, "request", lambda **_request: {"logits": claimed})
    assert not predictor.step(torch.tensor([2, 3])).requires_grad


def test_a_renamed_weight_is_told_by_both_of_its_names() -> None:
    """The one that the checkpoint has, and the one that the model has."""
    student = live_student({"RNNModel": lambda vocab_size: nn.Linear(vocab_size, 1)})
    tensors = {"w": torch.zeros(1, VOCABULARY), "bias": torch.zeros(1)}
    checkpoint = Checkpoint(tensors, {"vocab_size": VOCABULARY}, 0, "")
    with pytest.raises(Misfit, match=r"no weight called `w`.* has no weight for `weight`"):
        restore(student, checkpoint, VOCABULARY, "RNNModel")


def test_arguments_that_the_class_does_not_take_are_the_files() -> None:
    """They were saved: to look for a line of code that passes them would be in vain."""
    student = live_student({"RNNModel": lambda vocab_size: nn.Linear(vocab_size, 1)})
    checkpoint = Checkpoint({}, {"vocab_size": VOCABULARY, "size": 3}, 0, "")
    with pytest.raises(Misfit, match=r"cannot be made with the arguments in the checkpoint: .*'size'"):
        restore(student, checkpoint, VOCABULARY, "RNNModel")


@pytest.mark.parametrize("names", [torch.zeros(3), 1, "a", {}, None])
def test_a_misfit_of_any_kind_is_a_sentence(names: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker says does not fit may be anything."""
    student = live_student({"RNNModel": Recorder})
    monkeypatch.setattr(student, "request", lambda **_request: {"misfit": {"unexpected": names}})
    with pytest.raises(Misfit, match="Save it again"):
        restore(student, Checkpoint({}, {"vocab_size": VOCABULARY}, 0, ""), VOCABULARY, "RNNModel")


@pytest.mark.parametrize("shift", [0.0, 1e3, -1e3, 650.0, -705.0, 1e30, -62.0, 85.0, -95.0])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-12)])
def test_scores_of_any_size_are_normalised(shift: float, dtype: torch.dtype, tolerance: float) -> None:
    """Adding a number to all scores changes nothing but their rounding, however large it is."""
    logits = torch.randn(40, 50, generator=torch.Generator().manual_seed(0)).to(dtype) + shift
    targets = torch.arange(40)
    expected = logits.double().log_softmax(1).gather(1, targets[:, None])[:, 0]
    found = target_log_probabilities(logits, targets)
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def test_small_terms_are_not_lost_beside_a_large_one() -> None:
    """Each of these would vanish if it were added to 1 in single precision; all the words would gain by it."""
    logits = torch.full((1, 5000), -16.7)
    logits[0, 0] = 0.0
    expected = logits.double().log_softmax(1)[:, 0]
    found = target_log_probabilities(logits, torch.tensor([0]))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    """One NaN or infinite score among all of them is enough."""
    logits = torch.zeros(40, 50)
    logits[33, 7] = value
    with pytest.raises(UnusableScores):
        target_log_probabilities(logits, torch.zeros(40, dtype=torch.int64))


def test_an_impossible_word_costs_infinitely_much() -> None:
    """A probability of zero for what came next; elsewhere it is nobody's business."""
    logits = torch.zeros(2, 3)
    logits[:, 1] = -math.inf
    found = Score(target_log_probabilities(logits, torch.tensor([1, 2])))
    assert found.log_probabilities.tolist() == [-math.inf, pytest.approx(-math.log(2))]
    assert found.perplexity == math.inf
    assert not found.is_finite


def test_words_become_ids_with_the_end_of_every_line() -> None:
    """Unknown words are `<unk>`; an empty line is an end alone."""
    assert token_ids(["a b", "", "b c"], ["<unk>", "<eos>", "a", "b"]).tolist() == [2, 3, 1, 1, 3, 0, 1]
