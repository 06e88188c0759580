"""Simulates a deadline: ten thousand students hand in three notebooks each, and some machines grade them as they come.

    python -m autograder.benchmarks.deadline [--fleets 1x4 4x4] [--costs FILE]

First it grades the demonstration's class of each notebook, models included, and writes what that cost to a file, with
which `--costs` simulates again. What one submission costs is drawn from there, notebook by notebook: seconds of a
processor, and the size of what is written about it. The seconds are those of all processors for the class, its start
included, divided as the clock divided them among its submissions, so that other work on the machine has little
influence. A hidden text is heard by one submission of a machine at a time: what a submission with a model costs more
than those without one is taken for the time of its turn. What is assumed stands in the constants below: when students
hand in, and how much memory a grading process has; a process grades one submission at a time, as with `--jobs` and with
shards.
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
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
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
FLEETS = ("1x2", "1x4", "1x16", "4x4", "8x4", "16x4")
GRADE = [sys.executable, "-m", "autograder", "grade", "submitted", "--out", "graded", "--jobs", "1"]

Costs = Mapping[str, Sequence["Measured"]]  # by assignment


@dataclass(frozen=True)
class Measured:
    """What one real submission has cost."""

    seconds: float
    written: int  # bytes
    # Of the seconds, those in which no other submission of the machine hears the same text.
    scoring: float = 0.0


@dataclass(frozen=True)
class HandIn:
    """One submission that is to come: when, in seconds after the deadline, and the seconds of its two parts."""

    arrival: float
    alone: float
    scoring: float = 0.0
    text: str = ""  # that it is scored on


@dataclass(frozen=True)
class Outcome:
    """What a deadline comes to on so many cores."""

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
    results = {
        path: Result.from_json(path.read_text(encoding="utf-8"))
        for path in sorted((graded / "results").glob("*.json"))
    }
    factor = cpu / sum(result.seconds for result in results.values())
    plain = statistics.mean(result.seconds for result in results.values() if not is_scored(result))
    found = []
    for path, result in results.items():
        name = path.name.split(".")[0]
        pages = (graded / "feedback" / result.assignment).glob(f"{name}*.html")
        kept = [path, *pages, *(graded / "cache").glob(f"{name}.*")]
        scoring = max(0.0, result.seconds - plain) if is_scored(result) else 0.0
        written = sum(each.stat().st_size for each in kept)
        found.append(Measured(result.seconds * factor, written, scoring * factor))
    return found


def is_scored(result: Result) -> bool:
    """Whether a model was scored on the hidden text."""
    return result.scale is not None and result.scale.metric in result.metrics


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


def hand_ins(students: int, costs: Costs, chance: random.Random) -> list[HandIn]:
    """All hand-ins before the deadline, the earliest first; each text is that of one notebook."""
    found = []
    for name, measurements in costs.items():
        for _student in range(students):
            before = chance.expovariate(0.693 / HALF_LIFE_HOURS)
            cost = chance.choice(measurements)
            arrival = -min(before, DAYS * 24) * 3600
            found.append(HandIn(arrival, cost.seconds - cost.scoring, cost.scoring, name))
    return sorted(found, key=lambda each: each.arrival)


def simulate(arrivals: Sequence[HandIn], machines: int, cores: int) -> Outcome:
    """The arrivals served in their order, each by the first core of any machine that is free.

    >>> simulate([HandIn(-1.0, 2.0), HandIn(-1.0, 2.0)], machines=1, cores=1).waits
    [2.0, 4.0]
    >>> simulate([HandIn(0.0, 1.0, 2.0, "text"), HandIn(0.0, 1.0, 2.0, "text")], machines=1, cores=2).waits
    [3.0, 5.0]
    """
    free = [(float("-inf"), machine) for machine in range(machines) for _core in range(cores)]
    heard: defaultdict[tuple[int, str], float] = defaultdict(lambda: float("-inf"))
    ends: list[float] = []
    waits, longest = [], 0
    for each in arrivals:
        while ends and ends[0] <= each.arrival:
            heapq.heappop(ends)
        begin, machine = heapq.heappop(free)
        end = max(begin, each.arrival) + each.alone
        if each.scoring:
            end = max(end, heard[machine, each.text]) + each.scoring
            heard[machine, each.text] = end
        heapq.heappush(free, (end, machine))
        heapq.heappush(ends, end)
        waits.append(end - each.arrival)
        longest = max(longest, len(ends) - machines * cores)
    return Outcome(max(0.0, *(end for end, _machine in free)) / 3600, waits, longest)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the numbers to a file with the date in its name."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--costs", type=Path, help="what an earlier run has measured; nothing is graded then"
    )
    options.add_argument("--students", type=int, default=10_000)
    options.add_argument("--fleets", nargs="+", default=FLEETS, help="so many machines x cores of each")
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
    together = sum(each.alone + each.scoring for each in arrivals) / 3600
    scored = sum(each.scoring for each in arrivals) / 3600
    console.print(f"{len(arrivals)} hand-ins: {together:.0f} hours of a core, {scored:.0f} of them scoring.")
    columns = ("last result after", "median wait", "95 % wait", "queue", "if all come at once", "memory each")
    table = Table("machines", "cores of each", *columns)
    rows = []
    for fleet in chosen.fleets:
        machines, cores = map(int, fleet.split("x"))
        outcome = simulate(arrivals, machines, cores)
        at_once = simulate([replace(each, arrival=0.0) for each in arrivals], machines, cores).last_hours
        median = statistics.median(outcome.waits) / 60
        late = statistics.quantiles(outcome.waits, n=20)[-1] / 60
        rows.append({"fleet": fleet, "last": outcome.last_hours, "median_wait": median, "late_wait": late})
        table.add_row(
            *(str(machines), str(cores), f"{outcome.last_hours:.2f} h", f"{median:.1f} min"),
            *(f"{late:.1f} min", f"{outcome.longest_queue}", f"{at_once:.1f} h"),
            f"{cores * PROCESS_MEGABYTES / 1000:.1f} GB",
        )
    console.print(table)
    console.print(f"Written: {write_record('deadline', rows, chosen.out)}")


if __name__ == "__main__":
    main()
