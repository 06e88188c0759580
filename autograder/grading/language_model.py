"""Measures a trained model on the hidden text: in workers that run nothing else, and that nobody hears from again.

A worker that has read hidden text may say anything about it, so no word, number, name or size of its own reaches a
message: what went wrong there is one of a few sentences of ours. What it scored is the grader's own sum.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from autograder.checks.draw import derive_seed
from autograder.checks.prequential import (
    SAME_ANSWER_NATS,
    Predictor,
    Score,
    company_difference,
    log_probabilities,
    measured_sentence,
    pieces,
    replay_difference,
    restore,
    token_ids,
)
from autograder.checks.student import CheckFailed, Student
from autograder.course import corpora
from autograder.course.checkpoints import Checkpoint, UnreadableCheckpoint, read_checkpoint
from autograder.course.language import _
from autograder.course.results import TestOutcome, TestResult
from autograder.course.thresholds import Thresholds, thresholds
from autograder.grading.collect import ARGUMENTS, FILE_LIMITS, WEIGHTS
from autograder.hidden.corpora import hidden_lines
from autograder.hidden.suite import no_checkpoint
from autograder.sandbox import Server, Session, WorkerError, WorkerTimeout

Answer = TypeVar("Answer")

REPLAYED = 16  # rows that are read again, alone
# An honest model is a little worse on the hidden text than on the valid one, as the baselines are; one that is better
# by a quarter than they let expect has read it.
SUSPICIOUS_GAP = 0.75
# Half the target's perplexity is out of reach for what a student can train on this corpus.
IMPLAUSIBLE = 0.5


@dataclass(frozen=True)
class Program:
    """The cells of a submission, and the positions of those that are not executed."""

    cells: Sequence[str]
    skipped: Collection[int]


@dataclass(frozen=True)
class HiddenText:
    """The hidden text of an assignment, the vocabulary its words are counted in, and what a perplexity is worth."""

    marks: Thresholds
    words: Sequence[str]
    lines: Sequence[str]

    @classmethod
    def of(cls, assignment: str) -> HiddenText:
        """It, as prepared; raises `MissingCorpus` or `MissingThresholds` if this copy cannot grade the assignment."""
        marks = thresholds(assignment)
        words = corpora.vocabulary(marks.corpus)
        # The public tests need the valid text, and must not be the ones to miss it.
        texts = [corpora.lines(marks.corpus, "valid"), hidden_lines(marks.corpus)]
        is_whole = all(any(lines) for lines in texts) and {corpora.UNKNOWN, corpora.END_OF_LINE} <= set(words)
        if not is_whole or len(words) != marks.vocabulary_size:
            raise corpora.MissingCorpus(
                _(
                    "The corpus {corpus} is not the one that its thresholds were measured on: in the instructor's "
                    "copy run “autograder data prepare {corpus}” and “autograder data thresholds”."
                ).format(corpus=marks.corpus)
            )
        return cls(marks, words, texts[1])


@dataclass(frozen=True)
class Measurement:
    """All tests of a measured task, and what an instructor should look at."""

    tests: tuple[TestResult, ...]
    integrity: tuple[str, ...] = ()


def checkpoint_in(files: Mapping[str, bytes]) -> Checkpoint:
    """The checkpoint among the files of a submission; `UnreadableCheckpoint` says what is wrong with it."""
    if not any(name in files for name in (WEIGHTS, ARGUMENTS)):
        return no_checkpoint()
    for name in (WEIGHTS, ARGUMENTS):
        if name not in files:
            raise UnreadableCheckpoint(
                _("{file} was not handed in: a model is {weights} and {arguments} together.").format(
                    file=f"`{name}`", weights=f"`{WEIGHTS}`", arguments=f"`{ARGUMENTS}`"
                )
            )
    return read_checkpoint(files[WEIGHTS], files[ARGUMENTS])


def not_handed_in(notes: Sequence[str] = ()) -> TestResult:
    """What is said of a measured task for which no checkpoint was handed in; `notes` are on files that were refused."""
    try:
        checkpoint_in({})
    except UnreadableCheckpoint as error:
        message = str(error)
    title = _("A trained model lies beside the notebook.")
    message = " ".join([message, *notes])
    return TestResult("test_the_checkpoint_is_there", title, False, "failed", message, essential=True)


def train(program: Program, training: Collection[int], server: Server) -> dict[str, bytes]:
    """The checkpoint files that a submission's own training leaves, by name; the server's limits are its budget.

    `training` are positions of cells that are skipped otherwise. What comes back is treated as if handed in.
    """
    try:
        with server.open() as session:
            session.execute(program.cells, skip=set(program.skipped) - set(training))
            found: dict[str, bytes] = {}
            for name in (WEIGHTS, ARGUMENTS):  # one at a time: both may be as large as a message can be
                with session.task() as conversation:
                    reply = Student(conversation.ask).request(op="collect", limits={name: FILE_LIMITS[name]})
                content = reply["files"].get(name) if isinstance(reply.get("files"), dict) else None
                if isinstance(content, torch.Tensor) and content.dtype == torch.uint8:
                    found[name] = content.numpy().tobytes()
            return found
    except (WorkerError, CheckFailed):
        return {}


def measure(
    task: str,
    public: Sequence[TestResult],
    checkpoint_of: Callable[[], Checkpoint],
    text: HiddenText,
    program: Program,
    server: Server,
    seed: int,
) -> Measurement:
    """Completes the results of a measured task's public tests by those of the hidden text."""
    # What the valid text would be worth counts in a notebook; here the hidden text says it.
    tests = [t if t.credit is None else replace(t, credit=None, outcome="passed", hints=()) for t in public]
    if not tests or any(test.outcome != "passed" for test in tests):
        return Measurement(tuple(tests))
    valid = next((t.metrics["valid_perplexity"] for t in tests if "valid_perplexity" in t.metrics), None)
    scorer = _Scorer(text, checkpoint_of(), program, server, derive_seed(seed, task, "hidden"))
    hidden = scorer.run()
    found = next((test.metrics.get("perplexity") for test in hidden if test.credit), None)
    integrity = integrity_notes(found, valid, text.marks) if found else []
    return Measurement((*tests, *hidden), tuple(integrity))


