"""Measures a trained model on the hidden text, in workers that run nothing else and end with the measurement.

A worker that has read hidden text could pass it on, so nothing that it says reaches a message: every error becomes
one of a few fixed sentences. The grader adds up the score itself.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from autograder.grading.hidden_text import hidden_content, shown_to_one
from autograder.grading.strange_words import ROWS as STRANGE_ROWS
from autograder.grading.strange_words import USUAL, by_heart_notes, share_lost
from autograder.grading.suite import no_checkpoint
from autograder.sandbox import Server, Session, WorkerError, WorkerTimeout
from autograder.sandbox.budget import Budget
from autograder.student import corpora
from autograder.student.checking.draw import derive_seed
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.core.results import TestOutcome, TestResult
from autograder.student.core.spec import MeasuredModel
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint, read_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import FILE_LIMITS
from autograder.student.models.thresholds import Thresholds, thresholds
from autograder.student.scoring.byte_scoring import MisspeltText
from autograder.student.scoring.measured_text import MeasuredText, Rows, text_of
from autograder.student.scoring.prequential import (
    SAME_ANSWER_NATS,
    Predictor,
    Score,
    company_difference,
    log_probabilities,
    replay_difference,
    restore,
)

Answer = TypeVar("Answer")

REPLAYED = 16  # rows that are read again, alone
PUBLIC_LINES = 150


@dataclass(frozen=True)
class Program:
    """The cells of a submission, and the positions of those that are not executed."""

    cells: Sequence[str]
    skipped: Collection[int]


@dataclass(frozen=True)
class HiddenText:
    """The hidden text of an assignment, the model that reads it, and what its number is worth."""

    model: MeasuredModel
    marks: Thresholds
    text: MeasuredText

    def public_part(self, seed: int) -> MeasuredText:
        """Some lines of the text for training, which every model has seen."""
        metric, corpus = self.model.metric, self.marks.corpus
        lines = corpora.split_lines(corpora.content(corpus, "train", metric.ending))
        start = random.Random(seed).randrange(max(1, len(lines) - PUBLIC_LINES))
        part = "".join(f"{line}\n" for line in lines[start : start + PUBLIC_LINES])
        return text_of(metric, corpus, part)

    def number(self, found: Score) -> float:
        """A score in the assignment's metric."""
        return self.model.metric.of(found.nats, self.text.count(found))

    def metrics(self, found: Score) -> dict[str, float]:
        """What is reported of a finite score, the assignment's metric among it, by name."""
        metric = self.model.metric
        return {metric.name: round(self.number(found), metric.kept_digits), **self.text.metrics(found)}

    def sentence(self, found: Score) -> str:
        """The score in words."""
        return self.marks.sentence(self.number(found), self.text.count(found), "hidden")


def hidden_text(assignment: str) -> HiddenText:
    """It, as prepared; raises `MissingCorpus` or `MissingThresholds` if this copy cannot grade the assignment."""
    model, marks = MEASURED_MODELS[assignment], thresholds(assignment)
    # The public tests need the valid text, and must not be the ones to miss it.
    valid, hidden = (
        text_of(model.metric, marks.corpus, content)
        for content in (
            corpora.content(marks.corpus, "valid", model.metric.ending),
            hidden_content(marks.corpus, model.metric.ending),
        )
    )
    if not (valid.fits(marks) and hidden.fits(marks)):
        raise _another_corpus(marks.corpus)
    return HiddenText(model, marks, hidden)


def _another_corpus(corpus: str) -> corpora.MissingCorpus:
    return corpora.MissingCorpus(
        _(
            "The corpus {corpus} is not the one that its thresholds were measured on: in the instructor's "
            "copy run “autograder data prepare {corpus}” and “autograder data thresholds”."
        ).format(corpus=corpus)
    )


@dataclass(frozen=True)
class Measurement:
    """The tests of a measured task with the hidden text, and what an instructor should look at."""

    tests: tuple[TestResult, ...] = ()
    integrity: tuple[str, ...] = ()


def checkpoint_in(model: MeasuredModel, files: Mapping[str, bytes]) -> Checkpoint:
    """The checkpoint among the files of a submission; `UnreadableCheckpoint` says what is wrong with it."""
    for name in model.files:
        if name not in files:
            raise UnreadableCheckpoint(
                _("{file} was not handed in: a model is {weights} and {arguments} together.").format(
                    file=f"`{name}`", weights=f"`{model.weights}`", arguments=f"`{model.arguments}`"
                )
            )
    return read_checkpoint(files[model.weights], files[model.arguments])


def not_handed_in(assignment: str, notes: Sequence[str] = ()) -> TestResult:
    """What is said of a measured task for which no checkpoint was handed in; `notes` are on files that were refused."""
    try:
        no_checkpoint(assignment)
    except UnreadableCheckpoint as error:
        message = str(error)
    title = _("A trained model lies beside the notebook.")
    message = " ".join([message, *notes])
    return TestResult("test_the_checkpoint_is_there", title, "failed", message, essential=True)


