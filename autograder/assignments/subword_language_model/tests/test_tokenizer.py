"""What is promised of `BPETokenizer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import takewhile
from typing import Any

import pytest

from autograder.assignments.subword_language_model.tests._steps import (
    Pair,
    drawn_letters,
    learnable,
    pieces,
    probe_merge_pair,
    vocab_of,
)
from autograder.student.checking.comparing import assert_kind, blaming, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.growth import ATTEMPTS, Attempt, grows_less
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Remote,
    Student,
    StudentError,
)
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

# What is learnt from seven lines “bc”, six “ab”, five “aa”, “ a” four times, three empty lines, and “한” twice.
MERGES: list[Pair] = [
    (b"b", b"c"),
    (b"a", b"b"),
    (b"a", b"a"),
    (b" ", b"a"),
    (b"\n", b"\n"),
    (b"\xed", b"\x95"),
]
VOCAB = vocab_of(MERGES)
SPECIALS = ["<end>", "<end>of", "a.cd", "a.c", "|"]
TEXTS = (
    "abc ab  abc\n\n a\n",
    "한국어, 한글 and 漢字",
    "two  spaces, a tab\t, and a line end\r\n",
    "é e\u0301 \u2028 \u00a0 \x00 \u200b 🙂🇰🇷",
    "   ",
    "",
)
LETTERS = "ab \n\t\u00a0\u2028\r.é한\u1112\u1161\u11abﬁ🙂\x00İß"

# Of sixteen times as many words: see `test_train.py`.
GREATEST_GROWTH = 32.0


def tokenizer_of(who: Student, merges: Sequence[Pair] = MERGES, specials: Sequence[str] = ()) -> Remote:
    """The tokenizer of the student, or of the reference, with these merges and specials."""
    return who.BPETokenizer.keep(vocab_of(merges, specials), list(merges), list(specials))


def trained(reference: Student, draw: Draw, letters: str, specials: Sequence[str] = ()) -> list[Pair]:
    """Merges that are learnt from a drawn text of these letters and spaces."""
    return learnable(reference, partial(drawn_letters, draw, letters + " ", 200), 256 + 20)[1]


def blaming_merge_pair(student: Student) -> AbstractContextManager[None]:
    """Lets a failure name `merge_pair`, if the tokenizer calls it and it is wrong."""
    return blaming(student, "BPETokenizer", "merge_pair", partial(probe_merge_pair, student))


def new_path(who: Student, name: str) -> Remote:
    """A path over there at which there is no file yet."""
    return who.put(Recipe("path", {"name": name}))


def load(student: Student, path: Remote) -> Remote:
    """What her class loads from a path; says so if no file is there."""
    try:
        loaded: Remote = getattr(student, "BPETokenizer.load").keep(path)
        return loaded
    except StudentError as error:
        if error.type_name == "FileNotFoundError":
            raise CheckFailed(_("`save(path)` has left no file at its path.")) from None
        raise


def shown_pieces(ids: Sequence[Any], vocab: dict[int, bytes]) -> str:
    """Ids with the bytes that they stand for, as a message shows them."""
    return short([vocab.get(number, number) if type(number) is int else number for number in ids])


def assert_ids(
    got: Any, expected: Sequence[int], vocab: dict[int, bytes], text: str, question: str = ""
) -> None:
    """Raises `CheckFailed` with the pieces on both sides, unless these are the ids of the text."""
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
            ),
            Evidence.VALUES,
            question,
        )


def assert_encodes(student: Student, text: str, expected: tuple[bytes, ...]) -> None:
    """Raises `CheckFailed` unless the text is cut into these pieces."""
    numbers = {piece: number for number, piece in VOCAB.items()}
    with blaming_merge_pair(student):
        assert_ids(tokenizer_of(student).encode(text), [numbers[piece] for piece in expected], VOCAB, text)


def assert_comes_back(tokenizer: Remote, text: str) -> None:
    """Raises `CheckFailed` unless decode(encode(text)) is the text."""
    assert_decodes(tokenizer.decode(tokenizer.encode(text)), text, _("decode(encode({text}))"))


def assert_decodes(got: Any, text: str, what: str) -> None:
    """Raises `CheckFailed` unless a decoded text is the expected one; says where they begin to differ."""
    what = what.format(text=short(text))
    assert_kind(got, str, what)
    if got != text:
        place = next(
            (i for i, (a, b) in enumerate(zip(got, text, strict=False)) if a != b), min(len(got), len(text))
        )
        raise CheckFailed(
            _("{what} is {got}, expected {text}: they differ at character {place}.").format(
                what=what, got=short(got), text=short(text), place=place
            )
        )


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Which id has a byte, which one the first merge, which one the special?",
    "What has to be cut out of the text before it is split into words?",
)
def test_the_example(student: Student) -> None:
    """The docstring's example: “low<end>” and back; and “low” with a tokenizer that has no specials."""
    merges, specials = [(b"o", b"w")], ["<end>"]
    vocab = vocab_of(merges, specials)
    tokenizer = tokenizer_of(student, merges, specials)
    with blaming_merge_pair(student):
        assert_ids(tokenizer.encode("low<end>"), [108, 256, 257], vocab, "low<end>")
        assert_decodes(tokenizer.decode([108, 256, 257]), "low<end>", "decode([108, 256, 257])")
        question = _("Without specials, what do you split at? What does `re.split('()', text)` give?")
        got = tokenizer_of(student, merges).encode("low")
        assert_ids(got, [108, 256], vocab_of(merges), "low", question)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Of the merges that fit somewhere in the word, which one was learnt first?",
    "BPE has no dictionary of whole words. Which merges can still happen to (a, bc)?",
)
def test_merges_in_the_order_learnt(student: Student) -> None:
    """The merge that was learnt first goes first, wherever it stands in the word; from the left without overlap."""
    for text, expected in (
        ("abc", "a|bc"),
        ("ababc", "ab|a|bc"),
        ("aab", "a|ab"),
        ("aaaa", "aa|aa"),
        ("aaa", "aa|a"),
        ("cab", "c|ab"),
    ):
        assert_encodes(student, text, pieces(expected))


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint("How long may a piece be? Does your code look at some lengths only?")
def test_long_pieces(student: Student) -> None:
    """A piece may be as long as a word of two hundred letters: nothing limits it."""
    merges: list[Pair] = [(b"a" * 2**doublings, b"a" * 2**doublings) for doublings in range(7)]
    merges.append((b"a" * 128, b"b"))
    vocab = vocab_of(merges)
    with blaming_merge_pair(student):
        for text, ids in (("a" * 128 + "b", [263]), ("a" * 200, [262, 261, 258])):
            assert_ids(tokenizer_of(student, merges).encode(text), ids, vocab, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "What did training see as a word? Is the text cut in the same way here?",
    "May a merge join the end of one word and the beginning of the next?",
)
def test_words_are_those_of_training(student: Student) -> None:
    """No merge crosses from one word into the next, and a space belongs to the word behind it."""
    for text, expected in (
        ("ab abc", "ab| a|bc"),
        ("b\n\n\nb", "b|\n\n|\n|b"),
        ("b\n\nb", "b|\n|\n|b"),
        ("a   a", "a| | | a"),
    ):
        assert_encodes(student, text, pieces(expected))


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Take one word that was not in training. Which merge was learnt first, of all that fit somewhere in it?"
)
def test_words_that_were_not_in_training(student: Student, reference: Student, draw: Draw) -> None:
    """Merges learnt from a drawn text, other words of the same letters: the same pieces."""
    for letters in ("ab", "abc", "aé한", "xyzuvw"):
        merges = trained(reference, draw, letters)
        hers, right = (tokenizer_of(who, merges) for who in (student, reference))
        with blaming_merge_pair(student):
            for length in (2, 9, 60):
                text = drawn_letters(draw, letters + letters + " ", length)
                assert_ids(hers.encode(text), right.encode(text), vocab_of(merges), text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Compare repr() of the text before and after. Which character is missing, or another one?",
    "Which characters does `str` treat in a special way: as white space, as a line end, as a capital?",
)
def test_every_text_comes_back(student: Student, reference: Student, draw: Draw) -> None:
    """decode(encode(text)) is the text, letter for letter, whatever is in it; nothing is normalised."""
    hers, right = (tokenizer_of(who) for who in (student, reference))
    for text in (*TEXTS, *(drawn_letters(draw, LETTERS, length) for length in (1, 4, 30, 80))):
        assert_comes_back(hers, text)
        assert_ids(hers.encode(text), right.encode(text), VOCAB, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint("Can a token be half a letter? What does `bytes.decode` do with it, and what should it do?")
def test_half_a_letter(student: Student) -> None:
    """Bytes that are not valid UTF-8 become U+FFFD; two tokens that are halves of one letter become that letter."""
    tokenizer = tokenizer_of(student)
    last = "한".encode()[2]  # the first two bytes are piece 261
    for ids, expected in (([261, last], "한"), ([261], "\ufffd"), ([97, last, 98], "a\ufffdb"), ([], "")):
        assert_decodes(tokenizer.decode(ids), expected, f"decode({ids})")


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
@pytest.mark.hint("Of all specials that begin here, which is the longest? And where does the next one begin?")
def test_drawn_specials(student: Student, reference: Student, draw: Draw) -> None:
    """Specials that begin alike, stand side by side, or are also pieces: each is its own id, the rest is text."""
    specials = ["ab", "abab", "(a", "한", "b b"]
    draw.random.shuffle(specials)
    merges = trained(reference, draw, "ab")
    hers, right = (tokenizer_of(who, merges, specials) for who in (student, reference))
    for length in (3, 8, 40):
        text = drawn_letters(draw, "aab (한", length) + "abab"
        assert_ids(hers.encode(text), right.encode(text), vocab_of(merges, specials), text)
        assert_comes_back(hers, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Who owns the list that you return: the caller, or your table of known words?",
    "Two tokenizers in one program: what do they share?",
)
def test_nothing_is_shared(student: Student, reference: Student, draw: Draw) -> None:
    """What a caller does with a list of ids changes nothing, and two tokenizers know nothing of each other."""
    tokenizer = tokenizer_of(student)
    for text in ("abc", "", "abc ab"):
        before = tokenizer.encode(text)
        kept = tokenizer.encode.keep(text)
        kept.append(7)
        kept.reverse()
        assert_ids(tokenizer.encode(text), before, VOCAB, text)
    both = [trained(reference, draw, letters) for letters in ("ab", "ba")]
    hers, right = ([tokenizer_of(who, merges) for merges in both] for who in (student, reference))
    for text in ("abab baba aabb", "bbaa abba"):
        for mine, other, merges in zip(hers, right, both, strict=True):
            assert_ids(mine.encode(text), other.encode(text), vocab_of(merges), text)


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


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Load the file in a program that has never seen the first tokenizer. What is missing?",
    "Does your file keep the order of the merges, and pieces with line ends and quotation marks in them?",
)
def test_a_file_holds_everything(student: Student, reference: Student, draw: Draw) -> None:
    """Pieces with white space, quotation marks and broken letters survive the file; two files do not mix."""
    letters = "\n\t\"'\\,:é한 "
    files = []
    for number, specials in enumerate((["<s>\n", '"'], [])):
        merges = trained(reference, draw, letters)
        hers, right = (tokenizer_of(who, merges, specials) for who in (student, reference))
        path = new_path(student, f"{number}.tokenizer")
        hers.save(path)
        files.append((path, vocab_of(merges, specials), right))
    for path, vocab, right in files:
        loaded = load(student, path)
        for length in (5, 50):
            text = drawn_letters(draw, letters + "<s>", length) + "<s>\n"
            expected = right.encode(text)
            assert_ids(loaded.encode(text), expected, vocab, text)
            assert_decodes(loaded.decode(expected), text, _("of the loaded tokenizer decode(encode({text}))"))


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Double the text. What happens to the time of `encode`, and which of your lines is to blame?",
    "What does it cost to take something from the front of a text or a list, or to join two lists, n times?",
)
def test_encoding_grows_as_the_text_does(student: Student, reference: Student, draw: Draw) -> None:
    """To encode sixteen times the words is about sixteen times the work."""
    tokenizer = tokenizer_of(student, MERGES, ["<end>"])
    if tokenizer.encode("ab abc<end>") != [257, 259, 256, 262]:
        raise CouldNotLook(_("The work is not measured yet: the ids of a short text are not right."))
    right = tokenizer_of(reference, MERGES, ["<end>"])
    for draw_word, few, many in (
        (lambda: f" {drawn_letters(draw, 'abcdefgh', draw.random.randint(2, 9))}", 500, 8000),
        # A letter and an end of line are words of one byte, soon encoded: what is copied or moved for each word shows.
        (lambda: f"{draw.random.choice('stuvwxyz')}\n", 1250, 20_000),
    ):
        attempts = [attempt(right, draw, draw_word, few, many) for _attempt in range(ATTEMPTS)]
        with blaming_merge_pair(student):
            if not grows_less(student, tokenizer.encode, attempts, GREATEST_GROWTH):
                raise CheckFailed(
                    _(
                        "To encode sixteen times as many words takes more than {limit:.0f} times as long."
                    ).format(limit=GREATEST_GROWTH)
                )


