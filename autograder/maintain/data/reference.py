"""Measures the solution, trained with several seeds, and flawed ones, as submissions are measured: on the hidden text.

A training takes minutes, so its model is kept in `data/prepared/.reference`, under a key of everything it depends on:
the same command again continues where it stopped.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from autograder.grading.hidden_text import hidden_content
from autograder.grading.suite import trusted_student
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.dependencies import dependencies
from autograder.maintain.data.manifest import sha256, write_bytes
from autograder.maintain.data.thresholds import checksums, update, versions
from autograder.maintain.reference_training import MISTAKES, definitions, train_files, training_cells
from autograder.student import corpora
from autograder.student.core.language import _
from autograder.student.core.spec import MeasuredModel
from autograder.student.models import training
from autograder.student.models.checkpoints import UnreadableCheckpoint, load_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.thresholds import thresholds
from autograder.student.scoring.measured_text import MeasuredText, score, text_of

REFERENCE = None  # no mistake
FLAWED_SEED = 0  # a flawed model is trained once
KEPT = Path("prepared", ".reference")  # in data/
_DIGITS = 4

Run = tuple[int, str | None]  # a seed, and a mistake
Report = Callable[[str], None]


def measure(assignment: str, seeds: int, jobs: int = 1, report: Report = lambda step: None) -> dict[str, Any]:
    """Trains what was not trained before, scores everything, and adds it to the file of thresholds; the entry."""
    if not training_cells(assignment):
        raise DataError(_("The notebook of {name} has no training to run.").format(name=assignment))
    runs = [
        *((seed, REFERENCE) for seed in range(seeds)),
        *((FLAWED_SEED, mistake) for mistake in MISTAKES[assignment]),
    ]
    _train_missing(assignment, runs, jobs, report)
    torch.set_num_threads(1)  # the same numbers on every machine
    scores = {run: _score(assignment, run, report) for run in runs}
    return update(
        assignment,
        {
            "reference": summary({seed: scores[seed, REFERENCE] for seed in range(seeds)})
            | {"versions": versions()},
            "flawed": {mistake: scores[FLAWED_SEED, mistake] for mistake in MISTAKES[assignment]},
        },
        corpora.DATA,
    )


def summary(scores: Mapping[int, Mapping[str, float]]) -> dict[str, Any]:
    """Mean and standard deviation over the seeds, and each seed's own numbers.

    >>> summary({0: {"valid": 70.0, "hidden": 71.0}, 1: {"valid": 72.0, "hidden": 73.0}})["hidden"]
    {'mean': 72.0, 'sd': 1.4142}
    """
    found: dict[str, Any] = {}
    for split in ("valid", "hidden"):
        numbers = [measured[split] for measured in scores.values()]
        spread = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
        found[split] = {"mean": round(statistics.fmean(numbers), _DIGITS), "sd": round(spread, _DIGITS)}
    return {**found, "seeds": {str(seed): measured for seed, measured in scores.items()}}


def _train_missing(assignment: str, runs: Sequence[Run], jobs: int, report: Report) -> None:
    folder = corpora.DATA / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    missing = [run for run in runs if not _file(assignment, run, "json").exists()]
    if not missing:
        return
    report(
        _("{count} models to train, minutes each; their learning curves: {folder}").format(
            count=len(missing), folder=folder
        )
    )
    # Leaving the pool ends its processes, so an interrupted command leaves no training behind.
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, initializer=_ignore_interrupts, maxtasksperchild=1) as pool:
        trained = pool.imap_unordered(_train, [(assignment, run) for run in missing])
        for number, name in enumerate(trained, start=1):
            report(
                _("trained: {name} ({number} of {count})").format(
                    name=name, number=number, count=len(missing)
                )
            )


def _ignore_interrupts() -> None:
    """An interrupt is the parent's: a training would keep its best model so far and look as if it had ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["MPLBACKEND"] = "Agg"  # nobody looks at the curves


def _train(job: tuple[str, Run]) -> str:
    assignment, run = job
    seed, mistake = run
    log = _file(
        assignment, run, "log"
    )  # now: an edit of the notebook must not give the old code's model a new name
    try:
        files = train_files(assignment, seed, mistake, str(log))
    except Exception as error:
        raise DataError(
            _("The training of {name} stopped with {error}; what it printed is in {log}.").format(
                name=log.stem, error=type(error).__name__, log=log
            )
        ) from error
    for name in MEASURED_MODELS[assignment].files:  # the last one says that both are there
        write_bytes(log.with_suffix(Path(name).suffix), files[name])
    return log.stem


def _score(assignment: str, run: Run, report: Report) -> dict[str, float]:
    """The numbers on valid and hidden text, and what the latter earns."""
    report(_("Scoring {name}").format(name=_stem(assignment, run)))
    model = MEASURED_MODELS[assignment]
    try:
        checkpoint = load_checkpoint(_file(assignment, run, "json").with_suffix(""))
    except UnreadableCheckpoint as error:
        raise DataError(
            _(
                "The notebook was edited while the models were trained. Run the same command again to train "
                "what is new."
            )
        ) from error
    student = trusted_student(definitions(assignment, run[1]))
    numbers = {}
    for split, text in _texts(model).items():
        found = score(student, checkpoint, text, model.class_name)
        numbers[split] = round(model.metric.of(found.nats, text.count(found)), _DIGITS)
    return {**numbers, "credit": round(thresholds(assignment).credit(numbers["hidden"]), _DIGITS)}


def _texts(model: MeasuredModel) -> dict[str, MeasuredText]:
    """What the model is scored on, by split."""
    corpus, ending = model.corpus, model.metric.ending
    contents = {"valid": corpora.content(corpus, "valid", ending), "hidden": hidden_content(corpus, ending)}
    return {split: text_of(model.metric, corpus, content) for split, content in contents.items()}


def _file(assignment: str, run: Run, name: str) -> Path:
    """Where the file of a run is kept; a suffix is enough of a name."""
    return corpora.DATA / KEPT / f"{_stem(assignment, run)}.{name.rpartition('.')[2]}"


def _stem(assignment: str, run: Run) -> str:
    seed, mistake = run
    return f"{assignment}-{mistake or 'reference'}-{seed}-{_key(assignment, mistake)}"


def _key(assignment: str, mistake: str | None) -> str:
    """Stands for all that a training depends on: the code, ours for trainings, the text, the versions."""
    code = dependencies(definitions(assignment, mistake), training_cells(assignment))
    ours = dependencies([], [Path(training.__file__).read_text(encoding="utf-8")])
    recorded = checksums(assignment, MEASURED_MODELS[assignment].corpus, corpora.DATA)
    text = {path: checksum for path, checksum in recorded.items() if "hidden" not in path}
    return sha256(json.dumps([code, ours, text, versions()]).encode("utf-8"))[:16]
