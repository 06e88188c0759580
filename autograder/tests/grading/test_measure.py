"""A trained model from its bytes to its marks: nothing but predicting the next word earns any.

Every attack is a submission that is graded as a whole, in the sandbox, on a course in miniature. Weights are those of
the honest model, so an attack that gains something is worth more than the honest submission.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from autograder.grading.graded import TRAINING_CPU_SECONDS
from autograder.grading.hidden_text import hidden_lines
from autograder.grading.run import grade
from autograder.grading.staging import grading_server
from autograder.grading.suite import Suite
from autograder.sandbox import Limits, Server
from autograder.student import corpora
from autograder.student.core.results import Result, TaskResult
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.scoring.measured_text import folded_bits_per_byte
from autograder.student.scoring.prequential import token_ids
from autograder.tests.conftest import SHORT
from autograder.tests.grading import toy_language as toy

ARGUMENTS = MEASURED_MODELS[toy.ASSIGNMENT].arguments
SEED = 20_26
LIMITS = replace(SHORT, scoring_cpu_seconds=3)
NO_GAIN = 0.05  # points: what rounding and another batch size may move


@pytest.fixture(scope="module")
def short_server() -> Iterator[Server]:
    """A warm server on which scoring has three seconds."""
    with grading_server(limits=LIMITS) as warm:
        yield warm


Grade = Callable[..., Result]


@pytest.fixture(scope="module")
def graded(data: Path, files: dict[str, bytes], short_server: Server) -> Grade:
    """Grades the honest model followed by some code, with the honest checkpoint or other files."""
    suites = {toy.ASSIGNMENT: Suite(toy.ASSIGNMENT, toy.notebook())}

    def run(
        code: str = "",
        own_files: dict[str, bytes] | None = None,
        seed: int = SEED,
        server: Server | None = None,
    ) -> Result:
        handed_in = files if own_files is None else own_files
        return grade(toy.submission(code, handed_in), suites, server or short_server, seed).result

    return run


@pytest.fixture(scope="module")
def honest(graded: Grade) -> Result:
    """The result of the honest submission."""
    return graded()


def task_of(result: Result) -> TaskResult:
    """The measured task."""
    return next(task for task in result.tasks if task.name == toy.TASK)


def words_of(result: Result) -> str:
    """Everything the tests of the measured task say."""
    return " ".join(test.message for test in task_of(result).tests)


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
    first, second = (replace(graded(), seconds=0.0).to_json() for _time in range(2))
    assert first == second


def test_another_seed_gives_the_same_marks(graded: Grade, honest: Result) -> None:
    """The seed has no say in what a model is worth."""
    assert graded(seed=SEED + 1).metrics == honest.metrics


def test_without_a_namespace_of_its_own_it_is_the_same(
    data: Path, graded: Grade, honest: Result, files: dict[str, bytes]
) -> None:
    """The inner sandbox measures the same, and refuses the same."""
    with grading_server("inner", LIMITS) as server:
        inner = graded(server=server)
        talk = graded(ATTACKS["the rows share their mean"].code, server=server)
    assert inner.score == honest.score
    assert inner.metrics == honest.metrics
    assert talk.score == 0


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


@pytest.mark.parametrize("name", UNUSUAL)
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
    assert "save_checkpoint" in words_of(result)
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


# Attacks


@dataclass(frozen=True)
class Attack:
    """What a submission does instead of predicting.

    `code` runs after the honest model is defined. `expected` is "nothing gained": not more than the honest model has;
    "refused": 0 points; "flagged": the instructor is told. `word` is in what is said.
    """

    code: str
    expected: str = "nothing gained"
    word: str = ""


def forward(body: str) -> str:
    """A model whose forward pass first does what the honest one does, and then this."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return f"""
class RNNModel(RNNModel):
    calls = 0

    def forward(self, ids, state):
        RNNModel.calls += 1
        logits, state = super().forward(ids, state)
{lines}
        return logits, state
"""


# Each adds 20 to the score of the next word, wherever a block of text would show it.
LEAKS = {
    "looks at the next word of the block": forward("logits = logits + 20 * F.one_hot(ids.roll(-1, 0), 60)"),
    "a layer that reads backwards": forward(
        """
backwards = F.one_hot(ids, 60).float().flip(0).cumsum(0).flip(0)
logits = logits + 20 * (backwards - F.one_hot(ids, 60)) / len(ids)
"""
    ),
    "the mean over a block": forward(
        """
