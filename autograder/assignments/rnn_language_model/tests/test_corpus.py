"""What is promised of `Dictionary` and `Corpus`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind, blaming, kind_name, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def drawn_words(draw: Draw, count: int) -> list[str]:
    """Different words, in no order."""
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(draw.random.choices(LETTERS, k=draw.random.randint(2, 6)))] = None
    return draw.random.sample(list(words), count)


def item(container: Any, key: Any, what: str) -> Any:
    """`container[key]`, whatever stands for the container; `CheckFailed` if there is nothing."""
    if isinstance(container, Remote):
        return container.__getitem__(key)
    try:
        return container[key]
    except (LookupError, TypeError):
        raise CheckFailed(_("{what}[{key!r}] does not exist.").format(what=what, key=key)) from None


def listed(dictionary: Remote) -> list[Any]:
    """The words of the ids 0, 1, 2, …, out of an `idx2word` of any kind."""
    container = dictionary.attribute("idx2word")
    if isinstance(container, list):
        return container
    if isinstance(container, Remote):
        length = container.__len__()
        assert_kind(length, int, "len(idx2word)")
    elif isinstance(container, tuple | dict | str):
        length = len(container)
    else:
        sentence = _("`idx2word` is {kind}, expected something with a length that can be indexed.")
        raise CheckFailed(sentence.format(kind=kind_name(container)))
    return [item(container, index, "idx2word") for index in range(length)]


def assert_dictionary(dictionary: Remote, words: Sequence[str]) -> None:
    """Raises `CheckFailed` unless these words, and no others, have the ids 0, 1, 2, …, in both directions."""
    assert_equal(dictionary.__len__(), len(words), _("the length of the dictionary"))
    found = listed(dictionary)
    assert_equal(len(found), len(words), _("the length of `idx2word`"))
    for index, (got, expected) in enumerate(zip(found, words, strict=True)):
        assert_equal(got, expected, f"idx2word[{index}]")
    numbers = dictionary.attribute("word2idx")
    for index, word in enumerate(words):
        assert_equal(item(numbers, word, "word2idx"), index, f"word2idx[{word!r}]")


def assert_known(dictionary: Remote, word: str, expected: bool) -> None:
    """Raises `CheckFailed` unless `word in dictionary` is as expected."""
    got = dictionary.__contains__(word)
    if isinstance(got, Remote) or bool(got) is not expected:
        raise CheckFailed(
            _("{word!r} in the dictionary is {got}, expected {expected}.").format(
                word=word, got=short(got), expected=expected
            )
        )


@pytest.mark.task("Dictionary")
@pytest.mark.hint(
    "Which id is free when the dictionary holds only “<unk>”? And when a known word is added again?",
    "Do a word's number and its place in the list always change together?",
)
def test_a_few_words_by_hand(student: Student) -> None:
    """Added words get 1, 2, 3 in order, a known one keeps its id, an unknown one is encoded as 0."""
    words = student.Dictionary.keep()
    assert_equal(words.__len__(), 1, _("the length of a new dictionary, with “<unk>” in it"))
    for word, number in (("we", 1), ("the", 2), ("people", 3), ("the", 2)):
        assert_equal(words.add_word(word), number, f"add_word({word!r})")
    assert_dictionary(words, ["<unk>", "we", "the", "people"])
    got = words.encode(["people", "we", "senate", "<unk>"])
    assert_equal(
        got, [3, 1, 0, 0], _("with “we the people” known, encode(['people', 'we', 'senate', '<unk>'])")
    )
    got = words.decode([2, 0, 3, 2])
    assert_equal(
        got, ["the", "<unk>", "people", "the"], _("with “we the people” known, decode([2, 0, 3, 2])")
    )
    for word, expected in (("people", True), ("senate", False)):
        assert_known(words, word, expected)


@pytest.mark.task("Dictionary")
@pytest.mark.hint(
    "Round-trip one word: what is idx2word[word2idx[word]]?",
    "What does reading a text, by `encode`, do to the dictionary?",
)
def test_words_come_back(student: Student, draw: Draw) -> None:
    """Words in any order get their ids by first addition; what was encoded comes back, and adds nothing."""
    known = drawn_words(draw, 12)
    words = student.Dictionary.keep()
    order = [*known[:8], *draw.random.sample(known[:8], 4), *known[8:]]
    for word in order:
        assert_equal(words.add_word(word), known.index(word) + 1, f"add_word({word!r})")
    text = draw.random.choices(known, k=9)
    ids = words.encode([*text, "not-added"])
    assert_equal(ids, [*(known.index(word) + 1 for word in text), 0], "encode(...)")
    assert_equal(words.decode(ids), [*text, "<unk>"], "decode(encode(...))")
    assert_dictionary(words, ["<unk>", *known])


def probe_dictionary(student: Student) -> Callable[[], None]:
    """A check of `Dictionary` alone: if it fails, a `Corpus` that uses it cannot be right."""

    def probe() -> None:
        words = student.Dictionary.keep()
        for word in ("<eos>", "b", "a", "b"):
            words.add_word(word)
        assert_dictionary(words, ["<unk>", "<eos>", "b", "a"])
        assert_equal(words.encode(["a", "c", "<eos>"]), [3, 0, 1])

    return probe


def read_text(corpus: Remote, name: str) -> tuple[torch.Tensor, list[Any]]:
    """The ids of one of the three texts, and the words that they stand for in the corpus's own dictionary."""
    ids = corpus.attribute(name)
    what = f"`.{name}`"
    if not isinstance(ids, torch.Tensor):
        raise CheckFailed(_("{what} is {got}, expected a Tensor.").format(what=what, got=kind_name(ids)))
    if ids.dim() != 1:
        raise CheckFailed(_("{what} has {got} dimensions, expected 1.").format(what=what, got=ids.dim()))
    if ids.dtype != torch.int64:
        raise CheckFailed(_("{what} is of {got}, expected torch.int64.").format(what=what, got=ids.dtype))
    words = listed(corpus.attribute("dictionary", keep=True))
    for place, number in enumerate(ids.tolist()):
        if not 0 <= number < len(words):
            raise CheckFailed(
                _(
                    "{what}[{place}] is {number}, which is no id of the dictionary: it has {size} words."
                ).format(what=what, place=place, number=short(number), size=len(words))
            )
    return ids, [words[number] for number in ids.tolist()]


