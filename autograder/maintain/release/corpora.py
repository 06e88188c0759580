"""Packs the public part of the prepared corpora, and proves that no hidden text is in what students get.

A corpus file may be in the bundle only byte for byte as the manifest records it. Everything else in the bundle is
folded as the corpora are, and searched for every run of `RUN` words of the hidden text that the public text has not.
The public text itself must have almost none of these runs, so that a wrong split cannot pass either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder.grading.hidden_text import hidden_lines
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.manifest import read_manifest, sha256
from autograder.maintain.data.prepare import problems
from autograder.maintain.release.assignments import CannotRelease
from autograder.maintain.release.leaks import Leak, texts
from autograder.student.core.language import _
from autograder.student.corpora import DATA, SPLITS, fold, lines
from autograder.student.models.measured_models import MEASURED_MODELS

CORPORA = tuple(sorted({model.corpus for model in MEASURED_MODELS.values()}))
RUN = 12  # words; shorter runs are phrases that any two speakers share
SHARED = 0.01  # of the hidden runs may be in the public text: the forms of address, above all

Run = tuple[str, ...]


def corpus_files(data: Path = DATA) -> dict[str, bytes]:
    """The public files of the corpora that the notebooks need, by their paths in the bundle."""
    try:
        for corpus in CORPORA:
            for problem in problems(corpus, data):
                raise CannotRelease(problem)
        return {path: (data.parent / path).read_bytes() for path in _recorded(data)}
    except DataError as error:
        raise CannotRelease(str(error)) from error


def _recorded(data: Path) -> dict[str, str]:
    """The recorded checksums of the public files, by their paths in the bundle."""
    manifest = read_manifest(data)
    return {
        f"data/prepared/{path}": checksum
        for corpus in CORPORA
        for path, checksum in manifest[corpus]["files"].items()
        if path.startswith(f"{corpus}/")
    }


def assert_no_hidden_text(files: Mapping[str, bytes], runs: Mapping[str, set[Run]], prefix: str = "") -> None:
    """Raises `Leak` if hidden text is in a file of the bundle, whose paths there begin with `prefix`."""
    recorded = {prefix + path: checksum for path, checksum in _recorded(DATA).items()}
    for name, content in files.items():
        if recorded.get(name) == sha256(content):
            continue
        words = fold("\n".join(texts(name, content))).split()
        for corpus, secret in runs.items():
            for run in _runs(words):
                if run in secret:
                    raise Leak(
                        _("{name}: hidden text of the corpus {corpus}: {words}").format(
                            name=name, corpus=corpus, words=" ".join(run)
                        )
                    )


def hidden_runs() -> dict[str, set[Run]]:
    """The runs of words by which the hidden text of each corpus is known."""
    return {corpus: _hidden_runs(corpus) for corpus in CORPORA}


def _hidden_runs(corpus: str) -> set[Run]:
    hidden = set(_runs_of(hidden_lines(corpus)))
    public = {run for split in SPLITS for run in _runs_of(lines(corpus, split)) if run in hidden}
    if len(public) > SHARED * len(hidden):
        raise Leak(
            _("The public text of the corpus {corpus} holds {share:.1%} of the hidden text.").format(
                corpus=corpus, share=len(public) / len(hidden)
            )
        )
    return hidden - public


def _runs_of(text: Iterable[str]) -> Iterator[Run]:
    for line in text:
        yield from _runs(line.split())


def _runs(words: list[str]) -> Iterator[Run]:
    return zip(*(words[start:] for start in range(RUN)), strict=False)
