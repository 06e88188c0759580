"""Nothing but predicting the next word earns any marks.

Every attack is a submission that is graded as a whole, in the sandbox, on a course in miniature. Weights are those of
the honest model, so an attack that gains something is worth more than the honest submission.
"""

from __future__ import annotations

import fcntl
import math
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from autograder.grading import measure
from autograder.grading.hidden_text import hidden_file, hidden_lines
from autograder.grading.staging import grading_server
from autograder.student import corpora
from autograder.student.core.results import Result, TestResult
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.scoring.prequential import token_ids
from autograder.tests.conftest import every_third_quick
from autograder.tests.grading import toy_language as toy
from autograder.tests.grading.measuring import LIMITS, Grade, words_of

NO_GAIN = 0.05  # points: what rounding and another batch size may move


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


@pytest.mark.parametrize("name", every_third_quick(ATTACKS))
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


@pytest.mark.slow
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


def test_no_two_submissions_hear_the_hidden_text_at_once(
    graded: Grade, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever two jails could tell each other: while one is shown the text, no other is; afterwards it is free."""
    ending = MEASURED_MODELS[toy.ASSIGNMENT].metric.ending
    seen = []

    def look(scorer: object) -> list[TestResult]:
        with hidden_file(toy.CORPUS, ending).open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        seen.append(scorer)
        return []

    monkeypatch.setattr(measure._Scorer, "run", look)
    graded()
    assert len(seen) == 1
    with hidden_file(toy.CORPUS, ending).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
