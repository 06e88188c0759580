"""What is promised of `Dictionary` and `Corpus`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind, blaming, kind_name, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TEXTS = ("train", "valid", "test")


def drawn_words(draw: Draw, count: int) -> list[str]:
    """Different words, in no order."""
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(draw.random.choices(LETTERS, k=draw.random.randint(2, 6)))] = None
    return draw.random.sample(list(words), count)


def drawn_lines(draw: Draw, words: list[str], count: int) -> list[str]:
    """Lines of a few words each, some of them empty, some with a newline at the end."""
    lines = []
    for number in range(count):
        line = " ".join(draw.random.choices(words, k=draw.random.randint(1, 7) if number % 4 else 0))
        lines.append(line + draw.choice(["\n", ""]))
    return lines


def item(container: Any, key: Any, what: str) -> Any:
    """`container[key]`, whatever stands for the container; `CheckFailed` if there is nothing."""
    if isinstance(container, Remote):
        return container.__getitem__(key)
    try:
        return container[key]
    except (LookupError, TypeError):
        sentence = _("{what}[{key!r}] does not exist.")
        raise CheckFailed(sentence.format(what=what, key=key), Evidence.STRUCTURE) from None


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
        raise CheckFailed(sentence.format(kind=kind_name(container)), Evidence.STRUCTURE)
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
def test_words_get_their_ids(student: Student) -> None:
    """“<unk>” is there from the beginning; added words get 1, 2, 3 in order, and a known word keeps its id."""
    words = student.Dictionary.keep()
    assert_equal(words.__len__(), 1, _("the length of a new dictionary, with “<unk>” in it"))
    for word, number in (("we", 1), ("the", 2), ("people", 3), ("the", 2), ("<unk>", 0)):
        assert_equal(words.add_word(word), number, f"add_word({word!r})")
    assert_dictionary(words, ["<unk>", "we", "the", "people"])
    for word, expected in (("people", True), ("<unk>", True), ("senate", False)):
        assert_known(words, word, expected)


@pytest.mark.task("Dictionary")
@pytest.mark.hint(
    "Round-trip one word: what is idx2word[word2idx[word]]?",
    "What does reading a text, by `encode`, do to the dictionary?",
)
def test_text_to_ids_and_back(student: Student) -> None:
    """`encode` gives the ids of words, 0 for an unknown one, and adds nothing; `decode` gives the words of ids."""
    words = student.Dictionary.keep()
    for word in ("we", "the", "people"):
        words.add_word.keep(word)  # what it returns is another test's matter
    known = _("with “we the people” known, {call}")
    got = words.encode(["people", "we", "senate", "house", "<unk>"])
    what = known.format(call="encode(['people', 'we', 'senate', 'house', '<unk>'])")
    assert_equal(got, [3, 1, 0, 0, 0], what)
    got = words.decode([2, 0, 3, 2])
    assert_equal(got, ["the", "<unk>", "people", "the"], known.format(call="decode([2, 0, 3, 2])"))
    assert_equal(words.__len__(), 4, _("after encoding an unknown word, the length of the dictionary"))
    assert_known(words, "senate", False)
    assert_equal(words.encode([]), [], "encode([])")
    assert_equal(words.decode([]), [], "decode([])")


@pytest.mark.task("Dictionary")
@pytest.mark.hint(
    "Which of your containers keeps the order of what is put in? Does any of your lines change a word?",
    "Are “N” and “n” the same word?",
)
def test_many_words_and_words_that_look_alike(student: Student, draw: Draw) -> None:
    """A hundred words, many of them added again, keep the ids of their first addition; so do “us” and “US”."""
    alike = ["us", "US", "u.s.", "café", "cafe\u0301", "cafe", "N", "n", "0", "é", "<UNK>"]
    known = [*alike, *(word for word in drawn_words(draw, 100) if word not in alike)][:100]
    words = student.Dictionary.keep()
    for start in range(0, 100, 10):
        added = (*known[start : start + 10], draw.choice(known[: start + 10]))
        for word, got in zip(added, words.add_word.each([(word,) for word in added]), strict=True):
            assert_equal(got, known.index(word) + 1, _("the id of a word that was added"))
    text = draw.random.choices(known, k=40)
    ids = [known.index(word) + 1 for word in text]
    assert_equal(words.encode([*text, "not-added"]), [*ids, 0], _("the ids of many words"))
    assert_equal(words.decode([*ids, 0]), [*text, "<unk>"], _("the words of many ids"))
    assert_dictionary(words, ["<unk>", *known])


@pytest.mark.task("Dictionary")
@pytest.mark.hint("Do two dictionaries share anything? Where are the containers of each of them made?")
def test_two_dictionaries(student: Student, draw: Draw) -> None:
    """A second dictionary knows no word of the first, and leaves it as it was."""
    known = drawn_words(draw, 6)
    first, second = student.Dictionary.keep(), student.Dictionary.keep()
    for word in known[:4]:
        first.add_word.keep(word)
    assert_known(second, known[0], False)
    for word in known[3:]:
        second.add_word.keep(word)
    assert_dictionary(second, ["<unk>", *known[3:]])
    assert_dictionary(first, ["<unk>", *known[:4]])


def probe_dictionary(student: Student) -> Callable[[], None]:
    """A check of `Dictionary` alone: if it fails, a `Corpus` that uses it cannot be right."""

    def probe() -> None:
        words = student.Dictionary.keep()
        for word in ("<eos>", "b", "a", "b"):
            words.add_word(word)
        assert_dictionary(words, ["<unk>", "<eos>", "b", "a"])
        assert_equal(words.encode(["a", "c", "<eos>"]), [3, 0, 1])

    return probe


def vocabulary(corpus: Remote) -> Remote:
    """The dictionary of a corpus, left where it is."""
    kept = corpus.attribute("dictionary", keep=True)
    assert isinstance(kept, Remote)
    return kept


def read_text(corpus: Remote, name: str) -> list[Any]:
    """The words that the ids of one of the three texts stand for, in the corpus's own dictionary."""
    ids = corpus.attribute(name)
    what = f"`.{name}`"
    if not isinstance(ids, torch.Tensor):
        sentence = _("{what} is {got}, expected a Tensor.")
        raise CheckFailed(sentence.format(what=what, got=kind_name(ids)), Evidence.STRUCTURE)
    if ids.dim() != 1:
        sentence = _("{what} has {got} dimensions, expected 1.")
        raise CheckFailed(sentence.format(what=what, got=ids.dim()), Evidence.SHAPE)
    if ids.dtype != torch.int64:
        sentence = _("{what} has the dtype {got}, expected torch.int64.")
        raise CheckFailed(sentence.format(what=what, got=ids.dtype), Evidence.DTYPE)
    words = listed(vocabulary(corpus))
    for place, number in enumerate(ids.tolist()):
        if not 0 <= number < len(words):
            sentence = _(
                "{what}[{place}] is {number}, which is not an id of the dictionary: it has {size} words."
            )
            raise CheckFailed(sentence.format(what=what, place=place, number=short(number), size=len(words)))
    return [words[number] for number in ids.tolist()]


