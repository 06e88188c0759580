"""Measures what an unforgeable score costs: reading word by word through the sandbox, against a plain evaluation loop.

    python -m autograder.benchmarks.prequential [--tokens N] [--streams B ...] [--model STEM]

The model, its weights and the tokens are the same on both sides; plain is windows of 35 steps at its best batch size,
cross-entropy in single precision, in this process. The machine's load moves both, so look at the ratios only.

With `--model rnn_lm`, a trained checkpoint, it measures instead what streams cost the model: its perplexity on the
valid text, where every stream begins without a past.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from autograder.assignments.sources import source_notebook
from autograder.grading.measure import REPLAYED
from autograder.grading.staging import grading_server
from autograder.grading.suite import trusted_student
from autograder.sandbox import Limits, Server
from autograder.student import corpora
from autograder.student.checking.student import Student
from autograder.student.models.checkpoints import Checkpoint, load_checkpoint
from autograder.student.models.thresholds import thresholds
from autograder.student.scoring.prequential import (
    log_probabilities,
    pieces,
    replay_difference,
    restore,
    score,
    token_ids,
)

VOCABULARY, WIDTH, BPTT = 5_000, 200, 35
ARGUMENTS = {
    "kind": "LSTM",
    "vocab_size": VOCABULARY,
    "embed": WIDTH,
    "hidden": WIDTH,
    "layers": 1,
    "dropout": 0.1,
    "tie_weights": True,
}
END_ID = 1
WORKERS_CLOCK = "import time\ndef workers_clock(): return time.process_time()"


@dataclass
class Cost:
    """Seconds of the clock, and of the processors, of this process and of the worker."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __truediv__(self, other: Cost) -> Cost:
        return Cost(self.wall / other.wall, self.cpu / other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:7.2f} wall  {self.cpu:7.2f} CPU"


def main() -> None:
    """Prints the costs and their ratios."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--tokens", type=int, default=121_715)
    options.add_argument("--streams", type=int, nargs="+", default=[64, 128, 256, 512])
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--model", metavar="STEM")
    chosen = options.parse_args()
    torch.set_num_threads(1)
    cells = [cell.source for cell in source_notebook("rnn_language_model").definitions()]
    if chosen.model:
        _print_perplexities(cells, load_checkpoint(chosen.model), chosen.streams)
    else:
        _print_costs(cells, chosen)


def _print_perplexities(cells: Sequence[str], checkpoint: Checkpoint, counts: Sequence[int]) -> None:
    corpus = thresholds("rnn_language_model").corpus
    ids = token_ids(corpora.lines(corpus, "valid"), corpora.vocabulary(corpus))
    for streams in counts:
        predictor = restore(trusted_student(cells), checkpoint, VOCABULARY, "RNNModel")
        perplexity = score(predictor, ids, END_ID, streams).perplexity
        print(f"{streams:5} streams: perplexity {perplexity:.2f}", flush=True)


def _print_costs(cells: Sequence[str], chosen: argparse.Namespace) -> None:
    generator = torch.Generator().manual_seed(0)
    # Frequent words first, as in a vocabulary: what a text touches of the embedding stays in the cache.
    weights = 1 / torch.arange(1.0, VOCABULARY + 1)
    ids = torch.multinomial(weights, chosen.tokens, replacement=True, generator=generator)
    checkpoint = _checkpoint(cells)
    plain = {}
    for batch in (32, 64, 128, 256):
        plain[batch] = _least([_plain(cells, checkpoint, ids, batch) for _time in range(chosen.repeat)])
    best = _least(list(plain.values()))
    for batch, cost in plain.items():
        print(f"plain, batch {batch:4}        {cost}")
    with grading_server(limits=Limits(task_cpu_seconds=600)) as server:
        for streams in chosen.streams:
            measure = partial(_sandboxed, server, cells, checkpoint, ids, streams)
            passes = [measure() for _time in range(chosen.repeat)]
            once, replayed = (_least([costs[i] for costs in passes]) for i in (0, 1))
            print(f"{streams:4} streams             {once}   ratio {once / best}")
            print(f"     and the replay      {replayed}   ratio {(once + replayed) / best}")


def _least(costs: Sequence[Cost]) -> Cost:
    """The least of several: whatever else the machine does only adds."""
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))


def _checkpoint(cells: Sequence[str]) -> Checkpoint:
    namespace = _namespace(cells)
    torch.manual_seed(0)
    model: nn.Module = namespace["RNNModel"](**ARGUMENTS)
    tensors = {name: parameter.detach() for name, parameter in model.named_parameters()}
    return Checkpoint(tensors, ARGUMENTS, 0, "")


def _namespace(cells: Sequence[str]) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__benchmark__"}
    for cell in cells:
        exec(cell, namespace)
    return namespace


def _plain(cells: Sequence[str], checkpoint: Checkpoint, ids: torch.Tensor, batch: int) -> Cost:
    """A pass over the text as anybody would write it."""
    model = _namespace(cells)["RNNModel"](**ARGUMENTS).eval()
    model.load_state_dict(checkpoint.tensors, strict=False)
    source = ids[: len(ids) // batch * batch].view(batch, -1).t().contiguous()
    total = 0.0
    with measured() as cost, torch.no_grad():
        state = model.init_state(batch)
        for start in range(0, len(source) - 1, BPTT):
            targets = source[start + 1 : start + 1 + BPTT]
            logits, state = model(source[start : start + len(targets)], state)
            total += nn.functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), reduction="sum"
            ).item()
    return cost


def _sandboxed(
    server: Server, cells: Sequence[str], checkpoint: Checkpoint, ids: torch.Tensor, streams: int
) -> tuple[Cost, Cost]:
    """A pass over the text through the sandbox, and what reading some rows again in a fresh worker adds."""
    texts = pieces(ids, streams)
    rows = random.Random(0).sample(range(len(texts)), REPLAYED)
    with server.open() as session:
        session.execute([*cells, WORKERS_CLOCK])
        with session.task(scores=True) as conversation:
            student = Student(conversation.ask)
            with measured(student) as once:
                predictor = restore(student, checkpoint, VOCABULARY, "RNNModel")
                answers = log_probabilities(predictor, texts, END_ID)
        session.restart()
        with session.task(scores=True) as conversation:
            student = Student(conversation.ask)
            with measured(student) as replayed:
                predictor = restore(student, checkpoint, VOCABULARY, "RNNModel")
                difference = replay_difference(predictor, texts, answers, rows, END_ID)
    assert difference < 1e-5
    return once, replayed


@contextmanager
def measured(student: Student | None = None) -> Iterator[Cost]:
    """The cost of what is done inside, here and in the worker, once it is over."""
    cost, wall, cpu = Cost(), time.perf_counter(), _cpu_seconds(student)
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, _cpu_seconds(student) - cpu


def _cpu_seconds(student: Student | None) -> float:
    return time.process_time() + (student.workers_clock() if student else 0.0)


if __name__ == "__main__":
    main()
