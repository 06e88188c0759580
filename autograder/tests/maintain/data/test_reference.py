"""Seeds of the solution and flawed models: trained once, scored every time, written beside the thresholds."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from autograder.maintain.data import reference as module
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.reference import measure, summary
from autograder.maintain.data.thresholds import FILE, stale, update
from autograder.maintain.reference_training import MISTAKES
from autograder.student import corpora
from autograder.student.models.checkpoints import save_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS

ASSIGNMENT = "rnn_language_model"
Trained = list[tuple[int, str | None]]
Model = """
import torch
class RNNModel(torch.nn.Module):
    def __init__(self, vocab_size, bias):
        super().__init__()
        self.bias = torch.nn.Parameter(torch.zeros(vocab_size))
    def init_state(self, batch_size):
        return torch.zeros(1, batch_size, 1)
    def forward(self, ids, state):
        return self.bias.expand(*ids.shape, -1), state
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data with the thresholds and a corpus of a few words, of which each seed likes one more."""
    folder = tmp_path / "data"
    for path, text in {
        "prepared/sotu/vocabulary.txt": "<unk>\n<eos>\na\nb\n",
        "prepared/sotu/valid.words.txt": "a b a\n" * 50,
        "prepared/hidden/sotu/test.words.txt": "b\n" * 200,
        "manifest.json": json.dumps({"corpora": {"sotu": {"files": {"hidden/x.words.txt": "1"}}}}),
        FILE: json.dumps(
            {
                ASSIGNMENT: {
                    "sotu": {
                        "corpus_sha256": {"hidden/x.words.txt": "1"},
                        "vocabulary_size": 4,
                        "floor": {"hidden": 4.0},
                        "target": {"hidden": 1.0001},
                        "baselines": {},
                    }
                }
            }
        ),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    monkeypatch.setattr(corpora, "DATA", folder)
    return folder


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trained:
    """The runs that were trained, in this process, by a training that takes no time."""
    runs: Trained = []

    def train_files(_assignment: str, seed: int, mistake: str | None, _log: str) -> dict[str, bytes]:
        runs.append((seed, mistake))
        model = torch.nn.ParameterDict({"bias": torch.nn.Parameter(torch.zeros(4))})
        with torch.no_grad():
            model["bias"][3] = seed
        save_checkpoint(model, {"vocab_size": 4, "bias": True}, tmp_path / "rnn_lm")
        return {name: (tmp_path / name).read_bytes() for name in MEASURED_MODELS[ASSIGNMENT].files}

    # In turn: a thread would outlive the test, and then train in earnest.
    pool = SimpleNamespace(imap_unordered=map)
    here = SimpleNamespace(Pool=lambda _jobs, **_options: nullcontext(pool))
    monkeypatch.setattr(module.multiprocessing, "get_context", lambda _method: here)
    monkeypatch.setattr(module, "train_files", train_files)
    monkeypatch.setattr(module, "definitions", lambda _assignment, _mistake: [Model])
    monkeypatch.setattr(module, "training_cells", lambda _assignment: ["pass"])
    return runs


def test_each_run_is_trained_once(data: Path, trained: Trained) -> None:
    """A second command with more seeds trains only those; what was written before stays beside it."""
    measure(ASSIGNMENT, seeds=2)
    assert trained == [(0, None), (1, None), *((0, mistake) for mistake in MISTAKES[ASSIGNMENT])]
    trained.clear()
    entry = measure(ASSIGNMENT, seeds=3)
    assert trained == [(2, None)]
    assert list(entry["reference"]["seeds"]) == ["0", "1", "2"]
    assert json.loads((data / FILE).read_text(encoding="utf-8"))[ASSIGNMENT]["sotu"] == entry
    assert entry["floor"] == {"hidden": 4.0}


def test_perplexities_by_hand(data: Path, trained: Trained) -> None:
    """A model of equal scores over four words has perplexity 4; liking one word more helps where that word stands."""
    entry = measure(ASSIGNMENT, seeds=2)
    assert data.is_dir()
    assert trained
    equal, liking = (entry["reference"]["seeds"][seed] for seed in ("0", "1"))
    assert equal == {"valid": 4.0, "hidden": 4.0, "credit": 0.0}
    total = torch.tensor([0.0, 0.0, 0.0, 1.0]).logsumexp(0)
    assert liking["hidden"] == pytest.approx(float((total - 0.5).exp()), abs=1e-3)  # half of the tokens are b
    assert liking["valid"] == pytest.approx(float((total - 0.25).exp()), abs=1e-3)
    assert liking["credit"] > 0
    assert entry["flawed"]["unigram"] == equal


def test_another_recipe_is_trained_anew(
    data: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not for the sake of a comment."""
    measure(ASSIGNMENT, seeds=1)
    assert data.is_dir()
    trained.clear()
    monkeypatch.setattr(module, "training_cells", lambda _assignment: ["pass  # as before"])
    measure(ASSIGNMENT, seeds=1)
    assert trained == []
    monkeypatch.setattr(module, "training_cells", lambda _assignment: ["steps = 7"])
    measure(ASSIGNMENT, seeds=1)
    assert (0, None) in trained


def test_a_training_that_fails_is_one_sentence(
    data: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept of it, so the next command tries it again."""

    def failing(*_arguments: object) -> dict[str, bytes]:
        raise NotImplementedError

    assert not trained
    monkeypatch.setattr(module, "train_files", failing)
    with pytest.raises(DataError, match="stopped with NotImplementedError"):
        measure(ASSIGNMENT, seeds=1)
    assert not list((data / module.KEPT).glob("*.json"))


def test_the_spread_over_seeds() -> None:
    """Mean and sample standard deviation; one seed has no spread."""
    seeds = {number: {"valid": 70.0 + number, "hidden": 80.0} for number in range(3)}
    assert summary(seeds)["valid"] == {"mean": 71.0, "sd": 1.0}
    assert summary({0: seeds[0]})["hidden"] == {"mean": 80.0, "sd": 0.0}


def test_measurements_on_another_text_are_dropped(data: Path) -> None:
    """Perplexities of two texts must not stand side by side."""
    assert not any(ASSIGNMENT in sentence for sentence in stale(data))
    kept = update(ASSIGNMENT, {"reference": {"hidden": {"mean": 70.0}}}, data)
    assert kept["floor"] == {"hidden": 4.0}
    (data / "manifest.json").write_text(
        json.dumps({"corpora": {"sotu": {"files": {"hidden/x.words.txt": "2"}}}}), encoding="utf-8"
    )
    assert "The thresholds of rnn_language_model belong to another text" in stale(data)[0]
    assert update(ASSIGNMENT, {"floor": {"hidden": 5.0}}, data) == {"floor": {"hidden": 5.0}}


def test_steps_are_told(data: Path, trained: Trained) -> None:
    """How many are to train, each that is done, each that is scored."""
    steps: list[str] = []
    report: Callable[[str], None] = steps.append
    measure(ASSIGNMENT, seeds=1, report=report)
    assert data.is_dir()
    assert len(steps) == 1 + 2 * len(trained)
    assert steps[0].startswith("4 models to train")