def assert_text(corpus: Remote, name: str, expected: Sequence[str]) -> None:
    """Raises `CheckFailed` unless the ids of a text stand for exactly these words."""
    words = read_text(corpus, name)
    for place, (got, wanted) in enumerate(zip(words, expected, strict=False)):
        if got != wanted:
            sentence = _("word {place} of `.{name}` is {got}, expected {expected}.")
            raise CheckFailed(sentence.format(place=place, name=name, got=short(got), expected=short(wanted)))
    assert_equal(len(words), len(expected), _("the number of ids in `.{name}`").format(name=name))


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "How many line ends are there? Which id stands at each of them, an empty line's too?",
    "Which id has a word that the vocabulary does not hold?",
)
def test_every_line_ends_in_eos(student: Student) -> None:
    """Each text is one int64 tensor: its words in order, and “<eos>” at the end of every line, an empty one too."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        corpus = student.Corpus.keep(["b c a c\n", "\n", "c a c b"], ["a b\n", "d c\n"], ["e", ""], 5)
        assert_text(corpus, "train", ["b", "c", "a", "c", "<eos>", "<eos>", "c", "a", "c", "b", "<eos>"])
        assert_text(corpus, "valid", ["a", "b", "<eos>", "<unk>", "c", "<eos>"])
        assert_text(corpus, "test", ["<unk>", "<eos>", "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "In which order do the words get their ids? Of two words that are equally frequent, which one comes first?",
    "Which places in the vocabulary are taken before the first word is counted?",
)
def test_the_most_frequent_words_in_order(student: Student) -> None:
    """Three words fit beside “<unk>” and “<eos>”: the most frequent ones, in order, ties by first appearance."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        # c stands four times, and of d, b, a, which stand twice each, d and b come first; e comes before them all.
        train = ["e d b c a c\n", "\n", "c a c b d f g"]
        corpus = student.Corpus.keep(train, ["a b\n"], ["e"], 5)
        assert_dictionary(vocabulary(corpus), ["<unk>", "<eos>", "c", "d", "b"])
        for name, ids in (
            ("train", [0, 3, 4, 2, 0, 2, 1, 1, 2, 0, 2, 4, 3, 0, 0, 1]),
            ("valid", [0, 4, 1]),
            ("test", [0, 1]),
        ):
            what = _("with train_lines {lines} and max_vocab 5, `.{name}`").format(lines=train, name=name)
            assert_equal(corpus.attribute(name), torch.tensor(ids), what)


