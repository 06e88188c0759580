"""Measures classes of any size, graded in every way there is, and looks whether the results are the same.

    python -m autograder.benchmarks.classes [--sizes 10 100] [--class right] [--out FOLDER]

The ways: one process, two, a cluster of Dask on this machine, and two shards that are merged. Then the first command
once more over the unchanged class, which reads what it has kept. Results are compared but for seconds and memory.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from distributed import LocalCluster
from rich.console import Console
from rich.table import Table

from autograder.assignments.sources import ROOT
from autograder.benchmarks.cost import Cost, cost_of, counts_alone
from autograder.benchmarks.grading import ASSIGNMENT, students
from autograder.benchmarks.record import write_record
from autograder.maintain.demo import write_students

SEED = "20261129"
MEASURED = ("seconds", "memory_bytes")


def grade(folder: Path, out: str, *options: str, jobs: int = 1) -> Cost:
    """The cost of grading the class in `folder/submitted`."""
    command = [sys.executable, "-m", "autograder", "grade", "submitted", "--out", out, "--seed", SEED]
    return cost_of([*command, "--jobs", str(jobs), *options], folder)


def in_shards(folder: Path, out: str) -> Cost:
    """The cost of grading it in two parts, one after the other, and of putting them together."""
    parts = [grade(folder, f"{out}-{i}", "--shard", f"{i}/2") for i in (1, 2)]
    merge = [sys.executable, "-m", "autograder", "merge", f"{out}-1", f"{out}-2", "--out", out]
    costs = [*parts, cost_of(merge, folder)]
    memory = max(cost.memory for cost in costs)
    return Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), memory)


def on_a_cluster(folder: Path, out: str) -> Cost:
    """The cost of grading it on a local cluster of Dask; the cluster's own processes are not counted."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        return grade(folder, out, "--cluster", cluster.scheduler_address)


WAYS: dict[str, Callable[[Path, str], Cost]] = {
    "one process": partial(grade, jobs=1),
    "two processes": partial(grade, jobs=2),
    "a cluster": on_a_cluster,
    "two shards": in_shards,
}
AGAIN = "once more"


def results(folder: Path) -> Any:
    """The results of a run, but for what is measured."""
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
    return [{name: value for name, value in each.items() if name not in MEASURED} for each in found]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the numbers to a file with the date in its name; ends with 1 if results differ."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", type=int, nargs="+", default=[10, 100])
    options.add_argument("--class", dest="kind", choices=["right", "mixture"], default="right")
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    console = Console()
    if not counts_alone():
        console.print("Only root can count a command alone: these are the seconds of the whole machine.")
    table = Table("size", "way", "clock, s", "CPU, s", "CPU each", "memory", "same results")
    rows = []
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory(prefix="autograder-class-") as name:
            folder = Path(name)
            write_students(folder / "submitted", ASSIGNMENT, students(chosen.kind, size))
            for way in (*WAYS, AGAIN):
                run, out = (WAYS["one process"], "one process") if way == AGAIN else (WAYS[way], way)
                with console.status(f"{size} submissions, {way} …"):
                    cost = run(folder, out)
                is_same = results(folder / out) == results(folder / "one process")
                rows.append({"submissions": size, "way": way, "same": is_same, **vars(cost)})
                numbers = f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.cpu / size:.2f}"
                table.add_row(
                    str(size), way, *numbers, f"{cost.memory / 1e6:.0f} MB", "yes" if is_same else "NO"
                )
    console.print(table)
    console.print(f"Written: {write_record('classes', rows, chosen.out)}")
    if not all(row["same"] for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
