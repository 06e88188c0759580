"""Simulates a deadline: ten thousand students hand in three notebooks each, and so many cores grade them as they come.

    python -m autograder.benchmarks.deadline [--cores 2 4 16] [--costs FILE]

First it grades the demonstration's class of each notebook, models included, and writes what that cost to a file, with
which `--costs` simulates again. What one submission costs is drawn from there, notebook by notebook: seconds of a
processor, and the size of what is written about it. The seconds are those of all processors for the class, its start
included, divided as the clock divided them among its submissions, so that other work on the machine has little
influence. What is assumed stands in the constants below: when students hand in, and how much memory a grading process
has; a process grades one submission at a time, as with `--jobs` and with shards.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments.sources import ROOT
from autograder.benchmarks.cost import cost_of
from autograder.benchmarks.record import write_record
from autograder.maintain import demo
from autograder.maintain.demo_models import SUBWORD_TOKENS, TOKENS
from autograder.student.core.results import Result

DAYS = 7.0  # in which students can hand in
HALF_LIFE_HOURS = 6.0  # of those that hand in before the deadline, half do in the last so many hours
PROCESS_MEGABYTES = (
    725.0  # of a grading process with its warm server, as `autograder.benchmarks.classes` measures it
)
SEED = 0
GRADE = [sys.executable, "-m", "autograder", "grade", "submitted", "--out", "graded", "--jobs", "1"]

Costs = Mapping[str, Sequence["Measured"]]  # by assignment


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


def measure(folder: Path) -> Costs:
    """What the submissions of the demonstration cost, graded in this folder."""
    classes: dict[str, Callable[[Path], object]] = {
        demo.ASSIGNMENT: demo.write_class,
        demo.MODELS: partial(demo.write_class_with_models, tokens=TOKENS),
        demo.SUBWORDS: partial(demo.write_class_with_subwords, tokens=SUBWORD_TOKENS),
    }
    found = {}
    for assignment, write in classes.items():
        (folder / assignment).mkdir()
        write(folder / assignment / "submitted")
        cost = cost_of(GRADE, folder / assignment)
        found[assignment] = divided(cost.cpu, folder / assignment / "graded")
    return found


def divided(cpu: float, graded: Path) -> list[Measured]:
    """The seconds of the processors that a run took, divided among its submissions, and what it wrote about each."""
    found = []
    for path in sorted((graded / "results").glob("*.json")):
        result = Result.from_json(path.read_text(encoding="utf-8"))
        name = path.name.split(".")[0]
        pages = (graded / "feedback" / result.assignment).glob(f"{name}*.html")
        kept = [path, *pages, *(graded / "cache").glob(f"{name}.*")]
        found.append(Measured(result.seconds, sum(each.stat().st_size for each in kept)))
    factor = cpu / sum(each.seconds for each in found)
    return [Measured(each.seconds * factor, each.written) for each in found]


def read_costs(path: Path) -> Costs:
    """The costs in a file that `write_costs` has written."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {name: [Measured(*each) for each in rows] for name, rows in document["costs"].items()}


def write_costs(costs: Costs, path: Path) -> None:
    """Writes the costs, and the load of the machine, so that others can be simulated with them."""
    rows = {name: [astuple(each) for each in measurements] for name, measurements in costs.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"load": os.getloadavg()[0], "costs": rows}, indent=1) + "\n", encoding="utf-8"
    )


def hand_ins(students: int, costs: Costs, chance: random.Random) -> list[tuple[float, float]]:
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
    options.add_argument(
        "--costs", type=Path, help="what an earlier run has measured; nothing is graded then"
    )
    options.add_argument("--students", type=int, default=10_000)
    options.add_argument("--cores", type=int, nargs="+", default=[2, 4, 16])
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    console = Console()
    if chosen.costs:
        costs = read_costs(chosen.costs)
    else:
        with tempfile.TemporaryDirectory(prefix="autograder-deadline-") as name:
            costs = measure(Path(name))
        write_costs(costs, chosen.out / "deadline-costs.json")
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