def train(
    model: MeasuredModel, program: Program, training: Collection[int], server: Server
) -> dict[str, bytes]:
    """The checkpoint files that a submission's own training leaves, by name; the server's limits are its budget.

    `training` are positions of cells that are skipped otherwise. What comes back is treated as if handed in.
    """
    try:
        with server.open() as session:
            session.execute(program.cells, skip=set(program.skipped) - set(training))
            found: dict[str, bytes] = {}
            for name in model.files:  # one at a time: both may be as large as a message can be
                with session.task(scores=True) as conversation:  # a file of weights is large
                    reply = Student(conversation.ask).request(op="collect", limits={name: FILE_LIMITS[name]})
                content = reply["files"].get(name) if isinstance(reply.get("files"), dict) else None
                if isinstance(content, torch.Tensor) and content.dtype == torch.uint8:
                    found[name] = content.numpy().tobytes()
            return found
    except (WorkerError, CheckFailed):
        return {}


def without_credit(public: Sequence[TestResult]) -> list[TestResult]:
    """The public tests of a measured task: what the valid text is worth counts at the desk, and not when grading."""
    return [t if t.credit is None else replace(t, credit=None, outcome="passed", hints=()) for t in public]


def measure(
    task: str,
    public: Sequence[TestResult],
    checkpoint_of: Callable[[], Checkpoint],
    text: HiddenText,
    program: Program,
    server: Server,
    seed: int,
    budget: Budget,
) -> Measurement:
    """What the hidden text says of a model that has passed the public tests of its task."""
    metric = text.model.metric.name
    valid = next((t.metrics[f"valid_{metric}"] for t in public if f"valid_{metric}" in t.metrics), None)
    scorer = _Scorer(text, checkpoint_of(), program, server, derive_seed(seed, task, "hidden"), budget)
    with shown_to_one(text.marks.corpus, text.model.metric.ending):
        hidden = scorer.run()
    found = next((test.metrics.get(metric) for test in hidden if test.credit), None)
    integrity = integrity_notes(found, valid, text.marks) if found else []
    integrity += by_heart_notes(scorer.lost, scorer.lost_in_public, metric)
    return Measurement(tuple(hidden), tuple(integrity))


def integrity_notes(hidden: float, valid: float | None, marks: Thresholds) -> list[str]:
    """What is too good to be true of a number on the hidden text."""
    notes, metric = [], marks.metric
    expected = (valid or 0) * marks.target["hidden"] / marks.target["valid"]
    if hidden < metric.suspicious * expected:
        notes.append(
            _(
                "The model is far better on the hidden text ({metric} {hidden}) than expected "
                "({expected}); on the validation text it has {valid}. It may have been trained on the "
                "hidden text."
            ).format(
                metric=metric.title,
                hidden=metric.shown(hidden),
                valid=metric.shown(valid or 0.0),
                expected=metric.shown(expected),
            )
        )
    if hidden < metric.implausible * marks.target["hidden"]:
        notes.append(
            _(
                "The score on the hidden text ({metric} {hidden}) is implausibly low; full marks are "
                "given for {target}. Check where this model comes from."
            ).format(
                metric=metric.title, hidden=metric.shown(hidden), target=metric.shown(marks.target["hidden"])
            )
        )
    return notes


