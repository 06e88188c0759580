"""What is made of any corpus: paired lines, a vocabulary with the special words first, counts, files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.maintain.data.corpus import Corpus, Split, counts_of, files_of, split_of, vocabulary_of

CORPUS = Corpus(
    "tiny",
    train=split_of(["The cat.\n\n  The dog!  ", "A cat"]),
    valid=split_of(["The cow"]),
    hidden=Split(1, ["Secret"], ["secret"], ["1"]),
    vocabulary_size=5,
)


def test_paragraphs_become_paired_lines() -> None:
    """Blank lines fall away, others are trimmed; each has its words beside it."""
    assert CORPUS.train == Split(2, ["The cat.", "The dog!", "A cat"], ["the cat .", "the dog !", "a cat"])


def test_the_vocabulary_is_the_most_frequent_words() -> None:
    """Ties go to the word that came first; a special word in the text is the special word and counts once."""
    text = ["<unk> b a a c", "b <eos> c d"]
    assert vocabulary_of(text, 5) == ["<unk>", "<eos>", "b", "a", "c"]
    assert vocabulary_of(text, None) == ["<unk>", "<eos>", "b", "a", "c", "d"]


@given(st.lists(st.text("abcdef ", max_size=20)), st.integers(2, 9))
def test_no_word_inside_is_rarer_than_one_outside(text: list[str], size: int) -> None:
    """Never more than asked for, all different, by falling frequency."""
    words = " ".join(text).split()
    found = vocabulary_of(text, size)
    assert len(found) == len(set(found)) == min(size, 2 + len(set(words)))
    inside = [words.count(word) for word in found[2:]]
    outside = [words.count(word) for word in set(words) - set(found)]
    assert inside == sorted(inside, reverse=True)
    assert max(outside, default=0) <= min(inside, default=len(words))


def test_counts_by_hand() -> None:
    """the, cat, . are known; dog, !, a and cow are not; one `<eos>` a line; bytes with newlines."""
    assert counts_of(CORPUS) == {
        "train": {"documents": 2, "lines": 3, "tokens": 11, "unknown": 3, "bytes": 24},
        "valid": {"documents": 1, "lines": 1, "tokens": 3, "unknown": 1, "bytes": 8},
        "hidden": {"documents": 1, "lines": 1, "tokens": 2, "unknown": 1, "bytes": 7},
    }


def test_what_is_hidden_has_a_folder_of_its_own() -> None:
    """No public file holds a hidden word; labels only where there are some."""
    files = files_of(CORPUS)
    assert sorted(files) == [
        "hidden/tiny/test.labels.txt", "hidden/tiny/test.txt", "hidden/tiny/test.words.txt",
        "tiny/train.txt", "tiny/train.words.txt", "tiny/valid.txt", "tiny/valid.words.txt", "tiny/vocabulary.txt",
    ]  # fmt: skip
    assert files["tiny/vocabulary.txt"] == b"<unk>\n<eos>\nthe\ncat\n.\n"
    assert files["hidden/tiny/test.txt"] == b"Secret\n"
    assert not any(b"ecret" in content for path, content in files.items() if path.startswith("tiny/"))