def integrity_notes(hidden: float, valid: float | None, marks: Thresholds) -> list[str]:
    """What is too good to be true of a perplexity on the hidden text."""
    notes = []
    expected = (valid or 0) * marks.target["hidden"] / marks.target["valid"]
    if hidden < SUSPICIOUS_GAP * expected:
        notes.append(
            _(
                "The model is far better on the hidden text (perplexity {hidden:.1f}) than on the valid text "
                "({valid:.1f}) lets expect ({expected:.1f}): it may have been trained on the hidden text."
            ).format(hidden=hidden, valid=valid, expected=expected)
        )
    if hidden < IMPLAUSIBLE * marks.target["hidden"]:
        notes.append(
            _(
                "A perplexity of {hidden:.1f} on the hidden text is implausibly low (full marks are given for "
                "{target:.1f}): look at where this model comes from."
            ).format(hidden=hidden, target=marks.target["hidden"])
        )
    return notes


class _Scorer:
    """Scores one checkpoint on the hidden text, and reads some of it again in other company."""

    def __init__(
        self, text: HiddenText, checkpoint: Checkpoint, program: Program, server: Server, seed: int
    ) -> None:
        self.text = text
        self.checkpoint = checkpoint
        self.program = program
        self.server = server
        self.seed = seed
        self.end_id = text.words.index(corpora.END_OF_LINE)

    def run(self) -> list[TestResult]:
        """The hidden tests of a measured task."""
        texts = pieces(token_ids(self.text.lines, self.text.words))
        try:
            with self.server.open() as session:
                session.execute(self.program.cells, skip=self.program.skipped)
                answers = self._ask(session, lambda model: log_probabilities(model, texts, self.end_id))
                found = Score(torch.cat(answers))
                perplexity = self._perplexity(found)
                if not perplexity.credit:
                    return [perplexity]  # there is nothing that could have been gained
                session.restart()
                rows = self._read_again(answers)
                difference = self._ask(
                    session, lambda model: replay_difference(model, texts, answers, rows, self.end_id)
                )
                if not difference <= SAME_ANSWER_NATS:
                    session.restart()
                    self.seed = derive_seed(self.seed, "again")  # dropout that is left on draws other units
                    difference = self._ask(
                        session, lambda model: company_difference(model, texts, answers, rows, self.end_id)
                    )
        except (CheckFailed, WorkerError) as error:
            return [_could_not_be_scored(error, self.server)]
        independence = _independence(difference)
        # What was not predicted from the past is no perplexity, and has no place in a table of them.
        return [perplexity, independence] if independence.outcome == "passed" else [independence]

    def _read_again(self, answers: Sequence[torch.Tensor]) -> list[int]:
        """The rows that are read again: drawn from the answers, which nobody can know who lacks the last words.

        The worker is told our seed, and from one seed the run's own can be found by trying: a model that knew the
        rows would behave on these alone.
        """
        digest = hashlib.sha256(torch.cat(list(answers)).numpy().tobytes()).hexdigest()
        chance = random.Random(derive_seed(self.seed, digest))
        return chance.sample(range(len(answers)), min(REPLAYED, len(answers)))

    def _ask(self, session: Session, question: Callable[[Predictor], Answer]) -> Answer:
        with session.task(cpu_seconds=self.server.limits.scoring_cpu_seconds) as conversation:
            student = Student(conversation.ask)
            student.begin(self.seed)
            return question(restore(student, self.checkpoint, len(self.text.words)))

    def _perplexity(self, found: Score) -> TestResult:
        credit = self.text.marks.credit(found.perplexity)
        metrics: dict[str, float] = {
            "tokens_scored": found.tokens,
            "parameters": self.checkpoint.parameters,
            "checkpoint_bytes": self.checkpoint.weights_bytes,
        }
        if found.is_finite:
            metrics["perplexity"] = round(found.perplexity, 2)
            metrics["bits_per_byte"] = round(bits_per_byte(found.nats, self.text.lines, self.text.words), 4)
        return TestResult(
            "test_perplexity_on_the_hidden_text",
            _("On a hidden text, read a word at a time, its perplexity is good."),
            hidden=True,
            outcome="passed" if credit == 1 else "failed",
            message=measured_sentence(found, self.text.marks, "hidden"),
            credit=round(credit, 6),
            metrics=metrics,
        )


