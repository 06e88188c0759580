"""Reads the hidden test text of a prepared corpus, for the grader only: no bundle and no worker has it."""

from autograder.student import corpora


def hidden_content(corpus: str, ending: str) -> str:
    """What the prepared file of the hidden text holds: `.words.txt` is folded, `.txt` as it was written."""
    return corpora.read_prepared(corpora.DATA / "prepared" / "hidden" / corpus / f"test{ending}")


def hidden_lines(corpus: str) -> list[str]:
    """The folded lines of the hidden test text, as `autograder.student.corpora.lines` gives those of the others."""
    return corpora.split_lines(hidden_content(corpus, ".words.txt"))


def hidden_raw_text(corpus: str) -> str:
    """The hidden test text as it was written, one paragraph a line: what bits per byte are counted on."""
    return hidden_content(corpus, ".txt")
