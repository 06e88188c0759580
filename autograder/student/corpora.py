"""Reads the prepared corpora: raw lines, folded words and the fixed vocabulary, from the folder `data/prepared`.

Prepared files are read as they are; `autograder data prepare` writes them and `autograder data verify` checks them.
Line i of a split's words is line i of its raw text. The hidden test text is not here and cannot be asked for.
"""

import re
from pathlib import Path

from autograder.student.core.course import spec_of
from autograder.student.core.language import _

DATA = Path(__file__).resolve().parents[2] / "data"  # beside the package in a clone, a bundle and the sandbox
PARALLEL = Path(__file__).with_name("parallel.tsv")  # ships with the code: it is small
UNKNOWN, END_OF_LINE = "<unk>", "<eos>"  # ids 0 and 1 of every vocabulary
NUMBER = "N"  # no word can be it, since words are in lower case
SPLITS = ("train", "valid")
# A number with its points and commas, a word with its apostrophes, or one sign: together every visible character.
_TOKEN = re.compile(r"(\d+(?:[.,]\d+)*)|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")


class MissingCorpus(Exception):
    """A prepared file is not there or cannot be read; the message is one sentence that says what to do."""


def of(assignment: str) -> str:
    """The corpus that the model of an assignment is trained and graded on, as its `spec.py` says.

    >>> of("subword_language_model")
    'sotu'
    """
    model = spec_of(assignment).model
    if model is None:
        raise ValueError(_("{assignment} has no trained model.").format(assignment=assignment))
    return model.corpus


def lines(corpus: str, split: str) -> list[str]:
    """The folded lines of `train` or `valid`: words with one space between, no newline, no `<eos>`.

    >>> lines("sotu", "train")[0].split()[:5]
    ['fellow', '-', 'citizens', 'of', 'the']
    """
    return text_lines(_public(corpus, split, ".words.txt"))


def raw_text(corpus: str, split: str) -> str:
    """The text of `train` or `valid` as it was written, one paragraph a line, with newlines."""
    return read_prepared(_public(corpus, split, ".txt"))


def vocabulary(corpus: str) -> list[str]:
    """The words that have an id of their own, by id: `<unk>`, `<eos>`, then the most frequent words of `train` first.

    >>> vocabulary("sotu")[:4]
    ['<unk>', '<eos>', 'the', ',']
    """
    return text_lines(DATA / "prepared" / corpus / "vocabulary.txt")


def parallel() -> tuple[list[str], list[str]]:
    """The same paragraphs in English and in Korean, from the help of a desktop; licence and source stand in the file.

    >>> [paragraphs[2] for paragraphs in parallel()]
    ['Open the Activities overview and start typing Accessibility.', '현재 활동 개요를 열고 접근성 입력을 시작합니다.']
    """
    rows = [line.split("\t") for line in text_lines(PARALLEL) if not line.startswith("#")]
    return [english for english, _korean in rows], [korean for _english, korean in rows]


def fold(text: str) -> str:
    """A line as the models see it: lower case, punctuation apart, numbers as `N`.

    >>> fold("In 1790, the President's message.")
    "in N , the president's message ."
    """
    return " ".join(NUMBER if match[1] else match[0] for match in _TOKEN.finditer(text.lower()))


def text_lines(path: Path) -> list[str]:
    """The lines of a prepared file."""
    return split_lines(read_prepared(path))


def split_lines(content: str) -> list[str]:
    """The lines of what a prepared file holds; a line ends at a newline and nowhere else."""
    return content.removesuffix("\n").split("\n")


def content(corpus: str, split: str, ending: str) -> str:
    """What the prepared file of a split holds: `.words.txt` is folded, `.txt` as it was written."""
    return read_prepared(_public(corpus, split, ending))


def read_prepared(path: Path) -> str:
    """The text of a prepared file, or `MissingCorpus`."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MissingCorpus(
            _(
                "The corpus {corpus} is missing or damaged: unpack the course's archive again, or in the instructor's "
                "copy run “autograder data prepare {corpus}”."
            ).format(corpus=path.parent.name)
        ) from error


def _public(corpus: str, split: str, ending: str) -> Path:
    if split not in SPLITS:
        raise ValueError(
            _("There is no split “{split}”. There are: {known}.").format(split=split, known=", ".join(SPLITS))
        )
    return DATA / "prepared" / corpus / (split + ending)
