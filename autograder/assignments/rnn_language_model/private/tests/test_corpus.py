"""What the grader alone looks at in `Dictionary` and `Corpus`."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.tests.test_corpus import (
    assert_dictionary,
    assert_known,
    assert_text,
    drawn_words,
    probe_dictionary,
    read_text,
)
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _


@pytest.mark.task("Dictionary")
@pytest.mark.hint(
    "Run it in two fresh processes. Which of your containers keeps the order of what is put in?"
)
def test_many_words(student: Student, draw: Draw) -> None:
    """A hundred words, many of them added again, keep the ids of their first addition."""
    known = drawn_words(draw, 100)
    words = student.Dictionary.keep()
    for start in range(0, 100, 10):
        for word in (*known[start : start + 10], draw.choice(known[: start + 10])):
            assert_equal(words.add_word(word), known.index(word) + 1, _("the id of a word that was added"))
    ids = draw.random.sample(range(101), 40)
    assert_equal(words.decode(ids), [["<unk>", *known][number] for number in ids], _("the words of many ids"))
    assert_dictionary(words, ["<unk>", *known])


@pytest.mark.task("Dictionary")
@pytest.mark.hint(
    "Is 0 an id like any other in each of your conditions?",
    "Do two dictionaries share anything?",
)
def test_two_dictionaries(student: Student, draw: Draw) -> None:
    """A second dictionary knows nothing of the first; “<unk>” added again stays id 0."""
    known = drawn_words(draw, 6)
    first, second = student.Dictionary.keep(), student.Dictionary.keep()
    for word in known[:4]:
        first.add_word.keep(word)  # what it returns is another test's matter
    assert_known(second, known[0], False)
    for index, word in enumerate(known[3:], start=1):
        for _time in range(2):
            assert_equal(second.add_word(word), index, _("the id of a word in a second dictionary"))
    assert_equal(second.add_word("<unk>"), 0, 'add_word("<unk>")')
    assert_dictionary(second, ["<unk>", *known[3:]])
    assert_dictionary(first, ["<unk>", *known[:4]])
    assert_known(second, known[3], True)
    assert_known(second, "<unk>", True)


@pytest.mark.task("Dictionary")
@pytest.mark.hint("Are “N” and “n” the same word? Does any of your lines change a word?")
def test_words_that_look_alike(student: Student) -> None:
    """Words differ if one letter differs, in case or accent too; nothing known gives nothing but “<unk>”."""
    words = student.Dictionary.keep()
    ids = words.encode(["<unk>", "a"])
    assert_equal(words.__len__(), 1, _("after encoding an unknown word, the length of a new dictionary"))
    assert_equal(ids, [0, 0], _("ids in a new dictionary"))
    alike = ["us", "US", "u.s.", "café", "cafe\u0301", "cafe", "N", "n", "0", "é", "<UNK>"]
    for index, word in enumerate(alike, start=1):
        assert_equal(words.add_word(word), index, _("the id of a word much like the one before"))
    assert_equal(
        words.encode(alike[::-1]), list(range(len(alike), 0, -1)), _("the ids of words that look alike")
    )
    assert_equal(words.encode([]), [], "encode([])")
    assert_equal(words.decode([]), [], "decode([])")


def drawn_lines(draw: Draw, words: list[str], count: int) -> list[str]:
    """Lines of a few words each, some of them empty, some with a newline at the end."""
    lines = []
    for number in range(count):
        line = " ".join(draw.random.choices(words, k=draw.random.randint(1, 7) if number % 4 else 0))
        lines.append(line + draw.choice(["\n", ""]))
    return lines


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "How many words fit into a vocabulary of 2, of 3? And if the text has fewer words than would fit?",
)
def test_corpora_of_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """Vocabularies from the two specials alone to more places than words; each text as long as it should be."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        words = drawn_words(draw, 16)
        for max_vocab in (2, 3, 9, 40):
            texts = [drawn_lines(draw, part, 6) for part in (words[:12], words[4:], words[8:])]
            right = reference.Corpus.keep(*texts, max_vocab)
            corpus = student.Corpus.keep(*texts, max_vocab)
            size = right.attribute("dictionary", keep=True).__len__()
            got = corpus.attribute("dictionary", keep=True).__len__()
            assert_equal(got, size, _("the length of the dictionary"))
            for name in ("train", "valid", "test"):
                assert_text(corpus, name, read_text(right, name)[1])


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "Where does a line say “<unk>” or “<eos>” itself: which id is that, and does it take a place?"
)
def test_specials_in_the_text(student: Student, draw: Draw) -> None:
    """A literal “<unk>” or “<eos>” is the special one, takes no further place, and comes first however rare."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        a, b, c, d = drawn_words(draw, 4)
        often = [f"<unk> {a} <eos> <unk> {a} <eos>", f"{b} <unk> {a} <eos> {b} <eos> {c}"]
        rarely = [" ".join([a, a, a, b, b, c, "<unk>", a, b, c, a])]
        for train, max_vocab in ((often, 4), (rarely, 5)):
            corpus = student.Corpus.keep(train, [f"{d} <eos> {a}", "<unk>"], [f"{b} {c} {d}"], max_vocab)
            known = ["<unk>", "<eos>", a, b, c][:max_vocab]
            assert_dictionary(corpus.attribute("dictionary", keep=True), known)
            heard = [word for line in train for word in [*line.split(), "<eos>"]]
            assert_text(corpus, "train", [word if word in known else "<unk>" for word in heard])
            assert_text(corpus, "valid", ["<unk>", "<eos>", a, "<eos>", "<unk>", "<eos>"])
            assert_text(corpus, "test", [b, c if c in known else "<unk>", "<unk>", "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.hint(
    "In which order do ids go to the words: is it the same in every process?",
    "Which words are dropped if a thousand are equally frequent?",
)
def test_order_of_the_vocabulary(student: Student, draw: Draw) -> None:
    """Many words of equal frequency are numbered as they appear, after the more frequent ones."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        words = drawn_words(draw, 60)
        twice = draw.random.sample(words, 20)
        train = [" ".join(words), " ".join(draw.random.sample(twice, 20))]
        corpus = student.Corpus.keep(train, [], [], 2 + 50)
        by_frequency = [word for word in words if word in twice] + [w for w in words if w not in twice]
        assert_dictionary(corpus.attribute("dictionary", keep=True), ["<unk>", "<eos>", *by_frequency[:50]])
        assert_equal(
            corpus.attribute("valid"), torch.zeros(0, dtype=torch.int64), _("for no lines at all `.valid`")
        )


