"""Says how much a submission may use: time, memory, disk, output, threads, and the grader's own work for it."""

from dataclasses import dataclass
from typing import Literal

from autograder.student.core.budget import SCORING_CPU_SECONDS, TASK_CPU_SECONDS

Account = Literal["cells", "tasks", "scoring", "grader", "idle", "waiting"]


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds of CPU are what counts; wall time is a generous backstop.

    A busy machine must not fail an honest student, so a wall limit is always `wall_factor` times the CPU limit
    plus `wall_grace_seconds`, and only time in which nothing of the submission wants to run counts as idle.

    cpu_seconds_per_cell      CPU seconds of one cell; then it is interrupted and the rest go on
    cpu_seconds_total         CPU seconds of all cells together, however often they are executed
    task_cpu_seconds          CPU seconds of one task, unless the caller of `Session.task` says otherwise
    tasks_cpu_seconds         CPU seconds of all tasks together
    scoring_cpu_seconds       CPU seconds of one pass of a trained model over a text
    scoring_cpu_seconds_total CPU seconds of all passes together
    grader_cpu_seconds        CPU seconds of the grader's own work: reading, repairing, comparing, scoring
    idle_seconds              sleeping while the grader waits
    waiting_seconds           waiting for all cells and tasks together, whatever they do
    wall_factor, wall_grace_seconds   wall limit = factor * CPU limit + grace
    memory_bytes              address space on top of what the warm server already occupies
    output_bytes              text kept of the output of one cell, and of one error
    reply_bytes               all answers of one task together; the scores of a trained model are not counted
    calls                     of a test's own function, while one question is answered
    file_bytes                size of one file in the scratch folder
    scratch_bytes             size of the whole scratch folder
    open_files, threads       number alive at one time
    restarts                  fresh workers after cells that killed theirs
    """

    cpu_seconds_per_cell: float = 30.0
    cpu_seconds_total: float = 60.0
    task_cpu_seconds: float = TASK_CPU_SECONDS
    tasks_cpu_seconds: float = 45.0
    scoring_cpu_seconds: float = SCORING_CPU_SECONDS
    scoring_cpu_seconds_total: float = 900.0
    grader_cpu_seconds: float = 40.0
    idle_seconds: float = 20.0
    waiting_seconds: float = 1800.0
    wall_factor: float = 4.0
    wall_grace_seconds: float = 10.0
    memory_bytes: int = 2 * 2**30
    output_bytes: int = 64 * 2**10
    reply_bytes: int = 64 * 2**20
    calls: int = 10_000
    file_bytes: int = 64 * 2**20
    scratch_bytes: int = 256 * 2**20
    open_files: int = 128
    threads: int = 64
    restarts: int = 4

    def wall_seconds(self, cpu_seconds: float) -> float:
        """The wall limit that goes with a CPU limit."""
        return self.wall_factor * cpu_seconds + self.wall_grace_seconds

    def accounts(self) -> dict[Account, float]:
        """The seconds that a submission has in all, by what they are for."""
        return {
            "cells": self.cpu_seconds_total,
            "tasks": self.tasks_cpu_seconds,
            "scoring": self.scoring_cpu_seconds_total,
            "grader": self.grader_cpu_seconds,
            "idle": self.idle_seconds,
            "waiting": self.waiting_seconds,
        }
