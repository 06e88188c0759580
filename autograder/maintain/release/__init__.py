"""Releases the course: notebooks without answers, a bundle for students, and a proof that nothing hidden is in it."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path

from autograder.assignments.sources import ROOT
from autograder.maintain.release.assignments import CannotRelease, release_notebooks, update_assignments
from autograder.maintain.release.bundle import NAME, bundle_files, unzipped, zipped
from autograder.maintain.release.completeness import missing
from autograder.maintain.release.corpora import assert_no_hidden_text, corpus_files, hidden_runs
from autograder.maintain.release.leaks import Leak, all_secrets, assert_nothing_leaks
from autograder.student.core.language import EDITION, _

__all__ = ["EDITION_PACKAGES", "CannotRelease", "Leak", "edition_files", "release", "update_assignments"]

# What pictures need to show a language: a font, where the system may have none.
EDITION_PACKAGES = {"ko": ("koreanize-matplotlib==0.1.1; sys_platform == 'linux'",)}


def release(out: Path, language: str = "") -> list[Path]:
    """Writes the students' bundle into a folder, in English or as an edition in another language; the files written.

    `CannotRelease` lists everything that the assignments lack. The zip is read back and searched before it gets its
    name: `Leak` says what was found, and no zip is left.
    """
    if lacking := missing() + (_untranslated(language) if language else []):
        raise CannotRelease("\n".join([_("The course cannot be released yet:"), *lacking]))
    corpora = corpus_files()
    date = datetime.datetime.now().timetuple()[:6]  # what a zip holds is local time
    data = zipped({**edition_files(language), **corpora}, date)
    out.mkdir(parents=True, exist_ok=True)
    name = f"{NAME}-{language}" if language else NAME
    path, unproven = out / f"{name}.zip", out / f".{name}.zip.unproven"
    path.unlink(missing_ok=True)  # an older one must not be taken for this one
    try:
        unproven.write_bytes(data)
        files = unzipped(unproven)
        assert_no_hidden_text(files, hidden_runs(), prefix=f"{NAME}/")
        # The corpora are proven to be as recorded; code is searched for where code can be.
        assert_nothing_leaks(
            {
                name: content
                for name, content in files.items()
                if name.removeprefix(f"{NAME}/") not in corpora
            },
            all_secrets(),
        )
        unproven.replace(path)
    finally:
        unproven.unlink(missing_ok=True)
    return [path]


def edition_files(language: str) -> dict[str, bytes]:
    """What is in the bundle; in another language its notebooks are translated, and its checks speak it."""
    if not language:
        return bundle_files(release_notebooks())
    from autograder.maintain.translation import translated_files, translated_notebook

    notebooks = release_notebooks(source_of=partial(translated_notebook, language=language))
    edition = EDITION.relative_to(ROOT).as_posix()
    files = bundle_files(
        notebooks, pages=translated_files(language), packages=EDITION_PACKAGES.get(language, ())
    )
    return {**files, edition: f"{language}\n".encode()}


def _untranslated(language: str) -> list[str]:
    """What an edition in this language lacks."""
    from autograder.maintain.translation import missing as texts_missing

    return texts_missing(language)
