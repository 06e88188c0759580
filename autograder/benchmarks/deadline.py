"""Simulates a deadline: ten thousand students hand in three notebooks each, and so many cores grade them as they come.

    autograder demo --out demo
    python -m autograder.benchmarks.deadline demo/graded --cores 2 4 16

What one submission costs is drawn from the results of a real run, notebook by notebook: its seconds, and the size of
what is written about it. What is assumed stands in the constants below: when students hand in, and how much memory a
grading process has; a process grades one submission at a time, as with `--jobs` and with shards.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments.sources import ROOT
from autograder.benchmarks.record import write_record
from autograder.student.core.results import Result

DAYS = 7.0  # in which students can hand in
HALF_LIFE_HOURS = 6.0  # of those that hand in before the deadline, half do in the last so many hours
PROCESS_MEGABYTES = (
    725.0  # of a grading process with its warm server, as `autograder.benchmarks.classes` measures it
)
SEED = 0


@dataclass(frozen=True)
class Measured:
    """What one real submission has cost."""

    seconds: float
    written: int  # bytes


@dataclass(frozen=True)
class Outcome:
    """What a deadline comes to on so many cores."""

    busy_hours: float  # of the cores, together
    last_hours: float  # after the deadline, until everybody has a result
    waits: Sequence[float]  # seconds from a hand-in to its result
    longest_queue: int


def measured(graded: Path) -> dict[str, list[Measured]]:
    """What the submissions of a run have cost, by assignment."""
    found: dict[str, list[Measured]] = defaultdict(list)
    for path in sorted((graded / "results").glob("*.json")):
        result = Result.from_json(path.read_text(encoding="utf-8"))
        if result.status == "graded":
            pages = (graded / "feedback" / result.assignment).glob(f"{path.name.split('.')[0]}*.html")
            kept = [path, *pages, *(graded / "cache").glob(f"{path.name.split('.')[0]}.*")]
            found[result.assignment].append(
                Measured(result.seconds, sum(each.stat().st_size for each in kept))
            )
    return dict(found)


def hand_ins(
    students: int, costs: Mapping[str, Sequence[Measured]], chance: random.Random
) -> list[tuple[float, float]]:
    """Time in seconds before (negative) the deadline and seconds of work, of every hand-in, the earliest first."""
    found = []
    for measurements in costs.values():
        for _student in range(students):
            before = chance.expovariate(0.693 / HALF_LIFE_HOURS)
            found.append((-min(before, DAYS * 24) * 3600, chance.choice(measurements).seconds))
    return sorted(found)


def simulate(arrivals: Sequence[tuple[float, float]], cores: int) -> Outcome:
    """The arrivals served in their order, each by the first core that is free.

    >>> simulate([(-1.0, 2.0), (-1.0, 2.0)], 1).waits
    [2.0, 4.0]
    """
    free = [float("-inf")] * cores
    ends: list[float] = []
    waits, longest = [], 0
    for arrival, work in arrivals:
        while ends and ends[0] <= arrival:
            heapq.heappop(ends)
        end = max(heapq.heappop(free), arrival) + work
        heapq.heappush(free, end)
        heapq.heappush(ends, end)
        waits.append(end - arrival)
        longest = max(longest, len(ends) - cores)
    busy = sum(work for _arrival, work in arrivals)
    return Outcome(busy / 3600, max(0.0, *free) / 3600, waits, longest)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the numbers to a file with the date in its name."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("graded", type=Path, help="the folder of a run, for example demo/graded")
    options.add_argument("--students", type=int, default=10_000)
    options.add_argument("--cores", type=int, nargs="+", default=[2, 4, 16])
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    costs = measured(chosen.graded)
    console = Console()
    for name, measurements in costs.items():
        seconds = [each.seconds for each in measurements]
        size = statistics.mean(each.written for each in measurements) * chosen.students / 1e9
        console.print(
            f"{name}: {len(seconds)} measured, mean {statistics.mean(seconds):.1f} s, longest {max(seconds):.1f} s; "
            f"{chosen.students} of them write {size:.1f} GB"
        )
    arrivals = hand_ins(chosen.students, costs, random.Random(SEED))
    console.print(
        f"{len(arrivals)} hand-ins; {sum(work for _when, work in arrivals) / 3600:.0f} hours on one core"
    )
    columns = (
        "last result after",
        "median wait",
        "95 % wait",
        "queue",
        "if all wait for the deadline",
        "memory",
    )
    table = Table("cores", *columns)
    rows = []
    for cores in chosen.cores:
        outcome = simulate(arrivals, cores)
        median, *_others = statistics.quantiles(outcome.waits, n=2)
        late = statistics.quantiles(outcome.waits, n=20)[-1]
        rows.append({"cores": cores, "last": outcome.last_hours, "median_wait": median, "late_wait": late})
        table.add_row(
            f"{cores}",
            f"{outcome.last_hours:.1f} h",
            f"{median:.0f} s",
            f"{late / 60:.1f} min",
            f"{outcome.longest_queue}",
            f"{outcome.busy_hours / cores:.1f} h",
            f"{cores * PROCESS_MEGABYTES / 1000:.0f} GB",
        )
    console.print(table)
    console.print(f"Written: {write_record('deadline', rows, chosen.out)}")


if __name__ == "__main__":
    main()
