"""Prepares and verifies corpora: an adapter reads one, its files go to `data/prepared` together or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.maintain.data import adapters, korean, sotu
from autograder.maintain.data.corpus import Corpus, DataError, counts_of, files_of
from autograder.maintain.data.manifest import (
    MANIFEST,
    read_json,
    read_manifest,
    sha256,
    write_json,
    write_manifest,
)
from autograder.student.core.language import _
from autograder.student.corpora import DATA

DEFAULT = "sotu"  # the corpus that the course trains and grades on
PINNED = {DEFAULT: sotu, "korean": korean}  # who fetches and reads what the manifest records to the byte
Report = Callable[[str], None]


def prepare(
    name: str = DEFAULT,
    source: Path | None = None,
    report: Report = lambda step: None,
    data: Path = DATA,
    update_manifest: bool = False,
) -> bool:
    """Makes the files of a corpus; False if they were all there and right already. `DataError` if it cannot.

    A hidden text of the instructor's own is replaced only if the corpus is read from a `source` that is named.
    """
    _require_name(name)
    manifest = read_manifest(data)
    is_wanted = update_manifest or source is not None
    if not is_wanted and not problems(name, data):
        return False
    with private_folder(data / "prepared") as aside:
        if not is_wanted and not problems(name, data):
            return False  # another process has just made it
        if name in PINNED:
            corpus = _pinned_corpus(name, manifest[name]["source"], source, aside, report)
        else:
            report(_("Reading {name}").format(name=name))
            corpus = adapters.read(name, source, manifest.get(name, {}))
        report(_("Counting {name}").format(name=name))
        files = files_of(corpus)
        checksums = {path: sha256(content) for path, content in sorted(files.items())}
        measured = {"counts": counts_of(corpus), "files": checksums}
        if name in PINNED and update_manifest:
            write_manifest({**manifest, name: {**manifest[name], **measured}}, data)
        elif name in PINNED:
            _require_same(name, checksums, manifest[name]["files"])
        report(_("Writing {name}").format(name=name))
        if source is None and own_hidden_record(name, data).exists():
            files = {path: content for path, content in files.items() if not path.startswith("hidden/")}
        _install(name, files, {} if name in PINNED else measured, aside)
    return True


def _require_name(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) or name == "hidden":
        raise DataError(
            _("“{name}” cannot name a corpus: use lower-case letters, digits and hyphens.").format(name=name)
        )


def _pinned_corpus(
    name: str, source: Mapping[str, Any], brought: Path | None, aside: Path, report: Report
) -> Corpus:
    reader = PINNED[name]
    if brought is None:
        report(_("Downloading {name}").format(name=name))
        brought = reader.fetch(source, aside)
    report(_("Reading {name}").format(name=name))
    corpus: Corpus = reader.read(brought, source)
    return corpus


def _require_same(name: str, made: Mapping[str, str], recorded: Mapping[str, str]) -> None:
    if made != recorded:
        raise DataError(
            _(
                "The files made from {name} differ from what data/manifest.json records: either that "
                "file or the program was changed. Restore both from the course's repository."
            ).format(name=name)
        )


def _install(name: str, files: Mapping[str, bytes], record: Mapping[str, Any], aside: Path) -> None:
    """Writes everything aside, then renames the two folders; a killed run leaves the old ones, or none, or the new."""
    for path, content in files.items():
        target = aside / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if record:
        write_json(aside / name / MANIFEST, record)
    prepared = aside.parent
    (prepared / "hidden").mkdir(mode=0o700, exist_ok=True)
    for folder in (f"hidden/{name}", name):  # the public part last: whoever sees it, all is there
        if (aside / folder).exists():  # a hidden text of the instructor's own stays
            shutil.rmtree(prepared / folder, ignore_errors=True)
            (aside / folder).rename(prepared / folder)


@contextlib.contextmanager
def private_folder(prepared: Path) -> Iterator[Path]:
    """An empty folder to work in, for one process at a time and for no other user; gone afterwards.

    A killed process loses the lock with its life, and the next one clears up what it left.
    """
    prepared.mkdir(parents=True, exist_ok=True)
    with (prepared / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        aside = prepared / ".partial"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def problems(name: str = DEFAULT, data: Path = DATA) -> list[str]:
    """What is wrong with a prepared corpus, a sentence each; nothing if every file has its recorded checksum."""
    recorded = recorded_files(name, data)
    if recorded is None or not (data / "prepared" / name).is_dir():
        return [_prepare_it(_("{name} is not prepared").format(name=name), name)]
    found = []
    for path, checksum in recorded.items():
        try:
            content = (data / "prepared" / path).read_bytes()
        except OSError:
            found.append(_prepare_it(_("data/prepared/{path} is missing").format(path=path), name))
            continue
        if sha256(content) != checksum:
            found.append(_prepare_it(_("data/prepared/{path} is damaged").format(path=path), name))
    return found


def _prepare_it(what: str, name: str) -> str:
    source = "" if name in PINNED else " --from …"
    return _("{what}: run “autograder data prepare {name}{source}”.").format(
        what=what, name=name, source=source
    )


def recorded_files(name: str, data: Path) -> dict[str, str] | None:
    """The checksums of a corpus: a pinned one's in the manifest, a brought one's beside its files.

    Those of a hidden text of the instructor's own are beside that text.
    """
    record, own = data / "prepared" / name / MANIFEST, own_hidden_record(name, data)
    if name in PINNED:
        files = read_manifest(data)[name].get("files")
    else:
        files = read_json(record)["files"] if record.exists() else None
    return {**files, **read_json(own)["files"]} if files and own.exists() else files


def own_hidden_record(name: str, data: Path = DATA) -> Path:
    """Where the record of a hidden text lies that the instructor has put in the place of the corpus's own."""
    return data / "prepared" / "hidden" / name / MANIFEST


def prepared_names(data: Path = DATA) -> list[str]:
    """The corpora that have a folder in `data/prepared`, the course's own first."""
    folders = (path.name for path in sorted((data / "prepared").glob("[a-z0-9]*")) if path.is_dir())
    return sorted((name for name in folders if name != "hidden"), key=lambda name: (name != DEFAULT, name))
