"""A trained model from its bytes to its marks: honest work in any style, and files that are no model."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from autograder.grading import run
from autograder.grading.graded import TRAINING_CPU_SECONDS, Earlier
from autograder.grading.hidden_text import hidden_lines
from autograder.grading.run import grade
from autograder.grading.staging import grading_server
from autograder.grading.suite import Suite
from autograder.sandbox import Limits, Server
from autograder.student import corpora
from autograder.student.core.results import Result
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.scoring.measured_text import folded_bits_per_byte
from autograder.student.scoring.prequential import token_ids
from autograder.tests.conftest import every_third_quick
from autograder.tests.grading import toy_language as toy
from autograder.tests.grading.measuring import SEED, Grade, task_of, words_of

ARGUMENTS = MEASURED_MODELS[toy.ASSIGNMENT].arguments


# Honest work


def test_an_honest_model_earns_what_its_perplexity_is_worth(honest: Result) -> None:
    """Points are the credit of the perplexity, rounded down to a hundredth; every token of the text was scored."""
    task = task_of(honest)
    measured = next(test for test in task.tests if test.credit is not None)
    assert task.status == "partial"
    assert 7 < task.score < 10
    assert task.score == math.floor(1000 * measured.credit) / 100
    assert honest.metrics["tokens_scored"] == sum(len(line.split()) + 1 for line in hidden_lines(toy.CORPUS))
    assert honest.metrics["parameters"] == 60 * 32 + 60 + 2 * 128 * 33
    assert set(honest.metrics) == {
        *(
            "perplexity",
            "bits_per_byte",
            "tokens_scored",
            "valid_perplexity",
            "parameters",
            "checkpoint_bytes",
        )
    }
    assert honest.integrity == ()
    assert all(not test.essential or test.outcome == "passed" for test in task.tests)


def test_the_score_is_that_of_reading_the_text_at_once(honest: Result, model: nn.Module) -> None:
    """One long row, read by the model itself in this process: what differs is that pieces begin with nothing read."""
    ids = token_ids(hidden_lines(toy.CORPUS), corpora.vocabulary(toy.CORPUS))
    with torch.no_grad():
        inputs = torch.cat([torch.ones(1, dtype=torch.int64), ids[:-1]])
        logits, _state = model(inputs[:, None], model.init_state(1))
    plain = math.exp(nn.functional.cross_entropy(logits[:, 0].double(), ids))
    assert honest.metrics["perplexity"] == pytest.approx(plain, rel=0.05)


def test_equal_submissions_and_seeds_give_equal_bytes(graded: Grade) -> None:
    """The rows that are read again are drawn from the seed, too."""
    first, second = (replace(graded(), seconds=0.0, memory_bytes=0).to_json() for _time in range(2))
    assert first == second


def test_what_was_measured_is_not_measured_again(
    data: Path, files: dict[str, bytes], short_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the tests of other tasks have changed the number on the hidden text is taken over, and all it says."""
    suites = {toy.ASSIGNMENT: Suite(toy.ASSIGNMENT, toy.notebook())}
    first = grade(toy.submission("", files), suites, short_server, SEED)
    monkeypatch.setattr(run, "measure", None)
    again = grade(
        toy.submission("", files), suites, short_server, SEED, earlier=Earlier(first, frozenset({"another"}))
    )
    assert first.tested.hidden
    assert again.tested == first.tested
    assert (again.result.tasks, again.result.metrics) == (first.result.tasks, first.result.metrics)


def test_another_seed_gives_the_same_marks(graded: Grade, honest: Result) -> None:
    """The seed has no say in what a model is worth."""
    assert graded(seed=SEED + 1).metrics == honest.metrics


def test_learning_from_the_own_past_is_allowed(graded: Grade) -> None:
    """A cache of what the row itself has read is a legitimate predictor, and gets marks."""
    own_past = """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        self.counts = torch.zeros(batch_size, self.vocab_size)
        return super().init_state(batch_size)

    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        self.counts += F.one_hot(ids[0], self.vocab_size)
        return logits + 0.01 * self.counts, state
"""
    result = graded(own_past)
    assert result.score > 7
    assert result.integrity == ()


