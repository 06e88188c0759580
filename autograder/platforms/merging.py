"""Merges the folders that the shards of one class run wrote into the folder that a single run would have written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.resemblance import compared
from autograder.grading.store import CACHE, RESULTS, RUN, finish_run, run_seed, write_result
from autograder.platforms.shards import BadShard, Shard, shard_from
from autograder.reports.feedback import feedback_file
from autograder.student.core.language import _
from autograder.student.core.results import Result


class CannotMerge(ValueError):
    """Folders that are not the shards of one run; the sentence says which, and what to do."""


@dataclass(frozen=True)
class ShardRun:
    """What one shard left in its folder."""

    folder: Path
    shard: Shard
    seed: int
    results: tuple[Result, ...]


def merge(folders: Sequence[Path], out: Path) -> list[Result]:
    """Writes the results, pages and cache of all shards to `out`; the results by assignment and student.

    Submissions are compared across shards, as one run compares them. `CannotMerge` if a shard is missing, is there
    twice, has not finished, or belongs to another run.
    """
    runs = [read_shard(folder) for folder in folders]
    _refuse_unless_whole(runs, out)
    results = [result for run in runs for result in run.results]
    results.sort(key=lambda result: (result.assignment, result.student))
    merged = compared(results)
    run_seed(out, runs[0].seed)
    for run in runs:
        _copy(run.folder / CACHE, out / CACHE)
        for result in run.results:
            _copy(run.folder / feedback_file(result), out / feedback_file(result))
    for result in merged:
        write_result(out, result)
    finish_run(out, merged)
    return merged


def read_shard(folder: Path) -> ShardRun:
    """What a shard left in this folder; `CannotMerge` if that is not a finished shard."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        shard, seed = shard_from(run["shard"]), int(run["seed"])
    except (OSError, ValueError, KeyError, TypeError, BadShard):
        raise CannotMerge(
            _(
                "{folder} is not the folder of a shard. “autograder grade --shard I/N --out DIR” writes one."
            ).format(folder=folder)
        ) from None
    try:
        texts = [(folder / RESULTS / name).read_text(encoding="utf-8") for name in run["results"]]
        return ShardRun(folder, shard, seed, tuple(map(Result.from_json, texts)))
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotMerge(
            _(
                "Shard {shard} in {folder} has not finished. Run its command again; it continues where it stopped."
            ).format(shard=shard, folder=folder)
        ) from None


def _refuse_unless_whole(runs: Sequence[ShardRun], out: Path) -> None:
    first = runs[0]
    for run in runs:
        if run.folder.resolve() == out.resolve():
            raise CannotMerge(
                _("--out {folder} is one of the shards. Choose another folder.").format(folder=out)
            )
        if (run.seed, run.shard.count) != (first.seed, first.shard.count):
            raise CannotMerge(
                _(
                    "{one} and {other} are not of the same run: their seeds or their numbers of shards differ."
                ).format(one=first.folder, other=run.folder)
            )
    by_number: dict[int, ShardRun] = {}
    for run in runs:
        before = by_number.setdefault(run.shard.number, run)
        if before is not run:
            raise CannotMerge(
                _("{one} and {other} are both shard {shard}.").format(
                    one=before.folder, other=run.folder, shard=run.shard
                )
            )
    missing = [f"{n}/{first.shard.count}" for n in range(1, first.shard.count + 1) if n not in by_number]
    if missing:
        raise CannotMerge(_("Shards are missing: {shards}.").format(shards=", ".join(missing)))


def _copy(source: Path, target: Path) -> None:
    """Copies a file or the files of a folder, where there are any."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
