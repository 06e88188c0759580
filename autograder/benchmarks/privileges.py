"""Runs the tests that attack the sandbox wherever a grader may stand: as root, as a plain user, in a container as each.

    python -m autograder.benchmarks.privileges [--places user "container, root"] [--levels inner] [--quick] [TEST ...]

Both levels of isolation at each place. Only root can start it (`confined.py` says how a container is simulated), and
`pytest` must be installed. At level strong in a container all tests are skipped: that level is refused there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console

from autograder.assignments.sources import ROOT
from autograder.benchmarks.confined import PLACES, USER
from autograder.benchmarks.record import write_record

LEVELS = ("strong", "inner")
TESTS = (
    "autograder/tests/sandbox",
    "autograder/tests/scenarios",
    "autograder/tests/assignments/test_forgeries.py",
    "autograder/tests/grading/test_growth.py",
    "autograder/tests/grading/test_measure_attacks.py",
    "autograder/tests/grading/test_taken_away.py",
)
_FAILED = ("failure", "error")
_NOT_COPIED = (".git", ".venv", "build", "demo", "*.egg-info")


def outcomes(place: str, level: str, options: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What became of each test: its name, a word for it, and the reason if it did not pass."""
    with tempfile.TemporaryDirectory(prefix="autograder-privileges-") as name:
        home = Path(name)
        course, report = own_copy(home, place), home / "report.xml"
        pytest = [sys.executable, "-m", "pytest", "-q", "--isolation", level, f"--junit-xml={report}"]
        confined = [sys.executable, "-m", "autograder.benchmarks.confined", place]
        subprocess.run(
            ["unshare", "--mount", *confined, *pytest, f"--basetemp={home / 'tests'}", *options],
            cwd=course,
            env={**os.environ, "HOME": name, "PYTHONPATH": str(course)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if not report.exists():
            raise RuntimeError(f"{place}, {level}: the tests did not run to their end")
        for case in ElementTree.parse(report).iter("testcase"):
            test = f"{case.get('classname')}.{case.get('name')}"
            ends = [
                (each.tag, each.get("message") or "") for each in case if each.tag in (*_FAILED, "skipped")
            ]
            yield (test, *ends[0]) if ends else (test, "passed", "")


def own_copy(home: Path, place: str) -> Path:
    """A copy of this repository and its corpora, which belongs to whoever runs the tests, as does the home above it."""
    course = home / "course"
    shutil.copytree(ROOT, course, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    if place.endswith("user"):
        subprocess.run(["chown", "--recursive", "--no-dereference", f"{USER}:{USER}", home], check=True)
    return course


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for each place and level, and each test that failed; ends with 1 if one did."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--places", nargs="+", choices=PLACES, default=PLACES)
    options.add_argument("--levels", nargs="+", choices=LEVELS, default=LEVELS)
    options.add_argument("--quick", action="store_true", help="without the tests that are marked slow")
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    options.add_argument("tests", nargs="*", default=TESTS)
    chosen = options.parse_args(arguments)
    words = [*(["-m", "not slow"] if chosen.quick else []), *chosen.tests]
    console, rows = Console(), []
    for place in chosen.places:
        for level in chosen.levels:
            found = list(outcomes(place, level, words))
            counts = Counter(word for _test, word, _reason in found)
            failed = counts["failure"] + counts["error"]
            rows.append({"place": place, "level": level, **counts})
            numbers = f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped"
            lines = [f"{place}, at level {level}: {numbers}"]
            reasons = Counter(reason for _test, word, reason in found if word == "skipped")
            lines += [f"    {count} skipped: {reason[:120]}" for reason, count in reasons.items()]
            lines += [f"    {test}: {reason[:300]}" for test, word, reason in found if word in _FAILED]
            for line in lines:
                console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"Written: {write_record('privileges', rows, chosen.out)}")
    if any(row.get(word) for row in rows for word in _FAILED):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