UNUSUAL = {
    "double precision": """
class RNNModel(RNNModel):
    def __init__(self, vocab_size, hidden):
        super().__init__(vocab_size, hidden)
        self.double()
""",
    "a buffer that is not saved": """
class RNNModel(RNNModel):
    def __init__(self, vocab_size, hidden):
        super().__init__(vocab_size, hidden)
        self.register_buffer("ones", torch.ones(3, 3), persistent=False)
""",
    "no state before the first word": """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        return None
""",
    "a state of lists in a dict": """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        return {"state": list(super().init_state(batch_size)), "steps": 0}

    def forward(self, ids, state):
        logits, new = super().forward(ids, tuple(state["state"]))
        return logits, {"state": list(new), "steps": state["steps"] + len(ids)}
""",
    "an eval that returns nothing": """
class RNNModel(RNNModel):
    def eval(self):
        super().eval()
""",
    "inference mode": """
class RNNModel(RNNModel):
    @torch.inference_mode()
    def forward(self, ids, state):
        return super().forward(ids, state)
""",
    "scores that lie elsewhere in memory": """
class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        return logits.permute(2, 0, 1).contiguous().permute(1, 2, 0), state
""",
    "a state that rounding soon makes another": """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        rounding = 1e-7 * batch_size  # as a matrix product in another order would bring it in, for large models
        return super().init_state(batch_size), torch.full((batch_size, 1), 0.3 + rounding)

    def forward(self, ids, state):
        logits, inner = super().forward(ids, state[0])
        chaos = (3.99 * state[1] * (1 - state[1]) + 0.001 * logits[0].mean(1, keepdim=True)) % 1
        return logits + 0.05 * chaos * torch.linspace(-1, 1, 60), (inner, chaos)
""",
    "a list in place of a pair": """
class RNNModel(RNNModel):
    def forward(self, ids, state):
        return list(super().forward(ids, state))
""",
}


@pytest.mark.parametrize("name", every_third_quick(UNUSUAL))
def test_what_is_unusual_but_right_costs_nothing(name: str, graded: Grade, honest: Result) -> None:
    """The same weights earn the same, however the class is written."""
    result = graded(UNUSUAL[name])
    assert result.score == pytest.approx(honest.score, abs=0.02), words_of(result)
    assert result.integrity == ()


def _saved_by(save: Callable[[nn.Module, str], None], model: nn.Module, folder: Path) -> dict[str, bytes]:
    save(model, str(folder / "weights"))
    return {"rnn_lm.safetensors": (folder / "weights").read_bytes()}


def test_other_ways_of_saving_are_read(
    graded: Grade, honest: Result, files: dict[str, bytes], model: nn.Module, tmp_path: Path
) -> None:
    """The library's own functions, and an editor that adds a byte-order mark and what else stands in the file."""
    ways: list[Callable[[nn.Module, str], None]] = [
        safetensors.torch.save_model,
        lambda m, path: safetensors.torch.save_file({k: v.clone() for k, v in m.state_dict().items()}, path),
    ]
    changes = [_saved_by(save, model, tmp_path) for save in ways]
    wrapped = {f"_orig_mod.module.{name}": value.clone() for name, value in model.state_dict().items()}
    changes.append({"rnn_lm.safetensors": safetensors.torch.save({**wrapped, "steps": torch.tensor(7)})})
    document = json.loads(files[ARGUMENTS]) | {"date": "today", "arguments ": None}
    changes.append({ARGUMENTS: b"\xef\xbb\xbf" + json.dumps(document).encode()})
    changes.append({ARGUMENTS: json.dumps(document | {"best": math.inf}).encode("utf-16")})
    for change in changes:
        result = graded(own_files=files | change)
        assert result.score == honest.score, words_of(result)


def test_a_model_that_was_made_for_an_accelerator_is_measured(
    graded: Grade, honest: Result, files: dict[str, bytes]
) -> None:
    """Its class takes a device, and the file says which it was trained on."""
    code = """
class RNNModel(RNNModel):
    def __init__(self, vocab_size, hidden, device):
        super().__init__(vocab_size, hidden)
        self.to(device)
"""
    result = graded(code, own_files=_arguments(files, device="cuda:0"))
    assert result.score == honest.score, words_of(result)


# No model, or none that can be read


def test_without_a_checkpoint_the_task_says_how_to_save_one(graded: Grade) -> None:
    """It scores 0, as a task that was not attempted."""
    result = graded(own_files={})
    assert task_of(result).status == "not_attempted"
    assert "save yours with `LiveTraining`" in words_of(result)
    assert result.metrics == {}


def test_files_that_were_refused_are_named_with_the_task(
    data: Path, short_server: Server, files: dict[str, bytes]
) -> None:
    """The sentence stands where the points are missing, whether something else was handed in or nothing."""
    suites = {toy.ASSIGNMENT: Suite(toy.ASSIGNMENT, toy.notebook())}
    for kept in ({}, {ARGUMENTS: files[ARGUMENTS]}):
        submission = replace(toy.submission("", kept), notes=("The file was too large.",))
        result = grade(submission, suites, short_server, SEED).result
        assert "The file was too large." in words_of(result)
        assert result.repairs == ()


@dataclass(frozen=True)
class Bad:
    """Files that are no good, and a word of the sentence that says so."""

    change: Callable[[dict[str, bytes], nn.Module], dict[str, bytes]]
    word: str