class _Scorer:
    """Scores one checkpoint on the hidden text, and reads some of it again in other company."""

    def __init__(
        self,
        text: HiddenText,
        checkpoint: Checkpoint,
        program: Program,
        server: Server,
        seed: int,
        budget: Budget,
    ) -> None:
        self.text = text
        self.checkpoint = checkpoint
        self.program = program
        self.server = server
        self.seed = seed
        self.budget = budget
        # The shares of words that strange ones before them made unlikely, here and in the text for training.
        self.lost = self.lost_in_public = 0.0

    def run(self) -> list[TestResult]:
        """The hidden tests of a measured task."""
        try:
            rows = self.text.text.rows(self.checkpoint, self._ask_tokenizer)
            texts, first_id, size = rows.texts, rows.first_id, rows.vocabulary_size
            with self.server.open(budget=self.budget, is_scoring=True) as session:
                session.execute(self.program.cells, skip=self.program.skipped)
                answers = self._ask_model(
                    session, size, lambda model: log_probabilities(model, texts, first_id)
                )
                found = Score(torch.cat(answers))
                result = self._result(found)
                if not result.credit:
                    return [result]  # there is nothing that could have been gained
                session.restart()
                chosen = self._read_again(answers, REPLAYED)
                difference = self._ask_model(
                    session, size, lambda model: replay_difference(model, texts, answers, chosen, first_id)
                )
                if not difference <= SAME_ANSWER_NATS:
                    session.restart()
                    self.seed = derive_seed(self.seed, "again")  # dropout that is left on draws other units
                    difference = self._ask_model(
                        session,
                        size,
                        lambda model: company_difference(model, texts, answers, chosen, first_id),
                    )
                strange = self._read_again(answers, STRANGE_ROWS)
                self.lost = self._share_lost(session, rows, strange, answers)
                if self.lost > USUAL[self.text.model.metric.name]:
                    session.restart()
                    public = self.text.public_part(self.seed).rows(self.checkpoint, self._ask_tokenizer)
                    self.lost_in_public = self._share_lost(session, public, range(len(public.texts)))
        except (CheckFailed, WorkerError) as error:
            return [self._could_not_be_scored(error)]
        independence = _independence(difference)
        # What was not predicted from the past is not a prediction, and its number does not belong in a table of them.
        return [result, independence] if independence.outcome == "passed" else [independence]

    def _share_lost(
        self,
        session: Session,
        rows: Rows,
        chosen: Sequence[int],
        answers: Sequence[torch.Tensor] | None = None,
    ) -> float:
        """The share of words that strange ones take from the model; `answers` are those to the rows as they are."""
        seed = derive_seed(self.seed, "strange words")

        def question(model: Predictor) -> float:
            known = answers or log_probabilities(model, rows.texts, rows.first_id)
            return share_lost(model, rows.texts, known, chosen, rows.first_id, seed)

        return self._ask_model(session, rows.vocabulary_size, question)

    def _read_again(self, answers: Sequence[torch.Tensor], rows: int) -> list[int]:
        """The rows that are read again: drawn from the answers, which nobody can know who lacks the last words.

        The worker is told our seed, and from one seed the run's own can be found by trying: a model that knew the
        rows would behave on these alone.
        """
        digest = hashlib.sha256(torch.cat(list(answers)).numpy().tobytes()).hexdigest()
        chance = random.Random(derive_seed(self.seed, digest))
        return chance.sample(range(len(answers)), min(rows, len(answers)))

    def _ask_model(self, session: Session, size: int, question: Callable[[Predictor], Answer]) -> Answer:
        class_name = self.text.model.class_name
        return self._ask(
            session, lambda student: question(restore(student, self.checkpoint, size, class_name))
        )

    def _ask_tokenizer(self, question: Callable[[Student], list[torch.Tensor]]) -> list[torch.Tensor]:
        """Asks in a session of its own: what has seen the whole text must not reach the model that predicts it."""
        with self.server.open(budget=self.budget, is_scoring=True) as session:
            session.execute(self.program.cells, skip=self.program.skipped)
            return self._ask(session, question)

    def _ask(self, session: Session, question: Callable[[Student], Answer]) -> Answer:
        seconds = self.server.limits.scoring_cpu_seconds
        with session.task(cpu_seconds=seconds, scores=True) as conversation:
            student = Student(conversation.ask)
            student.begin(self.seed)
            return question(student)

    def _result(self, found: Score) -> TestResult:
        metric = self.text.model.metric
        metrics: dict[str, float] = {
            "tokens_scored": found.tokens,
            "parameters": self.checkpoint.parameters,
            "checkpoint_bytes": self.checkpoint.weights_bytes,
        }
        credit = 0.0
        if found.is_finite:
            measured = self.text.metrics(found)
            credit = self.text.marks.credit(measured[metric.name])
            metrics |= measured
        return TestResult(
            f"test_{metric.name}_on_the_hidden_text",
            metric.promise,
            outcome="passed" if credit == 1 else "failed",
            message=self.text.sentence(found),
            credit=round(credit, 6),
            metrics=metrics,
        )

    def _could_not_be_scored(self, error: Exception) -> TestResult:
        """The few sentences about a worker that has read hidden text; nothing in them comes from there."""
        outcome: TestOutcome = "failed"
        if isinstance(error, WorkerTimeout):
            outcome = "timeout"
            reason = _(
                "it used more than {seconds:g} seconds of computing time for reading a text once, more than half of "
                "what was left of {total:g} seconds for reading all of them, or kept the grader waiting"
            ).format(
                seconds=self.budget.limits.scoring_cpu_seconds,
                total=self.budget.limits.scoring_cpu_seconds_total,
            )
        elif isinstance(error, WorkerError):
            outcome = "crashed"
            reason = _("the program ended, or gave no readable answer")
        elif isinstance(error, MisspeltText):
            reason = _("the ids of its tokenizer do not spell the text, byte for byte")
        else:
            reason = _("it raised an exception, or returned something other than finite scores of all tokens")
        return TestResult(
            f"test_{self.text.model.metric.name}_on_the_hidden_text",
            self.text.model.metric.promise,
            outcome=outcome,
            message=_(
                "Your model could not be scored on the hidden text: {reason}. The same model ran on the public valid "
                "text."
            ).format(reason=reason),
            essential=True,
        )


def _independence(difference: float) -> TestResult:
    same = difference <= SAME_ANSWER_NATS
    return TestResult(
        "test_rows_are_read_for_themselves",
        _("A text gets the same scores beside other texts, alone, and when it is read again."),
        outcome="passed" if same else "failed",
        message=""
        if same
        else _(
            "Some texts were read again, in a smaller batch, and their words got different "
            "probabilities. Does `eval()` switch dropout off, and does a row of the batch depend only "
            "on its own past?"
        ),
        essential=True,
    )
