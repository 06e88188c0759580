"""Proves an assignment's suite: mistakes fail at the desk and are named, right answers pass, desk and grade agree.

`python -m autograder.maintain.proof rnn_basics --task lstm_step --seeds 3` prints a row for each task, and below the
table every exception. `--seeds` is the number of secret seeds on which the verdicts are compared with the desk's.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.grading.cases import Cases, Outcome
from autograder.grading.mistakes import mutate
from autograder.grading.suite import Suite, trusted_student
from autograder.maintain import recording
from autograder.student.checking import naming
from autograder.student.checking.hints import tells_a_mistake
from autograder.student.checking.recording import Replay, read_recording
from autograder.student.checking.sketch import Sketch
from autograder.student.checking.student import Student
from autograder.student.checking.suite import PUBLIC_SEED
from autograder.student.core.course import ASSIGNMENTS, assignment_names
from autograder.student.core.terminal import output

SECRET_SEEDS = (20260101, 7, 42, 1001, 31337, *range(500, 515))


@dataclass
class Row:
    """What was found of one task."""

    task: str
    tests: int
    mistakes: int = 0
    killed: int = 0
    named: int = 0
    alternatives: int = 0
    accepted: int = 0
    wrong: int = 0  # answers that were written without a look at the mistakes
    caught: int = 0
    recognised: int = 0
    remarks: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)  # on the wrong answers, to be read


@dataclass(frozen=True)
class Answer:
    """Somebody's answer to a task, as sources: a mutant, an alternative, a wrong answer."""

    name: str
    task: str
    sources: tuple[str, ...]


class Proof:
    """The suite of one assignment under proof."""

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        self.suite = Suite(assignment)
        self.cases = Cases.of(self.suite)

    @property
    def private(self) -> Path:
        """What is never shipped of the assignment."""
        return ASSIGNMENTS / self.assignment / "private"

    @cached_property
    def _definitions(self) -> dict[str, str]:
        return {
            cell.grade_id or str(i): cell.source for i, cell in enumerate(self.suite.notebook.definitions())
        }

    @property
    def solution(self) -> tuple[str, ...]:
        """The sources of the solution notebook."""
        return tuple(self._definitions.values())

    def mutants(self, task: str) -> Iterator[Answer]:
        """The known mistakes of a task."""
        for mistake in self.suite.mistakes:
            if mistake.task == task:
                yield Answer(mistake.id, task, tuple(mutate(self.suite.notebook, mistake)))

    def written(self, folder: Path, task: str) -> Iterator[Answer]:
        """The answers to a task that lie in a folder, below the name of the task."""
        for path in sorted((folder / task).glob("*.py")):
            others = [source for name, source in self._definitions.items() if name != task]
            yield Answer(path.stem, task, (*others, path.read_text(encoding="utf-8")))

    def at_the_desk(
        self,
        answer: Answer,
        answers: Mapping[str, list[Any]],
        among: Collection[str] | None = None,
        until_failure: bool = False,
    ) -> dict[str, Outcome]:
        """What the student would see: the public seed, the reference replayed."""
        student, replay = _student(answer), Replay(answers)
        return self.cases.run(
            *(answer.task, student, PUBLIC_SEED, replay),
            is_live=False,
            among=among,
            until_failure=until_failure,
        )

    def failure_when_graded(self, answer: Answer, seed: int, suspects: Collection[str]) -> str | None:
        """What fails first for the grader: inputs of a secret seed, the live reference; None if nothing does.

        The tests that failed at the desk are asked first, since one failure settles the verdict; if they all pass, the
        whole suite is asked in its own order.
        """
        for among in (suspects, None) if suspects else (None,):
            student, reference = _student(answer), self.suite.reference_at(seed)
            outcomes = self.cases.run(answer.task, student, seed, reference, among=among, until_failure=True)
            for test, outcome in outcomes.items():
                if outcome.error is not None:
                    return f"{test}: {outcome.error}"
        return None

    def row(
        self,
        task: str,
        seeds: int,
        wrong_answers: Path | None = None,
        is_short: bool = False,
        left_out: Collection[str] = (),
    ) -> Row:
        """All that is proved of one task.

        In short, a known mistake is tried on as few tests as it is recognised by, and a wrong answer by somebody else
        has to fail once, and is not recognised; whether the grader catches them as well is not seen. A right answer is
        tried at the desk, every second one by the grader instead. Answers that are left out are not tried at all.
        """
        row = Row(task, len(self.cases.by_task[task]))
        compared = 0 if is_short else seeds  # on so many the grader's verdict is compared with the desk's
        recorded = read_recording(ASSIGNMENTS / self.assignment, task)
        answers, traces = recorded["answers"], naming.read_mistakes(recorded)
        if not recording.is_current(answers, recording.record_answers(self.cases, task)):
            row.remarks.append("the recording is stale: run `make assignments`")
        for mutant in _without(left_out, self.mutants(task)):
            row.mistakes += 1
            outcomes = self._outcomes_of_mistake(mutant, answers, traces, is_short)
            row.killed += not _passes(outcomes)
            if _passes(outcomes):
                row.remarks.append(f"{mutant.name} passes at the desk")
            is_named = _is_named(mutant.name, traces, outcomes)
            row.named += is_named
            if not is_named:
                found = naming.name(traces, _failed(outcomes))
                row.remarks.append(f"{mutant.name} is not named: {found and found.id}")
            row.remarks += self._disagreements(mutant, outcomes, compared)
        for right in _without(left_out, self.written(self.private / "alternatives", task)):
            row.alternatives += 1
            if is_short and row.alternatives % 2 == 0:
                failures = [self.failure_when_graded(right, seed, ()) for seed in SECRET_SEEDS[:seeds]]
                row.accepted += not any(failures)
                row.remarks += [
                    f"{right.name} is refused when graded by {failure}" for failure in failures if failure
                ]
                continue
            outcomes = self.at_the_desk(right, answers)
            row.accepted += _passes(outcomes)
            if found := naming.name(traces, _failed(outcomes)):
                row.remarks.append(f"{right.name} is right, and is called {found.id}")
            row.remarks += [
                f"{right.name} is refused by {test}: {outcome.error}"
                for test, outcome in outcomes.items()
                if outcome.error is not None
            ]
            row.remarks += self._disagreements(right, outcomes, compared)
        for wrong in _without(left_out, self.written(wrong_answers or self.private / "wrong", task)):
            row.wrong += 1
            outcomes = self.at_the_desk(wrong, answers, until_failure=is_short)
            row.caught += not _passes(outcomes)
            found = naming.name(traces, _failed(outcomes))
            row.recognised += found is not None
            row.verdicts.append(f"{wrong.name}: {self._verdict(outcomes, found)}")
            row.remarks += self._disagreements(wrong, outcomes, compared)
        return row

    def _outcomes_of_mistake(
        self,
        mutant: Answer,
        answers: Mapping[str, list[Any]],
        traces: Mapping[str, naming.KnownMistake],
        is_short: bool,
    ) -> dict[str, Outcome]:
        """What the student would see; in short of the tests that it is recorded to fail, if it is named by these.

        Fewer would name nothing: a mistake fits if it fails in all of them.
        """
        recorded = traces[mutant.name].traces if is_short and mutant.name in traces else {}
        if recorded:
            outcomes = self.at_the_desk(mutant, answers, recorded)
            if _is_named(mutant.name, traces, outcomes):
                return outcomes
        return self.at_the_desk(mutant, answers)  # some depend on what the tests before have asked

    def _verdict(self, outcomes: Mapping[str, Outcome], found: naming.Named | None) -> str:
        if _passes(outcomes):
            return "PASSES"
        if found is not None:
            what = next((m.what for m in self.suite.mistakes if m.id == found.id), found.hint)
            return f"named {found.id or 'by its question'}: {what}"
        return "fails in " + ", ".join(f"{test} ({o.error})" for test, o in outcomes.items() if o.error)[:400]

    def _disagreements(self, answer: Answer, desk: Mapping[str, Outcome], seeds: int) -> list[str]:
        suspects = [test for test, outcome in desk.items() if outcome.error is not None]
        failures = {seed: self.failure_when_graded(answer, seed, suspects) for seed in SECRET_SEEDS[:seeds]}
        return [
            f"{answer.name}: {'wrong' if suspects else 'right'} at the desk, otherwise with seed {seed}: "
            f"{failure or 'nothing fails'}"[:400]
            for seed, failure in failures.items()
            if (failure is None) != (not suspects)
        ]


