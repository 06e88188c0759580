"""Feeds every reader of others' bytes with mutations that reach new lines, and stops at an error nobody declared.

    python -m autograder.benchmarks.fuzz [TARGET ...] [--executions N] [--corpus DIR]

Atheris (`pip install .[fuzzing]`) chooses the inputs; what it found interesting is kept in the corpus, and a later run
goes on from there. The targets are in `fuzz_targets.py`. Exit code 1 if a target has failed: its input is then in the
corpus, as `crash-…`, `timeout-…` or `oom-…`.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import CodeType, FrameType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

SECONDS = 20  # for one input, on a busy machine
MEGABYTES = 3000  # of memory, torch's own among it
MAX_BYTES = 2**16  # of an input

Mutate = Callable[[bytes, int], bytes]  # bytes and how many there may be, into other bytes

_CONSTANTS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 0.5, -0.0, 1e308),
    *("", "x", "\0", "\ud800", "nan", "\N{FULLWIDTH DIGIT ONE}", "../x", [], {}, [[]], {"": None}),
)


def mutated(data: bytes, separator: bytes, chance: random.Random, mutate: Mutate) -> bytes:
    """Other bytes: of JSON mostly JSON with another value somewhere in it, of all else any bytes.

    >>> mutated(b'{"a": 1}', b"|", random.Random(3), lambda data, _size: data[::-1])
    b'{"a": "../x"}'
    """
    text, between, rest = data.partition(separator)
    if chance.random() < 0.7:
        try:
            document = json.loads(text)
            return json.dumps(_changed(document, chance, mutate)).encode() + between + rest
        except (ValueError, RecursionError):
            pass
    if between and chance.random() < 0.5:
        return text + between + mutate(rest, MAX_BYTES)
    return mutate(data, MAX_BYTES)


def _changed(document: Any, chance: random.Random, mutate: Mutate) -> Any:
    """The same document with another value at a random place."""
    nodes = list(_places(document))
    if not nodes:
        return chance.choice(_CONSTANTS)
    parent, key = chance.choice(nodes)
    value = parent[key]
    match chance.randrange(5):
        case 0:
            parent[key] = chance.choice(_CONSTANTS)
        case 1 if isinstance(value, str):
            small = mutate(value.encode("utf-8", "surrogatepass"), len(value) + 16)
            parent[key] = small.decode("utf-8", "replace")
        case 2:
            del parent[key]
        case 3 if isinstance(parent, list):
            parent.insert(chance.randrange(len(parent) + 1), value)
        case _:
            other, place = chance.choice(nodes)
            parent[key] = json.loads(json.dumps(other[place]))
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: the list or object that holds something, and where in it."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _explore(name: str, corpus: Path, executions: int, count: Any) -> None:
    """The life of a process that fuzzes one target and counts how often; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["autograder"]):
        from autograder.benchmarks.fuzz_targets import SEPARATOR, TARGETS
    target = TARGETS[name]
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)

    def other(data: bytes, _size: int, seed: int) -> bytes:
        return mutated(data, SEPARATOR, random.Random(seed), atheris.Mutate)[:MAX_BYTES]

    def read(data: bytes) -> None:
        count.value += 1
        target.read(data)

    atheris.Setup(
        [
            name,
            str(corpus),
            f"-runs={executions}",
            f"-max_len={MAX_BYTES}",
            "-len_control=0",
            "-mutate_depth=2",  # a mutation is a step in JSON, slower than libFuzzer's own
            "-verbosity=0",
            f"-timeout={SECONDS}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-artifact_prefix={corpus}/",
        ],
        read,
        custom_mutator=other,
    )
    atheris.Fuzz()


def _lines_reached(name: str, corpus: Path) -> tuple[int, int, list[str]]:
    """How many lines of a target's modules its corpus reaches, of how many, and the other lines by module."""
    from autograder.benchmarks.fuzz_targets import TARGETS

    target = TARGETS[name]
    files = {str(sys.modules[module].__file__): module.rpartition(".")[2] for module in target.modules}
    reached: set[tuple[str, int]] = set()

    def look(frame: FrameType, event: str, _argument: object) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return look

    sys.settrace(look)
    try:
        for path in sorted(corpus.iterdir()):
            target.read(path.read_bytes())
    finally:
        sys.settrace(None)
    there = {(file, line) for file in files for line in _lines_of(file)}
    left = sorted(there - reached)
    return len(there & reached), len(there), [f"{files[file]}:{line}" for file, line in left]


def _lines_of(file: str) -> Iterator[int]:
    """The lines in the functions of a file: what is outside of them runs when it is imported."""
    code = [
        each
        for each in _functions(compile(Path(file).read_bytes(), file, "exec"))
        if each.co_flags & 2  # its variables are its own: a function, not a class
    ]
    for each in code:
        yield from {line for _s, _e, line in each.co_lines() if line and line > each.co_firstlineno}


def _functions(code: CodeType) -> Iterable[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _functions(constant)


def main(
    targets: Annotated[list[str] | None, typer.Argument(metavar="[TARGET]...")] = None,
    executions: Annotated[int, typer.Option(metavar="N", min=1)] = 10_000,
    corpus: Annotated[Path, typer.Option(metavar="DIR")] = Path("build/fuzz"),
    left: Annotated[bool, typer.Option(help="Also name the lines that no input has reached.")] = False,
) -> None:
    """Fuzz the targets one after the other, and print how far each came."""
    from autograder.benchmarks.fuzz_targets import TARGETS

    table = Table("target", "executions", "CPU seconds", "inputs kept", "lines reached")
    failed = []
    spawn = multiprocessing.get_context("spawn")
    for name in targets or list(TARGETS):
        folder = corpus / name
        folder.mkdir(parents=True, exist_ok=True)
        count = spawn.RawValue("q", 0)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        process = spawn.Process(target=_explore, args=(name, folder, executions, count))
        process.start()
        process.join()
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        if process.exitcode:
            failed.append(name)
            table.add_row(name, f"{count.value:,}", f"{seconds:.0f}", "failed", "")
            continue
        with ProcessPoolExecutor(1, spawn) as pool:
            reached, lines, others = pool.submit(_lines_reached, name, folder).result()
        kept = str(sum(1 for _path in folder.iterdir()))
        table.add_row(name, f"{count.value:,}", f"{seconds:.0f}", kept, f"{reached} of {lines}")
        if left:
            print(name, *others)
    Console().print(table)
    if failed:
        print("failed:", ", ".join(failed), file=sys.stderr)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