@pytest.mark.task("Corpus")
@pytest.mark.hint("Is there white space that your way of splitting does not know, or words that it cuts?")
def test_white_space_of_all_kinds(student: Student) -> None:
    """Every kind of white space separates, nothing else does, and a line of nothing else is an empty one."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        train = [
            "a\u3000b\u00a0c\r\n",
            "\u2003\n",
            "\u3000",
            "d\x0be\x0cf  \t g",
            "é e\u0301 É c-d c_d c,d <N>",
        ]
        words = ["a", "b", "c", "<eos>", "<eos>", "<eos>", "d", "e", "f", "g", "<eos>"]
        words += ["é", "e\u0301", "É", "c-d", "c_d", "c,d", "<N>", "<eos>"]
        corpus = student.Corpus.keep(train, ["\u00a0a\tÉ"], ["<n>\u2003c"], 99)
        assert_text(corpus, "train", words)
        assert_text(corpus, "valid", ["a", "É", "<eos>"])
        assert_text(corpus, "test", ["<unk>", "c", "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.hint("What is left of the first corpus when a second one is made?")
def test_two_corpora(student: Student, draw: Draw) -> None:
    """A second corpus knows no word of the first, and leaves it as it was."""
    with blaming(student, "Corpus", "Dictionary", probe_dictionary(student)):
        a, b, c, d, e = drawn_words(draw, 5)
        first = student.Corpus.keep([f"{b} {a} {b}"], [c], [d], 999)
        second = student.Corpus.keep([f"{c} {b}", d], [e], [b], 999)
        assert_known(second.attribute("dictionary", keep=True), a, False)
        assert_dictionary(second.attribute("dictionary", keep=True), ["<unk>", "<eos>", c, b, d])
        assert_dictionary(first.attribute("dictionary", keep=True), ["<unk>", "<eos>", b, a])
        assert_text(second, "train", [c, b, "<eos>", d, "<eos>"])
        assert_text(second, "valid", ["<unk>", "<eos>"])
        assert_text(first, "train", [b, a, b, "<eos>"])


@pytest.mark.task("Corpus")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines change the caller's own lists?")
def test_the_lines_stay_as_they_are(student: Student) -> None:
    """The caller's lists hold the same lines afterwards."""
    texts = [["a b\n", "", "c"], ["b\n"], ["  d"]]
    student.Corpus.keep(*texts, 5)
    left: Any = student.last_call.get("arguments")
    assert_kind(left, list, _("the list of arguments after the call"))
    assert_equal(left[:3], texts, _("after the call, the lists of lines"))
