"""Puts a text that only the instructor has in the place of a corpus's hidden one, which is as public as the corpus.

Training and validation stay what they are. Everything that is prepared is recorded beside the text; floors and targets
have to be measured again, as for any other text.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.maintain.data.adapters import documents_in
from autograder.maintain.data.corpus import Corpus, DataError, Split, counts_of, files_of, split_of
from autograder.maintain.data.manifest import MANIFEST, sha256, write_json
from autograder.maintain.data.prepare import own_hidden_record, private_folder, problems
from autograder.student.core.language import _
from autograder.student.core.metric import Metric
from autograder.student.corpora import DATA

LEAST_TOKENS = (
    20_000  # fewer would measure chance, and the beginnings of the 256 pieces that a text is read in
)
SHARED = 0.01  # of the long lines may stand in a public text: forms of address, captions
_LONG = 8  # words; shorter lines are the same in many texts


def hide(folder: Path, corpus: str, data: Path = DATA, least: int = LEAST_TOKENS) -> dict[str, int]:
    """Makes all text files of a folder the hidden text of a prepared corpus; their counts. `DataError` if it cannot."""
    for problem in problems(corpus, data):
        raise DataError(problem)
    hidden = split_of(documents_in(folder))
    prepared = data / "prepared"
    public = {split: _read(prepared / corpus / f"{split}.words.txt") for split in ("train", "valid")}
    if not own_hidden_record(corpus, data).exists():
        public["hidden"] = _read(prepared / "hidden" / corpus / "test.words.txt")  # it can be worked out
    _require_private(hidden, {line for lines in public.values() for line in lines})
    made = Corpus(corpus, _split(public["train"]), _split(public["valid"]), hidden)
    counts = counts_of(made)["hidden"]
    if counts["tokens"] < least:
        raise DataError(
            _(
                "The text in {folder} has {count:,} tokens, and a measurement needs at least {least:,}."
            ).format(folder=folder, count=counts["tokens"], least=least)
        )
    files = {path: content for path, content in files_of(made).items() if path.startswith("hidden/")}
    record = {"counts": counts, "files": {path: sha256(content) for path, content in files.items()}}
    _install(corpus, files, record, prepared)
    return counts


def is_of_its_kind(entry: Mapping[str, Any], metric: Metric) -> bool:
    """Whether marks have room between the lines that were measured: at least half of what they have on the valid text.

    Of a text of another kind even a good model of the corpus knows little, and all models come out alike.
    """
    room = {
        split: metric.scale(entry["floor"][split]) - metric.scale(entry["target"][split])
        for split in ("valid", "hidden")
    }
    return room["hidden"] >= room["valid"] / 2


def _require_private(hidden: Split, public: set[str]) -> None:
    long = [line for line in hidden.words if len(line.split()) >= _LONG]
    shared = sum(line in public for line in long)
    if shared > SHARED * len(long):
        raise DataError(
            _(
                "{share:.0%} of the long lines stand in the public texts of the corpus: a hidden text must be one "
                "that students cannot find."
            ).format(share=shared / len(long))
        )


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _split(words: list[str]) -> Split:
    return Split(0, words, words)


def _install(corpus: str, files: dict[str, bytes], record: dict[str, Any], prepared: Path) -> None:
    """Writes everything aside, then puts the folder into its place."""
    with private_folder(prepared) as aside:
        for path, content in files.items():
            (aside / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / path).write_bytes(content)
        write_json(aside / "hidden" / corpus / MANIFEST, record)
        os.chmod(aside / "hidden" / corpus, 0o700)
        shutil.rmtree(prepared / "hidden" / corpus, ignore_errors=True)
        (aside / "hidden" / corpus).rename(prepared / "hidden" / corpus)