@pytest.mark.task("Corpus")
@pytest.mark.hint("May the model know words of the validation text before it has seen any?")
def test_the_vocabulary_is_that_of_the_training_text(student: Student, draw: Draw) -> None:
    """Only the training text decides: words that are frequent elsewhere are unknown, and nothing is added later."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        a, b, c, d, e = drawn_words(draw, 5)
        train, valid, test = [f"{a} {b} {a} {c} {b} {a}"], [f"{d} {c} {d} {d}"], [f"{e} {e} {c} {e} {e}"]
        corpus = student.Corpus.keep(train, valid, test, 5)
        assert_dictionary(vocabulary(corpus), ["<unk>", "<eos>", a, b, c])
        assert_text(corpus, "valid", ["<unk>", c, "<unk>", "<unk>", "<eos>"])
        assert_text(corpus, "test", ["<unk>", "<unk>", c, "<unk>", "<unk>", "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "How many words fit into a vocabulary of 2, of 3? And if the text has fewer words than would fit?",
    "What dtype does a tensor have that is made from an empty list?",
)
def test_corpora_of_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """From a vocabulary of the two specials alone to more places than words; many ties; a text without lines."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        words = drawn_words(draw, 16)
        for max_vocab, count in ((40, 6), (9, 6), (3, 4), (2, 0)):
            texts = [drawn_lines(draw, part, 6) for part in (words[:12], words[4:])]
            texts.append(drawn_lines(draw, words[8:], count))
            right = reference.Corpus.keep(*texts, max_vocab)
            corpus = student.Corpus.keep(*texts, max_vocab)
            assert_dictionary(vocabulary(corpus), listed(vocabulary(right)))
            for name in TEXTS:
                assert_equal(corpus.attribute(name), right.attribute(name), f"`.{name}`")


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "Where does a line say “<unk>” or “<eos>” itself: which id is that, and does it take a place?"
)
def test_specials_in_the_text(student: Student, draw: Draw) -> None:
    """A literal “<unk>” or “<eos>” is the special one, takes no further place, and comes first however rare."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        a, b, c, d = drawn_words(draw, 4)
        often = [f"<unk> {a} <eos> <unk> {a} <eos>", f"{b} <unk> {a} <eos> {b} <eos> {c}"]
        first = ["<unk>", a, "<eos>", "<unk>", a, "<eos>", "<eos>"]
        second = [b, "<unk>", a, "<eos>", b, "<eos>", "<unk>", "<eos>"]
        rare = [a, a, a, b, b, c, "<unk>", a, b, c, a]
        for train, heard, known in (
            (often, [*first, *second], ["<unk>", "<eos>", a, b]),
            ([" ".join(rare)], [*rare, "<eos>"], ["<unk>", "<eos>", a, b, c]),
        ):
            corpus = student.Corpus.keep(train, [f"{d} <eos> {a}", "<unk>"], [f"{b} {d}"], len(known))
            assert_dictionary(vocabulary(corpus), known)
            assert_text(corpus, "train", heard)
            assert_text(corpus, "valid", ["<unk>", "<eos>", a, "<eos>", "<unk>", "<eos>"])
            assert_text(corpus, "test", [b, "<unk>", "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "What does your line do with two spaces, or with a tab? Which other kinds of white space are there?",
    "Does any of your lines change a word? The text was prepared already.",
)
def test_any_white_space_separates(student: Student) -> None:
    """Every kind of white space separates, nothing else does, and words stay exactly as they are."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        train = [
            "  N n\tdon't \n",
            "\t\n",
            "u.s.  N\r\n",
            "-- don't, c_d",
            "a\u3000b\u00a0c\r\n",
            "\u2003\n",
            "d\x0be\x0cf  \t g",
            "é e\u0301 É <N>",
        ]
        heard = ["N", "n", "don't", "<eos>", "<eos>", "u.s.", "N", "<eos>", "--", "don't,", "c_d", "<eos>"]
        heard += ["a", "b", "c", "<eos>", "<eos>", "d", "e", "f", "g", "<eos>", "é", "e\u0301", "É", "<N>"]
        corpus = student.Corpus.keep(train, ["n  don't\t,\u3000é\n"], ["", "<n>\u2003N"], 99)
        assert_text(corpus, "train", [*heard, "<eos>"])
        assert_text(corpus, "valid", ["n", "don't", "<unk>", "é", "<eos>"])
        assert_text(corpus, "test", ["<eos>", "<unk>", "N", "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.hint("What is left of the first corpus when a second one is made?")
def test_two_corpora(student: Student, draw: Draw) -> None:
    """A second corpus knows no word of the first, and leaves it as it was."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        a, b, c, d, e = drawn_words(draw, 5)
        first = student.Corpus.keep([f"{b} {a} {b}"], [c], [d], 999)
        second = student.Corpus.keep([f"{c} {b}", d], [e], [b], 999)
        assert_dictionary(vocabulary(second), ["<unk>", "<eos>", c, b, d])
        assert_dictionary(vocabulary(first), ["<unk>", "<eos>", b, a])
        assert_text(second, "train", [c, b, "<eos>", d, "<eos>"])
        assert_text(second, "valid", ["<unk>", "<eos>"])
        assert_text(first, "train", [b, a, b, "<eos>"])