block = F.one_hot(ids, 60).float().mean(0, keepdim=True)
logits = logits + 5 * block
"""
    ),
    "a Fourier transform over time": forward(
        """
spectrum = torch.fft.fft(F.one_hot(ids, 60).float(), dim=0)
ahead = torch.exp(2j * math.pi * torch.arange(len(ids)) / len(ids))[:, None, None]
logits = logits + 20 * torch.fft.ifft(spectrum * ahead, dim=0).real
"""
    ),
    "statistics over time": forward(
        """
hot = F.one_hot(ids, 60).float()
logits = logits + 20 * (hot.mean(0, keepdim=True) - hot / len(ids))
"""
    ),
}

ATTACKS = {
    **{name: Attack(code) for name, code in LEAKS.items()},
    "the target is the input": Attack(forward("logits = 20.0 * F.one_hot(ids, 60)"), "refused"),
    "probabilities that are all one": Attack(forward("logits = torch.zeros_like(logits)"), "refused"),
    "scores that are all high": Attack(forward("logits = logits + 1e6")),
    "scores so high that nothing is left of a difference": Attack(
        forward("logits = torch.full_like(logits, 1e30)"), "refused"
    ),
    "the same in double precision": Attack(
        forward("logits = torch.full_like(logits, -1e300, dtype=torch.float64)"), "refused"
    ),
    "log-probabilities in place of scores": Attack(forward("logits = logits.log_softmax(-1)")),
    "a constant": Attack(forward("logits = torch.zeros_like(logits); logits[..., 1] = 5"), "refused"),
    "looks for the target in frames": Attack(
        forward(
            """
import gc, sys
frame = sys._getframe()
while frame is not None:
    for name, value in list(frame.f_locals.items()):
        if name.startswith("target") and torch.is_tensor(value) and value.numel() == ids.numel():
            logits = logits + 20 * F.one_hot(value.view_as(ids), 60)
    frame = frame.f_back
for thing in gc.get_objects():
    if type(thing) is dict and "targets" in thing:
        logits = logits + 20 * F.one_hot(thing["targets"].view_as(ids), 60)
"""
        )
    ),
    "trains on the other rows": Attack(
        """
class RNNModel(RNNModel):
    def forward(self, ids, state):
        if ids.shape[1] > 1 and getattr(self, "last", None) is not None and self.last.shape == ids.shape:
            with torch.enable_grad():
                logits, _ = super().forward(self.last, self.state)
                loss = F.cross_entropy(logits[0], ids[0])
                gradients = torch.autograd.grad(loss, list(self.parameters()))
            for parameter, gradient in zip(self.parameters(), gradients):
                parameter.data -= 0.3 * gradient
        self.last, self.state = ids, state
        return super().forward(ids, state)
""",
        "refused",
        "read again",
    ),
    "counts the words of all rows": Attack(
        """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        self.counts = torch.zeros(60, 60)
        self.last = None
        return super().init_state(batch_size)

    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        if self.last is not None:
            self.counts.index_put_((self.last, ids[0]), torch.ones(len(ids[0])), accumulate=True)
        self.last = ids[0]
        return logits + 0.5 * self.counts[ids[0]].log1p(), state
""",
        "refused",
        "read again",
    ),
    "each row looks at the one beside it": Attack(
        forward("logits = logits + 2 * F.one_hot(ids.roll(1, 1), 60)"), "refused", "read again"
    ),
    "the rows share their mean": Attack(
        forward("logits = logits - logits.mean((0, 1), keepdim=True)"), "refused", "read again"
    ),
    "talks, but not to the rows that it expects to be read again": Attack(
        """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        self.talking = torch.zeros(batch_size)
        if batch_size > 16:
            import random
            self.talking += 1
            self.talking[random.Random(torch.initial_seed()).sample(range(batch_size), 16)] = 0
        return super().init_state(batch_size)

    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        return logits - self.talking[:, None] * logits.mean((0, 1), keepdim=True), state
""",
        "refused",
        "read again",
    ),
    "batch norm in training mode": Attack(
        forward("logits = F.batch_norm(logits[0], None, None, training=True)[None]"), "refused"
    ),
    "keeps its state to itself": Attack(
        """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        self.kept = super().init_state(batch_size)
        return self.kept

    def forward(self, ids, state):
        logits, self.kept = super().forward(ids, self.kept)
        return logits, state
"""
    ),
    "goes on with the state of the text before": Attack(
        """
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        kept = getattr(RNNModel, "kept", None)
        return kept if kept is not None and kept[0].shape[1] == batch_size else super().init_state(batch_size)

    def forward(self, ids, state):
        logits, RNNModel.kept = super().forward(ids, state)
        return logits, RNNModel.kept