def _without(left_out: Collection[str], answers: Iterator[Answer]) -> Iterator[Answer]:
    return (answer for answer in answers if answer.name not in left_out)


def _student(answer: Answer) -> Student:
    return trusted_student(answer.sources)


def _is_named(
    mistake: str, traces: Mapping[str, naming.KnownMistake], outcomes: Mapping[str, Outcome]
) -> bool:
    """Whether what failed leads to the mistake's own question."""
    found = naming.name(traces, _failed(outcomes))
    return found is not None and mistake in traces and found.hint == traces[mistake].hint


def _passes(outcomes: Mapping[str, Outcome]) -> bool:
    return all(outcome.error is None for outcome in outcomes.values())


def _failed(outcomes: Mapping[str, Outcome]) -> dict[str, Sketch]:
    return {
        test: outcome.sketch
        for test, outcome in outcomes.items()
        if tells_a_mistake(outcome.error) and outcome.sketch is not None
    }


_COLUMNS = (
    *("tests", "mistakes", "killed", "named", "alternatives", "accepted"),
    *("wrong", "caught", "recognised"),
)


def table(title: str, rows: list[Row]) -> Table:
    """The rows and their sums."""
    shown = Table("task", *_COLUMNS, title=title)
    for row in rows:
        shown.add_row(row.task, *(str(getattr(row, name)) for name in _COLUMNS))
    shown.add_section()
    shown.add_row("", *(str(sum(getattr(row, name) for row in rows)) for name in _COLUMNS))
    return shown


def main(
    assignments: Annotated[list[str] | None, typer.Argument(help="All by default.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only these tasks.")] = None,
    seeds: Annotated[int, typer.Option(min=0, max=len(SECRET_SEEDS), help="How many secret seeds.")] = 1,
    answers: Annotated[Path | None, typer.Option(help="A folder of wrong answers, TASK/NAME.py.")] = None,
    verdicts: Annotated[bool, typer.Option("--verdicts", help="Say what each wrong answer got.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads that PyTorch computes with.")] = 1,
) -> None:
    """Print what the suites of the assignments prove, task by task.

    More threads than one, or `ATEN_CPU_CAPABILITY=default` in the environment (PyTorch's plainest code), stand in for
    a student's other machine: the last bits of many answers are others there.
    """
    recording.single_threaded()
    torch.set_num_threads(threads)
    warnings.simplefilter("ignore")  # mutants do what PyTorch warns of
    console = output()
    for assignment in assignments or assignment_names():
        proof = Proof(assignment)
        wanted = [name for name in proof.cases.by_task if not task or name in task]
        bar = track(wanted, console=Console(stderr=True), transient=True)
        rows = [proof.row(name, seeds, answers) for name in bar]
        console.print(table(assignment, rows))
        for row in rows:
            for line in [*row.remarks, *(row.verdicts if verdicts else [])]:
                console.print(f"{row.task}: {line}", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
