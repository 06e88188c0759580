"""Corpora that users bring, on tiny generated files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.maintain.data.adapters import read, read_folder, read_nsmc, read_wikitext
from autograder.maintain.data.corpus import DataError, vocabulary_of
from autograder.maintain.data.manifest import read_manifest

TOKENS = " \n = Valkyria = \n \n The <unk> game @-@ of 2011 . \n = = Plot = = \n"
HEADER = "id\tdocument\tlabel\n"


@pytest.fixture
def wikitext(tmp_path: Path) -> Path:
    """Three files in the form of WikiText-2."""
    for part in ("train", "valid", "test"):
        (tmp_path / f"wiki.{part}.tokens").write_bytes(TOKENS.encode("utf-8"))
    return tmp_path


def nsmc(folder: Path, train: list[str], test: list[str]) -> Path:
    """Two tables in the form of NSMC."""
    for name, rows in (("ratings_train.txt", train), ("ratings_test.txt", test)):
        (folder / name).write_bytes((HEADER + "".join(f"{row}\n" for row in rows)).encode("utf-8"))
    return folder


def test_wikitext_is_taken_as_it_is(wikitext: Path) -> None:
    """Blank lines count, `<unk>` and capitals stay, an article is a document, a section is not."""
    corpus = read_wikitext("wikitext-2", wikitext)
    assert corpus.train.words == ["", "= Valkyria =", "", "The <unk> game @-@ of 2011 .", "= = Plot = ="]
    assert corpus.train == corpus.valid == corpus.hidden
    assert corpus.train.documents == 1
    words = vocabulary_of(corpus.train.words, corpus.vocabulary_size)
    assert words[:3] == ["<unk>", "<eos>", "="]
    assert "2011" in words


def test_half_a_download_is_noticed(wikitext: Path) -> None:
    """The counts that are known of the whole are compared."""
    known = read_manifest()["wikitext-2"]
    with pytest.raises(DataError, match=r"train text has 5 lines instead of 36,718; fetch it again\.$"):
        read("wikitext-2", wikitext, known)
    tokens = {"counts": {"valid": {"lines": 5, "tokens": 19}}}
    with pytest.raises(DataError, match=r"valid text has 20 tokens instead of 19"):
        read("wikitext-2", wikitext, tokens)
    assert read("wikitext-2", wikitext, {"counts": {"valid": {"lines": 5, "tokens": 20}}})


def test_nsmc_keeps_quotes_empty_reviews_and_labels(tmp_path: Path) -> None:
    """A quotation mark opens nothing; of twenty rows the last validates; labels stand line by line."""
    rows = [f"{number}\t영화 {number}\t{number % 2}" for number in range(40)]
    rows[0], rows[1] = '0\t"좋아요\t1', "1\t\t0"
    corpus = read_nsmc("nsmc", nsmc(tmp_path, rows, ['9\t별로" 다\t0']))
    assert corpus.train.raw[:3] == ['"좋아요', "", "영화 2"]
    assert corpus.train.words[:3] == ['" 좋아요', "", "영화 N"]
    assert (len(corpus.train.raw), corpus.train.labels[:3]) == (38, ["1", "0", "0"])
    assert list(corpus.valid.raw) == ["영화 19", "영화 39"]
    assert (corpus.hidden.raw, corpus.hidden.labels) == (['별로" 다'], ["0"])


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("id\tdocument\n1\tgood\n", 1),
        (HEADER + "1\tgood\t1\n2\tbad\t2\n", 3),
        (HEADER + "1\tgood\n", 2),
    ],
)
def test_a_table_of_another_form_is_refused_by_line(tmp_path: Path, table: str, line: int) -> None:
    """The sentence says which line is wrong."""
    nsmc(tmp_path, [], [])
    (tmp_path / "ratings_train.txt").write_text(table, encoding="utf-8")
    with pytest.raises(DataError, match=f"ratings_train.txt, line {line}, is not"):
        read_nsmc("nsmc", tmp_path)


review = st.text(st.characters(blacklist_characters="\t\n\r", blacklist_categories=("Cs",)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(review, st.sampled_from("01")), max_size=30))
def test_every_review_is_one_line(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    """Whatever is written in it, quotation marks and exotic separators of lines included."""
    rows = [f"{number}\t{text}\t{label}" for number, (text, label) in enumerate(reviews)]
    hidden = read_nsmc("nsmc", nsmc(tmp_path, [], rows)).hidden
    assert list(hidden.raw) == [" ".join(text.split()) for text, _label in reviews]
    assert list(hidden.labels) == [label for _text, label in reviews]
    assert not any("\n" in line for line in hidden.words)


def test_a_folder_of_text_is_split_by_document(tmp_path: Path) -> None:
    """By name, of ten the fifth validates and the tenth is hidden; other files are not looked at."""
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(f"Letter {number}.\r\n\r\nYours", encoding="utf-8")
    (tmp_path / "notes.md").write_text("no text", encoding="utf-8")
    corpus = read_folder("letters", tmp_path)
    assert corpus.valid.raw == ["Letter 4.", "Yours"]
    assert corpus.hidden.raw == ["Letter 9.", "Yours"]
    assert (corpus.train.documents, corpus.train.words[:2]) == (10, ["letter N .", "yours"])


def test_what_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    """No folder, no file, too few files, another encoding, a corpus that needs none of this."""
    with pytest.raises(DataError, match=r"You have to bring .*\(wiki.train.tokens.* --from FOLDER”\.$"):
        read("wikitext-2", None, read_manifest()["wikitext-2"])
    with pytest.raises(DataError, match=r"has no file wiki.train.tokens"):
        read("wikitext-2", tmp_path, {})
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="is not text in UTF-8"):
        read("letters", tmp_path, {})
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    with pytest.raises(DataError, match=r"has 1 text files .* at least 10"):
        read("letters", tmp_path, {})
    with pytest.raises(DataError, match="read from the package faker"):
        read("surnames", tmp_path, read_manifest()["surnames"])