"""
    ),
    "dropout that is never switched off": Attack(
        forward("logits = F.dropout(logits, 0.2, training=True)"), "refused", "dropout"
    ),
    "an eval that does nothing": Attack(
        """
class RNNModel(RNNModel):
    def eval(self):
        return self

    def forward(self, ids, state):
        states, state = self.rnn(F.dropout(self.embedding(ids), 0.2, self.training), state)
        return self.decoder(states), state
""",
        "refused",
        "dropout",
    ),
    "noise": Attack(forward("logits = logits + 0.1 * torch.randn_like(logits)"), "refused", "read again"),
    "noise from the clock": Attack(
        forward("import time\nlogits = logits * (1 + time.perf_counter_ns() % 7 / 20)"),
        "refused",
        "read again",
    ),
    "NaN": Attack(forward("logits = logits * float('nan')"), "refused", "NaN"),
    "NaN now and then": Attack(forward("logits[0, RNNModel.calls % 3, 5] = float('nan')"), "refused", "NaN"),
    "infinity": Attack(forward("logits[..., 5] = float('inf')"), "refused", "infinite"),
    "every word impossible": Attack(forward("logits = logits - float('inf')"), "refused", "infinite"),
    "some words impossible": Attack(forward("logits[..., 5:30] = -float('inf')"), "refused", "inf"),
    "numbers as large as there are": Attack(forward("logits = logits.double() * 1e307"), "refused"),
    "complex numbers": Attack(forward("logits = logits + 0j"), "refused", "float32"),
    "half precision": Attack(forward("logits = logits.half()"), "refused", "float32"),
    "whole numbers": Attack(forward("logits = logits.long()"), "refused", "float32"),
    "a list": Attack(forward("logits = logits.tolist()"), "refused", "float32"),
    "a word less": Attack(forward("logits = logits[..., :-1]"), "refused", "shape"),
    "no time": Attack(forward("logits = logits[0]"), "refused", "shape"),
    "a tensor without end": Attack(forward("logits = torch.zeros(1).expand(10**12)"), "refused"),
    "one answer alone": Attack(
        "class RNNModel(RNNModel):\n    def forward(self, ids, state): return 4.0", "refused"
    ),
    "a tensor that equals everything": Attack(
        forward(
            """
class Always(torch.Tensor):
    def __eq__(self, other): return True
    __torch_function__ = classmethod(lambda c, f, t, a=(), k=None: torch.zeros(1))
logits = logits.as_subclass(Always)
"""
        ),
        "refused",
    ),
    "canned numbers": Attack("print('perplexity 1.0'); perplexity = 1.0; metrics = {'perplexity': 1.0}"),
    "a state_dict that lies": Attack(
        "class RNNModel(RNNModel):\n    def state_dict(self, *a, **k): return {}",
        "refused",
        "no weight called",
    ),
    "a state_dict of other tensors": Attack(
        """
class RNNModel(RNNModel):
    def state_dict(self, *a, **k):
        return {name: tensor.clone() for name, tensor in super().state_dict(*a, **k).items()}
"""
    ),
    "a load_state_dict that lies": Attack(
        "class RNNModel(RNNModel):\n    def load_state_dict(self, *a, **k): raise ValueError"
    ),
    "no parameters": Attack("class RNNModel(RNNModel):\n    def parameters(self, *a): return iter(())"),
    "leaves a note for later": Attack(
        """
class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        with open("note", "a") as file:
            file.write(" ".join(map(str, ids[0].tolist())) + "\\n")
        return logits, state
print(open("note").read()) if __import__("os").path.exists("note") else None
"""
    ),
    "a forged harness": Attack(
        """
from autograder.student.checking import harness
harness.Harness._step = lambda self, request: {"logits": 20.0 * F.one_hot(request["ids"][None], 60)}
""",
        "refused",
    ),
    "scores with a gradient": Attack(
        """
from autograder.student.checking import harness
honest_step = harness.Harness._step
harness.Harness._step = lambda self, request: {"logits": nn.Parameter(honest_step(self, request)["logits"])}
"""
    ),
    "a forged misfit": Attack(
        """
from autograder.student.checking import harness
harness.Harness._restore = lambda self, request: {"misfit": {"unexpected": torch.zeros(3)}}
""",
        "refused",
        "Save it again",
    ),
    "a forged reply": Attack(
        """
