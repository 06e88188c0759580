"""Grades right answers with many secret seeds: the solution and every alternative, of which no test may ever fail.

    python -m autograder.maintain.false_failures [ASSIGNMENT ...] [--task NAME] [--seeds 200] [--first 0]

One seed after the other, so that whoever stops it early knows how many all programs have passed. A failure is printed
at once, with what replays it; exit code 1 if there was one.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from autograder.maintain import recording
from autograder.maintain.proof import Answer, Proof
from autograder.student.core.course import assignment_names
from autograder.student.core.terminal import output

FIRST_SEED = 1_000_000  # none that another proof uses


def right_answers(proof: Proof, task: str) -> Iterator[Answer]:
    """The solution of a task, and every alternative that its tests must accept."""
    yield Answer("solution", task, proof.solution)
    yield from proof.written(proof.private / "alternatives", task)


def failures(asked: Iterable[tuple[Proof, Answer]], seed: int) -> Iterator[str]:
    """What fails with a secret seed, and why: a sentence for each answer that does."""
    for proof, answer in asked:
        if failure := proof.failure_when_graded(answer, seed, ()):
            yield f"{proof.assignment} {answer.task} {answer.name}, seed {seed}: {failure}"


def main(
    assignments: Annotated[list[str] | None, typer.Argument(help="All by default.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only these tasks.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many secret seeds.")] = 200,
    first: Annotated[int, typer.Option(min=0, help="Seeds to leave out: they were tried before.")] = 0,
) -> None:
    """Print how many runs of how many programs failed."""
    recording.single_threaded()
    warnings.simplefilter("ignore")
    console = output()
    asked = []
    for name in assignments or assignment_names():
        proof = Proof(name)
        wanted = [each for each in proof.cases.by_task if not task or each in task]
        asked += [(proof, answer) for each in wanted for answer in right_answers(proof, each)]
    tests = sum(len(proof.cases.by_task[answer.task]) for proof, answer in asked)
    failed, start = 0, time.process_time()
    for done in range(1, seeds + 1):
        for failure in failures(asked, FIRST_SEED + first + done - 1):
            failed += 1
            console.print(failure, markup=False, highlight=False, soft_wrap=True)
        seconds = time.process_time() - start
        console.print(
            f"{done} seeds, {len(asked)} programs, {done * tests} tests: {failed} failed ({seconds:.0f} CPU s)",
            highlight=False,
        )
    if failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
