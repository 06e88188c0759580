"""What is promised of `BPETokenizer`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from autograder.assignments.subword_language_model.tests.test_train import probe_merge_pair
from autograder.student.checking.comparing import assert_kind, blaming, short
from autograder.student.checking.student import CheckFailed, Remote, Student, StudentError
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

Pair = tuple[bytes, bytes]

# What is learnt from seven lines “bc”, six “ab”, five “aa”, “ a” four times, three empty lines, and “한” twice.
MERGES: list[Pair] = [
    (b"b", b"c"),
    (b"a", b"b"),
    (b"a", b"a"),
    (b" ", b"a"),
    (b"\n", b"\n"),
    (b"\xed", b"\x95"),
]
TEXTS = (
    "abc ab  abc\n\n a\n",
    "한국어, 한글 and 漢字",
    "two  spaces, a tab\t, and a line end\r\n",
    "é e\u0301 \u2028 \u00a0 \x00 \u200b 🙂🇰🇷",
    "   ",
    "",
)
SPECIALS = ["<end>", "<end>of", "a.cd", "a.c", "|"]


def vocab_of(merges: Sequence[Pair], specials: Sequence[str] = ()) -> dict[int, bytes]:
    """The vocabulary that belongs to merges: bytes, joined pairs, specials."""
    pieces = [bytes([value]) for value in range(256)]
    pieces += [first + second for first, second in merges]
    return dict(enumerate(pieces + [special.encode("utf-8") for special in specials]))


def tokenizer_of(student: Student, merges: Sequence[Pair] = MERGES, specials: Sequence[str] = ()) -> Remote:
    """Her tokenizer with these merges and specials."""
    return student.BPETokenizer.keep(vocab_of(merges, specials), list(merges), list(specials))


def new_path(student: Student, name: str) -> Remote:
    """A path on the student's side at which there is no file yet."""
    return student.put(Recipe("path", {"name": name}))


def load(student: Student, path: Remote) -> Remote:
    """What her class loads from a path; says so if no file is there."""
    try:
        return getattr(student, "BPETokenizer.load").keep(path)
    except StudentError as error:
        if error.type_name == "FileNotFoundError":
            raise CheckFailed(_("`save(path)` has left no file at its path.")) from None
        raise


def shown_pieces(ids: Sequence[Any], vocab: dict[int, bytes]) -> str:
    """Ids with the bytes that they stand for, as a message shows them."""
    return short([vocab.get(number, number) if type(number) is int else number for number in ids])


def assert_ids(got: Any, expected: Sequence[int], vocab: dict[int, bytes], text: str) -> None:
    """Raises `CheckFailed` with the first id that differs, and the pieces on both sides."""
    what = _("encode({text})").format(text=short(text))
    assert_kind(got, list, what)
    for place, number in enumerate(got):
        assert_kind(number, int, f"{what}[{place}]")
    if list(got) != list(expected):
        raise CheckFailed(
            _("{what} is {got}, the pieces {pieces}; expected {expected}, the pieces {wanted}.").format(
                what=what,
                got=short(list(got)),
                pieces=shown_pieces(got, vocab),
                expected=short(list(expected)),
                wanted=shown_pieces(expected, vocab),
            )
        )


def assert_encodes(student: Student, text: str, pieces: Sequence[bytes]) -> None:
    """Raises `CheckFailed` unless the text is cut into these pieces."""
    vocab = vocab_of(MERGES)
    numbers = {piece: number for number, piece in vocab.items()}
    with blaming(student, "BPETokenizer", "merge_pair", lambda: probe_merge_pair(student)):
        got = tokenizer_of(student).encode(text)
        assert_ids(got, [numbers[piece] for piece in pieces], vocab, text)


