"""The corpora in the students' bundle: complete, as recorded, and without a run of hidden words anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import autograder.maintain.release
from autograder.grading.hidden_text import hidden_lines, hidden_raw_text
from autograder.maintain.release import CannotRelease, Leak
from autograder.maintain.release import corpora as module
from autograder.maintain.release.bundle import bundle_files
from autograder.maintain.release.corpora import RUN, Run, assert_no_hidden_text, corpus_files, hidden_runs
from autograder.student.corpora import lines


@pytest.fixture(scope="module")
def corpus() -> dict[str, bytes]:
    """The corpus files of the bundle."""
    return corpus_files()


@pytest.fixture(scope="module")
def runs() -> dict[str, set[Run]]:
    """By what hidden text is known."""
    return hidden_runs()


@pytest.fixture(scope="module")
def sentence() -> str:
    """A hidden sentence that no public text has."""
    public = "\n".join(lines("sotu", "train") + lines("sotu", "valid"))
    raw = hidden_raw_text("sotu").split("\n")
    for line, words in zip(raw, hidden_lines("sotu"), strict=False):
        if len(words.split()) > 3 * RUN and words not in public:
            return line
    raise AssertionError("no hidden line is long enough")


def test_the_bundle_has_what_notebooks_read(corpus: dict[str, bytes]) -> None:
    """Words, text and vocabulary of the public splits, and what was measured; nothing that is hidden."""
    assert sorted(corpus) == [
        f"data/prepared/sotu/{name}"
        for name in ("train.txt", "train.words.txt", "valid.txt", "valid.words.txt", "vocabulary.txt")
    ]
    others = {path for path in bundle_files({}) if path.startswith("data/")}
    assert others == {"data/README.md", "data/manifest.json", "data/thresholds.json"}


def test_no_hidden_text_is_in_the_bundle(corpus: dict[str, bytes], runs: dict[str, set[Run]]) -> None:
    """The proof holds for everything that students get."""
    assert_no_hidden_text({**bundle_files({}), **corpus}, runs)


@pytest.mark.parametrize(
    "form", ["text", "other spaces and case", "json", "words", "in the corpus", "misplaced"]
)
def test_hidden_text_is_found(
    form: str, sentence: str, corpus: dict[str, bytes], runs: dict[str, set[Run]]
) -> None:
    """Twelve words of it are enough, however they are written and wherever they stand."""
    part = " ".join(sentence.split()[4 : 6 + RUN])
    train = "data/prepared/sotu/train.txt"
    name, content = {
        "text": ("README.md", part),
        "other spaces and case": ("README.md", part.upper().replace(" ", "\n \t")),
        "json": ("a.ipynb", json.dumps({"cells": [{"source": [part[:20], part[20:]]}]})),
        "words": ("autograder/student/x.py", f"# {module.fold(part)}"),
        "in the corpus": (train, corpus[train].decode("utf-8") + sentence),
        "misplaced": ("data/prepared/sotu/notes.txt", sentence),
    }[form]
    with pytest.raises(Leak, match=f"{name}: hidden text of the corpus sotu: "):
        assert_no_hidden_text({"fine.md": b"Nothing in here.", name: content.encode("utf-8")}, runs)


def test_what_anybody_says_may_stand(runs: dict[str, set[Run]]) -> None:
    """A form of address that the public text has too."""
    address = "Fellow-Citizens of the Senate and of the House of Representatives:"
    assert_no_hidden_text({"README.md": address.encode("utf-8")}, runs)


def test_a_wrong_split_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the hidden text were in the training text, every run of it would count as public."""
    monkeypatch.setattr(module, "lines", lambda corpus, _split: hidden_lines(corpus)[:100])
    with pytest.raises(Leak, match=r"holds \d+\.\d% of the hidden text"):
        hidden_runs()


def test_without_a_prepared_corpus_nothing_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that says what to do, and no archive."""
    (tmp_path / "manifest.json").write_bytes((module.DATA / "manifest.json").read_bytes())
    with pytest.raises(CannotRelease, match=r"is not prepared: run “autograder data prepare sotu”\.$"):
        corpus_files(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(CannotRelease, match=r"manifest.json is missing or damaged"):
        corpus_files(tmp_path)

    def missing() -> dict[str, bytes]:
        raise CannotRelease("missing")

    monkeypatch.setattr(autograder.maintain.release, "corpus_files", missing)
    with pytest.raises(CannotRelease):
        autograder.maintain.release.release(tmp_path / "out")
    assert not (tmp_path / "out").exists()
