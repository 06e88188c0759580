"""Reads the hidden test text of a prepared corpus, for the grader only: no bundle and no worker has it."""

from autograder.student import corpora


def hidden_lines(corpus: str) -> list[str]:
    """The folded lines of the hidden test text, as `autograder.student.corpora.lines` gives those of the others."""
    return corpora.text_lines(corpora.DATA / "prepared" / "hidden" / corpus / "test.words.txt")


def hidden_raw_text(corpus: str) -> str:
    """The hidden test text as it was written, one paragraph a line: what bits per byte are counted on."""
    return corpora.read_prepared(corpora.DATA / "prepared" / "hidden" / corpus / "test.txt")