def _weights(files: dict[str, bytes], weights: bytes) -> dict[str, bytes]:
    return {**files, "rnn_lm.safetensors": weights}


def _arguments(files: dict[str, bytes], **arguments: object) -> dict[str, bytes]:
    document = {"arguments": {**toy.ARGUMENTS, **arguments}}
    return {**files, "rnn_lm.json": json.dumps(document).encode()}


class _Renamed(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.inner = model


BAD_FILES = {
    "only the weights": Bad(lambda f, m: {k: v for k, v in f.items() if "json" not in k}, "`rnn_lm.json`"),
    "only the arguments": Bad(
        lambda f, m: {k: v for k, v in f.items() if "json" in k}, "`rnn_lm.safetensors`"
    ),
    "damaged weights": Bad(lambda f, m: _weights(f, f["rnn_lm.safetensors"][:-1]), "damaged"),
    "a pickle": Bad(lambda f, m: _weights(f, b"\x80\x04cos\nsystem\n"), "torch.save"),
    "other names": Bad(lambda f, m: toy.files_of(_Renamed(m)), "no weight called"),
    "another size": Bad(lambda f, m: _arguments(f, hidden=31), "another shape"),
    "a coarser vocabulary": Bad(lambda f, m: _arguments(f, vocab_size=2), "`vocab_size` is not 60"),
    "an argument too many": Bad(lambda f, m: _arguments(f, layers=9), "layers"),
    "a constructor that never ends": Bad(lambda f, m: _arguments(f, hidden=2**31), "RNNModel"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_are_no_model_cost_their_task_with_a_sentence(
    name: str, graded: Grade, files: dict[str, bytes], model: nn.Module
) -> None:
    """0 points, the reason in words, and nothing was measured."""
    result = graded(own_files=BAD_FILES[name].change(files, model))
    assert result.status == "graded"
    assert result.score == 0
    assert BAD_FILES[name].word in words_of(result)
    assert "perplexity" not in result.metrics


# Training by the grader, and small things


def test_the_graders_own_training_is_measured_like_any_other(
    data: Path, graded: Grade, files: dict[str, bytes]
) -> None:
    """The cells tagged as training run in the sandbox, and the files they leave count as handed in."""
    suites = {toy.ASSIGNMENT: Suite(toy.ASSIGNMENT, toy.notebook())}
    training = """
from autograder.student.models.checkpoints import save_checkpoint
save_checkpoint(RNNModel(60, 32), {"vocab_size": 60, "hidden": 32}, "rnn_lm")
"""
    budget = Limits(cpu_seconds_per_cell=TRAINING_CPU_SECONDS, cpu_seconds_total=TRAINING_CPU_SECONDS)
    with grading_server(limits=budget) as server:
        trained = grade(toy.submission("", {}, training), suites, server, SEED, training_server=server).result
        nothing = grade(toy.submission("", {}, "1 / 0"), suites, server, SEED, training_server=server).result
    assert trained.metrics["parameters"] == 60 * 32 + 60 + 2 * 128 * 33
    assert trained.score < 2  # it was saved as it was born
    assert task_of(nothing).status == "not_attempted"


def test_a_copy_of_the_course_without_the_hidden_text_grades_nobody(
    data: Path, graded: Grade, tmp_path: Path
) -> None:
    """That is the copy's fault, so the submission has no mark rather than none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpora, "DATA", tmp_path)
        result = graded()
    assert result.status == "ungradable"
    assert "autograder data" in result.reason


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("prepared/hidden/sotu/test.words.txt", ""),
        ("prepared/sotu/valid.words.txt", "\n\n"),
        ("prepared/sotu/vocabulary.txt", "a\nb\n"),
        ("prepared/sotu/vocabulary.txt", "<unk>\n<eos>\na\n"),
    ],
)
def test_a_corpus_that_is_another_grades_nobody(
    data: Path, graded: Grade, tmp_path: Path, file: str, content: str
) -> None:
    """An empty text or a vocabulary of another size is the copy's fault, too, and no reason for a zero."""
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpora, "DATA", tmp_path)
        result = graded()
    assert result.status == "ungradable"
    assert "autograder data" in result.reason


def test_unknown_words_are_paid_for() -> None:
    """Bits per byte: 2 bits for two tokens of the line, and 5 bytes spelt out for "word" with the space after it."""
    nats = 2 * math.log(2)
    assert folded_bits_per_byte(nats, ["a word"], ["<unk>", "<eos>", "a"]) == pytest.approx((2 + 8 * 5) / 7)
    assert folded_bits_per_byte(nats, ["a word"], ["<unk>", "<eos>", "a", "word"]) == pytest.approx(2 / 7)