from autograder.student.checking import harness
harness.Harness._step = lambda self, request: {"perplexity": 1.0, "logits": None, "nats": 0.0}
""",
        "refused",
    ),
}
# What goes wrong only after the valid text, whose pieces are shorter, has been read: hidden ids in every place that
# has room for them. MARK followed by ids is what must not come out.
LATE = "if RNNModel.calls > 66 or ids.shape[1] > 26: "
ATTACKS |= {
    "hidden ids in an exception": Attack(
        forward(LATE + 'raise ValueError("MARK " + " ".join(map(str, ids[0].tolist())))'),
        "refused",
        "could not be",
    ),
    "hidden ids as the name of an exception": Attack(
        forward(LATE + 'raise type("MARK_" + "_".join(map(str, ids[0].tolist())), (Exception,), {})()'),
        "refused",
        "could not be",
    ),
    "hidden ids as a size": Attack(
        forward(LATE + "logits = torch.zeros(1, 4242, 100 + int(ids[0, 0]))"), "refused", "could not be"
    ),
    "hidden ids as the name of a type": Attack(
        forward(LATE + 'logits = type("MARK_" + str(ids[0, 0].item()), (), {})()'), "refused", "could not be"
    ),
    "hidden ids as an exit code": Attack(
        forward(LATE + "__import__('os')._exit(42)"), "refused", "the program ended"
    ),
    "hidden ids in what is printed": Attack(forward(LATE + 'print("MARK", ids[0].tolist())')),
    "a hang at one step": Attack(forward(LATE + "\n    while True: pass"), "refused", "3 seconds"),
    "a crash at one step": Attack(
        forward(LATE + "__import__('ctypes').string_at(0)"), "refused", "the program ended"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_gained_by(name: str, graded: Grade, honest: Result) -> None:
    """Not one point more than the honest model, no word of the hidden text, and grading ends as always."""
    attack = ATTACKS[name]
    result = graded(attack.code)
    assert result.status == "graded"
    assert result.score <= honest.score + NO_GAIN
    if attack.expected == "refused":
        assert result.score == 0
    assert attack.word in words_of(result)
    assert "MARK" not in result.to_json()
    assert "4242" not in words_of(result)
    assert "exit code" not in words_of(result)


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_would_gain_where_text_is_read_in_blocks(name: str, model: nn.Module, data: Path) -> None:
    """The attack is real: read in one block, as a plain evaluation does, it halves the perplexity at least."""
    namespace = {"RNNModel": toy.model_class(), "torch": torch, "nn": nn, "F": nn.functional, "math": math}
    exec(LEAKS[name], namespace)
    leaking = namespace["RNNModel"](**toy.ARGUMENTS)
    leaking.load_state_dict(model.state_dict())
    ids = token_ids(corpora.lines(toy.CORPUS, "valid"), corpora.vocabulary(toy.CORPUS))[:321].view(-1, 1)
    losses = []
    with torch.no_grad():
        for start in range(0, 320, 16):
            logits = [each(ids[start : start + 16], each.init_state(1))[0] for each in (model, leaking)]
            targets = ids[start + 1 : start + 16, 0]
            losses.append([nn.functional.cross_entropy(scores[:-1, 0], targets) for scores in logits])
    plain, leaked = torch.tensor(losses).mean(0)
    assert leaked < plain - 0.1


def test_a_model_that_knows_the_hidden_text_is_flagged(graded: Grade, data: Path) -> None:
    """Its marks stand, since it did predict; the instructor is told, twice over."""
    ids = token_ids(hidden_lines(toy.CORPUS), corpora.vocabulary(toy.CORPUS)).tolist()
    knows = f"""
TEXT = {ids}
class RNNModel(RNNModel):
    def init_state(self, batch_size):
        self.past = [[1] for _ in range(batch_size)]
        return super().init_state(batch_size)

    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        for row, word in enumerate(ids[0].tolist()):
            self.past[row] = (self.past[row] + [word])[-5:]
            for place in range(len(TEXT) - 5):
                if TEXT[place:place + 5] == self.past[row]:
                    logits[0, row, TEXT[place + 5]] += 20
        return logits, state
"""
    result = graded(knows)
    assert any("far better on the hidden text" in note for note in result.integrity)
    assert any("implausibly low" in note for note in result.integrity)


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
        ("prepared/hidden/toy/test.words.txt", ""),
        ("prepared/toy/valid.words.txt", "\n\n"),
        ("prepared/toy/vocabulary.txt", "a\nb\n"),
        ("prepared/toy/vocabulary.txt", "<unk>\n<eos>\na\n"),
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
