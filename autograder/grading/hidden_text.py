"""Reads the hidden test text of a prepared corpus, for the grader only: no bundle and no worker has it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.student import corpora


def hidden_content(corpus: str, ending: str) -> str:
    """What the prepared file of the hidden text holds: `.words.txt` is folded, `.txt` as it was written."""
    return corpora.read_prepared(hidden_file(corpus, ending))


def hidden_file(corpus: str, ending: str) -> Path:
    """Where that file is."""
    return corpora.DATA / "prepared" / "hidden" / corpus / f"test{ending}"


@contextmanager
def shown_to_one(corpus: str, ending: str) -> Iterator[None]:
    """Waits until no other submission on this machine is being shown this text, and keeps it so for the block.

    Two that hear it at once could tell each other what comes next, by anything that two processes of one machine can
    both change and measure, if it is only how busy the processor is.
    """
    with hidden_file(corpus, ending).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def hidden_lines(corpus: str) -> list[str]:
    """The folded lines of the hidden test text, as `autograder.student.corpora.lines` gives those of the others."""
    return corpora.split_lines(hidden_content(corpus, ".words.txt"))


def hidden_raw_text(corpus: str) -> str:
    """The hidden test text as it was written, one paragraph a line: what bits per byte are counted on."""
    return hidden_content(corpus, ".txt")