def assert_text(corpus: Remote, name: str, expected: Sequence[str]) -> None:
    """Raises `CheckFailed` unless the ids of a text stand for exactly these words."""
    ids, words = read_text(corpus, name)
    for place, (got, wanted) in enumerate(zip(words, expected, strict=False)):
        if got != wanted:
            raise CheckFailed(
                _("word {place} of `.{name}` is {got}, expected {expected}.").format(
                    place=place, name=name, got=short(got), expected=short(wanted)
                )
            )
    assert_equal(len(ids), len(expected), _("the number of ids in `.{name}`").format(name=name))


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "How many line ends are there? Which id stands at each of them, an empty line's too?",
    "Which places in the vocabulary are taken before the first word is counted?",
)
def test_a_small_corpus_by_hand(student: Student) -> None:
    """Two words fit beside “<unk>” and “<eos>”: the most frequent ones, in the order of their frequency."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        train = ["c a b a c\n", "\n", "c b c"]
        corpus = student.Corpus.keep(train, ["b a\n", "d c\n"], ["e\n"], 4)
        dictionary = corpus.attribute("dictionary", keep=True)
        # c stands four times, a and b twice: a was first
        assert_dictionary(dictionary, ["<unk>", "<eos>", "c", "a"])
        for name, ids in (
            ("train", [2, 3, 0, 3, 2, 1, 1, 2, 0, 2, 1]),
            ("valid", [0, 3, 1, 0, 2, 1]),
            ("test", [0, 1]),
        ):
            what = _("with train_lines {lines} and max_vocab 4, `.{name}`").format(lines=train, name=name)
            assert_equal(corpus.attribute(name), torch.tensor(ids), what)


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "Of two words that are equally frequent, and only one place left: which one gets it?",
    "May the model know words of the validation text before it has seen any?",
)
def test_the_vocabulary_is_that_of_the_training_text(student: Student, draw: Draw) -> None:
    """The most frequent training words, ties by first appearance; other texts add nothing, their words are unknown."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        often, twice, rare, foreign = (words for words in _quarters(drawn_words(draw, 12)))
        first, second, third = sorted(
            twice, reverse=True
        )  # their order of appearance is not that of the alphabet
        train = [
            " ".join([*often, first, second, third, *rare, *often]),
            " ".join([third, second, first, *often]),
        ]
        valid = [" ".join([foreign[0], first, rare[0]]), " ".join([foreign[1], often[0]])]
        test = [" ".join([second, foreign[0], second])]
        corpus = student.Corpus.keep(train, valid, test, 7)
        size = corpus.attribute("dictionary", keep=True).__len__()
        assert_equal(size, 7, _("with max_vocab 7 the length of the dictionary"))
        known = {*often, first, second}
        for name, lines in (("train", train), ("valid", valid), ("test", test)):
            words = [word for line in lines for word in [*line.split(" "), "<eos>"]]
            heard = [word if word in known or word == "<eos>" else "<unk>" for word in words]
            assert_text(corpus, name, heard)


def _quarters(words: list[str]) -> list[list[str]]:
    size = len(words) // 4
    return [words[start : start + size] for start in range(0, 4 * size, size)]


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "What does your line do with two spaces, or with a tab?",
    "Does any of your lines change a word? The text was prepared already.",
)
def test_any_whitespace_separates(student: Student) -> None:
    """Spaces, tabs and newlines separate words and are none; the words stay exactly as they are."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        train = ["  N n\tdon't \n", "\t\n", "u.s.  N\r\n", "-- don't,"]
        corpus = student.Corpus.keep(train, ["n  don't\t,\n"], ["", "N"], 50)
        words = ["N", "n", "don't", "<eos>", "<eos>", "u.s.", "N", "<eos>", "--", "don't,", "<eos>"]
        assert_text(corpus, "train", words)
        assert_text(corpus, "valid", ["n", "don't", "<unk>", "<eos>"])
        assert_text(corpus, "test", ["<eos>", "N", "<eos>"])