def bits_per_byte(nats: float, lines: Sequence[str], words: Sequence[str]) -> float:
    """Bits for each UTF-8 byte of the folded text, where unknown words are spelt out at eight bits a byte.

    So what the model says only as `<unk>` is paid for, and a coarser vocabulary is no advantage.
    """
    known = set(words)
    spelt_out = sum(len(word.encode()) + 1 for line in lines for word in line.split() if word not in known)
    length = sum(len(line.encode()) + 1 for line in lines)
    return (nats / math.log(2) + 8 * spelt_out) / length


def _independence(difference: float) -> TestResult:
    same = difference <= SAME_ANSWER_NATS
    return TestResult(
        "test_rows_are_read_for_themselves",
        _("A text gets the same scores beside other texts, alone, and when it is read again."),
        hidden=True,
        outcome="passed" if same else "failed",
        message=""
        if same
        else _(
            "Some texts were read again, in a smaller batch, and their words got other probabilities. "
            "Is dropout switched off by `eval()`, and does a row of the batch depend on its own past alone?"
        ),
        essential=True,
    )


def _could_not_be_scored(error: Exception, server: Server) -> TestResult:
    """The few sentences about a worker that has read hidden text; nothing in them comes from there."""
    outcome: TestOutcome = "failed"
    if isinstance(error, WorkerTimeout):
        outcome = "timeout"
        reason = _(
            "it used more than {seconds:g} seconds of computing time, or kept the grader waiting"
        ).format(seconds=server.limits.scoring_cpu_seconds)
    elif isinstance(error, WorkerError):
        outcome = "crashed"
        reason = _("the program ended, or answered nothing that can be read")
    else:
        reason = _("it raised an exception, or returned something other than finite scores of all words")
    return TestResult(
        "test_perplexity_on_the_hidden_text",
        _("On a hidden text, read a word at a time, its perplexity is good."),
        hidden=True,
        outcome=outcome,
        message=_(
            "Your model could not be scored on the hidden text: {reason}. The same model ran on the public valid text."
        ).format(reason=reason),
        essential=True,
    )