def attempt(right: Remote, draw: Draw, draw_word: Callable[[], str], few: int, many: int) -> Attempt:
    """Few and many words out of 300 that are drawn, and the ids of the many: those of each, one after the other."""
    words = [draw_word() for _word in range(300)]
    ids = ids_of_words(right, words)
    small, large = ([draw.random.choice(words) for _word in range(count)] for count in (few, many))
    expected = [number for word in large for number in ids[word]]
    return Attempt(["".join(small)], ["".join(large)], partial(assert_long_ids, expected=expected))


def ids_of_words(right: Remote, words: Sequence[str]) -> dict[str, list[int]]:
    """The ids of each word, asked at once: between two of them stands a special."""
    ids, end = right.encode("<end>".join(words)), len(VOCAB)
    ends = [place for place, number in enumerate([*ids, end]) if number == end]
    starts = [0, *(place + 1 for place in ends)]
    return {word: ids[start:stop] for word, start, stop in zip(words, starts, ends, strict=False)}


def assert_long_ids(got: Any, expected: Sequence[int]) -> None:
    """Raises `CheckFailed` unless these are the ids of a long text."""
    what = _("encode(text) of a long text")
    assert_kind(got, list, what)
    if got != expected:
        same = sum(
            1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(got, expected, strict=False))
        )
        raise CheckFailed(
            _("{what} is right as far as the first {count} ids, and has {got} of {expected}.").format(
                what=what, count=same, got=len(got), expected=len(expected)
            )
        )
