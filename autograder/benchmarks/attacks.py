"""Tries the same attacks on three graders, ours, `nbgrader autograde` and `otter run`, and prints what came of each.

    python -m autograder.benchmarks.attacks [--graders ours nbgrader otter] [--only WORD ...]

An attack is the cell of a wrong answer that does something else besides; whoever gets a point for it has gained. A
toy task with a hidden test is nbgrader's and Otter's, `rnn_step` of our first assignment is ours. Otter gets an
environment of its own by pip, in `build/benchmarks/otter`. Both others are as they are after `pip install`, without a
container: it is local grading that is compared. Nothing here harms the machine: commands are limited in time, files
in size, and attacks by themselves (memory is taken and not touched, twenty processes are started and not more).
"""

from __future__ import annotations

import argparse
import functools
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignments.sources import ROOT
from autograder.benchmarks.attack_code import ATTACKS, Attack
from autograder.benchmarks.attacked import TOKEN, Observed, make_otter, nbgraders, otters, ours
from autograder.benchmarks.record import write_record

Grade = Callable[[Path, Mapping[str, Attack], int], Iterator[tuple[str, Observed]]]


def verdict(attack: Attack, observed: Observed) -> tuple[str, str]:
    """What came of an attack (held, gained, read, harmed), and how in a word.

    >>> verdict(ATTACKS["loops for ever"], Observed(0.0, "", False, 0, True))
    ('harmed', 'never ended')
    """
    if observed.score:
        return "gained", f"{observed.score:g} points"
    if attack.aim == "read" and TOKEN in observed.shown:
        return "read", "shown by the student's code"
    if not observed.has_canary:
        return "harmed", "the file is gone"
    if not observed.ended:
        return "harmed", "never ended"
    if observed.left:
        return "harmed", f"{observed.left} processes left"
    if attack.aim == "harmed" and "DONE" in observed.shown:
        return "harmed", "done"
    if "<script>attack()" in observed.pages:
        return "harmed", "the script runs"
    return "held", "0 points" if observed.score is not None else "no result"


def graders(environment: Path) -> dict[str, Grade]:
    """The graders by name."""
    return {"ours": ours, "nbgrader": nbgraders, "otter": functools.partial(otters, environment=environment)}


def listening() -> int:
    """The port of a server on this machine, which says nothing."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            server.accept()[0].close()

    threading.Thread(target=accept, daemon=True).start()
    return int(server.getsockname()[1])


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the verdicts to a file with the date in its name."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folder = ROOT / "build" / "benchmarks"
    options.add_argument("--graders", nargs="+", default=["ours", "nbgrader", "otter"])
    options.add_argument(
        "--only", nargs="+", default=[""], help="attacks whose names hold one of these words"
    )
    options.add_argument("--otter", type=Path, default=folder / "otter", help="Otter's environment")
    options.add_argument("--out", type=Path, default=folder)
    chosen = options.parse_args(arguments)
    attacks = {name: a for name, a in ATTACKS.items() if any(word in name for word in chosen.only)}
    if "otter" in chosen.graders:
        make_otter(chosen.otter)
    console, port = Console(), listening()
    found: dict[str, dict[str, tuple[str, str]]] = {name: {} for name in attacks}
    for grader in chosen.graders:
        with tempfile.TemporaryDirectory(prefix=f"autograder-attacks-{grader}-") as name:
            world = Path(name)
            for attack, observed in graders(chosen.otter)[grader](world, attacks, port):
                found[attack][grader] = verdict(attacks[attack], observed)
                console.print(f"{grader}: {attack}: {' '.join(found[attack][grader])}", highlight=False)
    table = Table("attack", *chosen.graders)
    for attack, by_grader in found.items():
        table.add_row(attack, *(": ".join(by_grader[grader]) for grader in chosen.graders))
    held = [sum(row[grader][0] == "held" for row in found.values()) for grader in chosen.graders]
    table.add_row("held", *(f"{number} of {len(found)}" for number in held))
    console.print(table)
    rows = [{"attack": attack, **by_grader} for attack, by_grader in found.items()]
    console.print(f"Written: {write_record('attacks', rows, chosen.out)}")


if __name__ == "__main__":
    main()
