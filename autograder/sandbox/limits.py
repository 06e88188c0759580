"""Says how much a submission may use: time, memory, disk, output, threads."""

from dataclasses import dataclass

from autograder.student.core.budget import TASK_CPU_SECONDS


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds of CPU are what counts; wall time is a generous backstop.

    A busy machine must not fail an honest student, so a wall limit is always `wall_factor` times the CPU limit
    plus `wall_grace_seconds`.

    cpu_seconds_per_cell      CPU seconds of one cell; then it is interrupted and the rest go on
    cpu_seconds_total         CPU seconds of all cells of a submission together
    task_cpu_seconds          CPU seconds of one task, unless the caller of `Session.task` says otherwise
    tasks_wall_seconds        waiting for all tasks of a submission together
    scoring_cpu_seconds       CPU seconds of one pass of a trained model over a text
    wall_factor, wall_grace_seconds   wall limit = factor * CPU limit + grace
    memory_bytes              address space on top of what the warm server already occupies
    output_bytes              text kept of the output of one cell, and of one error
    reply_bytes               all answers of one task together; the scores of a trained model are not counted
    file_bytes                size of one file in the scratch folder
    scratch_bytes             size of the whole scratch folder
    open_files, threads       number alive at one time
    restarts                  fresh workers after cells that killed theirs
    """

    cpu_seconds_per_cell: float = 30.0
    cpu_seconds_total: float = 180.0
    task_cpu_seconds: float = TASK_CPU_SECONDS
    tasks_wall_seconds: float = 900.0
    scoring_cpu_seconds: float = 300.0
    wall_factor: float = 4.0
    wall_grace_seconds: float = 10.0
    memory_bytes: int = 2 * 2**30
    output_bytes: int = 64 * 2**10
    reply_bytes: int = 64 * 2**20
    file_bytes: int = 64 * 2**20
    scratch_bytes: int = 256 * 2**20
    open_files: int = 128
    threads: int = 64
    restarts: int = 4

    def wall_seconds(self, cpu_seconds: float) -> float:
        """The wall limit that goes with a CPU limit."""
        return self.wall_factor * cpu_seconds + self.wall_grace_seconds