def assert_comes_back(tokenizer: Remote, text: str) -> None:
    """Raises `CheckFailed` unless decode(encode(text)) is the text."""
    got = tokenizer.decode(tokenizer.encode(text))
    assert_kind(got, str, _("decode(…)"))
    if got != text:
        place = next(
            (i for i, (a, b) in enumerate(zip(got, text, strict=False)) if a != b), min(len(got), len(text))
        )
        raise CheckFailed(
            _("decode(encode({text})) is {got}: they differ at character {place}.").format(
                text=short(text), got=short(got), place=place
            )
        )


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Which id has a byte, which one the first merge, which one the special?",
    "What has to be cut out of the text before it is split into words?",
)
def test_the_example(student: Student) -> None:
    """The docstring's example: “low<end>” and back."""
    merges, specials = [(b"o", b"w")], ["<end>"]
    vocab = vocab_of(merges, specials)
    tokenizer = tokenizer_of(student, merges, specials)
    assert_ids(tokenizer.encode("low<end>"), [108, 256, 257], vocab, "low<end>")
    got = tokenizer.decode([108, 256, 257])
    if got != "low<end>":
        raise CheckFailed(_("decode([108, 256, 257]) is {got}, expected 'low<end>'.").format(got=short(got)))


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Of the merges that fit somewhere in the word, which one was learnt first?",
    "BPE has no dictionary of whole words. Which merges can still happen to (a, bc)?",
)
def test_merges_in_the_order_learnt(student: Student) -> None:
    """The merge that was learnt first goes first, wherever it stands in the word; from the left without overlap."""
    for text, pieces in (
        ("abc", (b"a", b"bc")),
        ("ababc", (b"ab", b"a", b"bc")),
        ("aab", (b"a", b"ab")),
        ("aaaa", (b"aa", b"aa")),
        ("aaa", (b"aa", b"a")),
        ("cab", (b"c", b"ab")),
    ):
        assert_encodes(student, text, pieces)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "What did training see as a word? Is the text cut in the same way here?",
    "May a merge join the end of one word and the beginning of the next?",
)
def test_words_are_those_of_training(student: Student) -> None:
    """No merge crosses from one word into the next, and a space belongs to the word behind it."""
    assert_encodes(student, "ab abc", (b"ab", b" a", b"bc"))
    assert_encodes(student, "b\n\n\nb", (b"b", b"\n\n", b"\n", b"b"))
    assert_encodes(student, "b\n\nb", (b"b", b"\n", b"\n", b"b"))
    assert_encodes(student, "a   a", (b"a", b" ", b" ", b" a"))


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Compare repr() of the text before and after. Which character is missing, or another one?",
    "Which of your calls throws white space away, or changes letters?",
)
def test_every_text_comes_back(student: Student) -> None:
    """decode(encode(text)) is the text, letter for letter, whatever is in it."""
    tokenizer = tokenizer_of(student)
    for text in TEXTS:
        assert_comes_back(tokenizer, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint("Can a token be half a letter? What does `bytes.decode` do with it, and what shall it do?")
def test_half_a_letter(student: Student) -> None:
    """Bytes that are no valid UTF-8 become U+FFFD; halves that meet become their letter again."""
    tokenizer = tokenizer_of(student)
    last = "한".encode()[2]  # the first two bytes are piece 261
    for ids, expected in (([261, last], "한"), ([261], "\ufffd"), ([97, last, 98], "a\ufffdb"), ([], "")):
        got = tokenizer.decode(ids)
        if got != expected:
            raise CheckFailed(
                _("decode({ids}) is {got}, expected {expected}.").format(
                    ids=ids, got=short(got), expected=short(expected)
                )
            )


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Two specials begin at the same place: which one is meant?",
    "Does a special have signs that mean something else in a regular expression?",
    "Which id is the first special's? Count from the end of vocab.",
)
def test_specials_are_one_id_each(student: Student) -> None:
    """A special is one id wherever it stands, the longer one of two; what is between them is ordinary text."""
    vocab = vocab_of(MERGES, SPECIALS)
    end, end_of, dotted_d, dotted, bar = range(len(vocab) - 5, len(vocab))
    tokenizer = tokenizer_of(student, MERGES, SPECIALS)
    for text, ids in (
        ("<end>", [end]),
        ("a.cdb", [dotted_d, 98]),
        ("<end>of|", [end_of, bar]),
        ("ab<end>abc", [257, end, 97, 256]),
        ("a.cabc", [dotted, 97, 256]),
        ("<end><end>o", [end, end, 111]),
        ("<en", [60, 101, 110]),
    ):
        assert_ids(tokenizer.encode(text), ids, vocab, text)
    for text in ("<end>", "one<end>of|a.c two <end>\n"):
        assert_comes_back(tokenizer, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint("Who owns the list that you return: the caller, or your table of known words?")
def test_a_new_list_with_each_call(student: Student) -> None:
    """What a caller does with a list of ids changes nothing in the tokenizer."""
    tokenizer = tokenizer_of(student)
    for text in ("abc", "", "abc ab"):
        before = tokenizer.encode(text)
        kept = tokenizer.encode.keep(text)
        kept.append(7)
        kept.reverse()
        assert_ids(tokenizer.encode(text), before, vocab_of(MERGES), text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Which pieces hold a space, a line end, or bytes that are no text? What does your file make of them?",
    "What does `load` need besides the vocabulary: are the merges in their order, and are the specials there?",
)
def test_saved_and_loaded(student: Student) -> None:
    """A tokenizer that was saved and loaded gives the same ids and the same text."""
    path = new_path(student, "tokenizer.file")
    saved = tokenizer_of(student, MERGES, SPECIALS)
    saved.save(path)
    loaded = load(student, path)
    vocab = vocab_of(MERGES, SPECIALS)
    for text in (*TEXTS, "ababc <end>of|a.c", "abc\n\n\naa"):
        assert_ids(loaded.encode(text), saved.encode(text), vocab, text)
        assert_comes_back(loaded, text)
