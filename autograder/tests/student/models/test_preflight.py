"""What would cost a training its minutes is said in seconds: before the first update, or in the first ones."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.models import preflight
from autograder.student.models.preflight import FirstUpdates, TrainingProblem
from autograder.student.models.tokenizer_file import spelled


class Tiny(nn.Module):
    """A language model that is as small as one can be."""

    def __init__(self, vocab_size: int, width: int = 2, outputs: int | None = None) -> None:
        super().__init__()
        self.lookup = nn.Embedding(vocab_size, width)
        self.readout = nn.Linear(width, outputs or vocab_size)

    def init_state(self, batch_size: int) -> torch.Tensor:
        return torch.zeros(1, batch_size, 1)

    def forward(self, ids: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
        return self.readout(self.lookup(ids)), state


def test_arguments_that_build_the_model_again_are_fine() -> None:
    """And nothing is drawn from the student's random numbers."""
    model = Tiny(5)
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    preflight.assert_can_be_handed_in(model, {"vocab_size": 5}, {}, is_of_pieces=False)
    preflight.assert_reads(model, torch.tensor([[0, 4], [1, 2], [3, 3]]), 5)
    assert torch.rand(1) == wanted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"vocab_size": 5, "size": 3}, "unexpected keyword argument"),
        ({}, "missing 1 required positional argument"),
        ({"vocab_size": 6}, "`lookup.weight`"),
        ({"vocab_size": 5, "width": 9}, "build a different model from the one you train"),
    ],
)
def test_arguments_that_do_not_fit_are_named(arguments: dict[str, Any], said: str) -> None:
    """After the training nobody could build the model again."""
    with pytest.raises(TrainingProblem, match=said) as caught:
        preflight.assert_can_be_handed_in(Tiny(5), arguments, {}, is_of_pieces=False)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_a_model_that_is_too_large_is_not_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are those of the checkpoint."""
    monkeypatch.setattr("autograder.student.models.checkpoints.MAX_PARAMETERS", 20)
    with pytest.raises(TrainingProblem, match="from 1 to 20 are allowed"):
        preflight.assert_can_be_handed_in(Tiny(5), {"vocab_size": 5}, {}, is_of_pieces=False)


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ({}, "No tokenizer is saved with the model"),
        (
            {"tokenizer": spelled({0: b"a", 1: b"b", 2: b"\n"}, [])},
            "has 3 tokens, but the model was made with another",
        ),
    ],
)
def test_a_model_of_pieces_needs_its_tokenizer_before_it_is_trained(notes: dict[str, Any], said: str) -> None:
    """A tokenizer may have found fewer pieces than were wanted: after the training it would be too late."""
    with pytest.raises(TrainingProblem, match=said):
        preflight.assert_can_be_handed_in(Tiny(5), {"vocab_size": 5}, notes, is_of_pieces=True)
    preflight.assert_can_be_handed_in(Tiny(3), {"vocab_size": 3}, notes, is_of_pieces=bool(notes))


def test_sizes_that_do_not_fit_the_text_are_named() -> None:
    """Ids beyond the vocabulary, scores of another width, and a model that cannot read."""
    rows = torch.tensor([[0, 4], [1, 2], [3, 3]])
    with pytest.raises(TrainingProblem, match="has the id 4, but `vocab_size` is 4"):
        preflight.assert_reads(Tiny(4), rows, 4)
    with pytest.raises(TrainingProblem, match=r"returns scores \(2, 2, 7\); they should be \(2, 2, 5\)"):
        preflight.assert_reads(Tiny(5, outputs=7), rows, 5)
    with pytest.raises(TrainingProblem, match="cannot read two rows of the text: RuntimeError"):
        preflight.assert_reads(Tiny(5), rows.double(), 5)


def test_ids_in_another_order_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By how often each occurs: the course's, a part of it, the same words numbered otherwise, another size."""
    words = ["<unk>", "<eos>", *(f"w{number}" for number in range(98))]
    line = " ".join(word for number, word in enumerate(words[2:]) for _ in range(3000 // (number + 1)))
    monkeypatch.setattr(preflight.corpora, "vocabulary", lambda _corpus: words)
    monkeypatch.setattr(preflight.corpora, "lines", lambda _corpus, _split: [line])
    number = {word: index for index, word in enumerate(words)}
    ids = torch.tensor([number[word] for word in line.split()]).repeat(4)[:, None]
    assert len(ids) > preflight.ENOUGH_TOKENS
    assert preflight.about_ids(ids, "toy", 100) == ""
    assert "do not look like the course's" in preflight.about_ids(101 - ids.clamp(min=2), "toy", 100)
    assert preflight.about_ids(101 - ids[:1000].clamp(min=2), "toy", 100) == "", "too short to tell"
    with pytest.raises(TrainingProblem, match="has 100 words, and `vocab_size` is 90"):
        preflight.about_ids(ids, "toy", 90)


def test_a_loss_that_is_no_number_ends_the_training() -> None:
    """At once, with the number of the update."""
    watch = FirstUpdates(Tiny(5))
    assert watch.saw(3.0) == ""
    with pytest.raises(TrainingProblem, match="the loss of update 2 is nan"):
        watch.saw(math.nan)


def test_weights_that_do_not_change_end_the_training() -> None:
    """A step that forgets its optimizer, or one that has other parameters."""
    watch = FirstUpdates(Tiny(5))
    for _update in range(preflight.UPDATES_TO_CHANGE - 1):
        watch.saw(3.0)
    with pytest.raises(TrainingProblem, match="no weight has changed"):
        watch.saw(3.0)


@pytest.mark.parametrize(("slope", "speaks"), [(0.0, True), (0.001, True), (0.01, False), (-0.01, True)])
def test_a_loss_that_does_not_fall_is_told_once(slope: float, speaks: bool) -> None:
    """After a hundred updates; a falling one is left alone."""
    model = Tiny(5)
    watch = FirstUpdates(model)
    with torch.no_grad():
        model.lookup.weight += 1
    said = [watch.saw(8.5 - slope * update) for update in range(150)]
    assert sum(map(bool, said)) == speaks
    assert bool(said[preflight.UPDATES_TO_FALL - 1]) == speaks
