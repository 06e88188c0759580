"""A text is cut by itself, encoded by the student's tokenizer, and no id is believed that does not spell it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.checking.student import CheckFailed, Student, StudentError, live_student
from autograder.student.models.tokenizer_file import Spelling
from autograder.student.scoring.byte_scoring import MisspeltText, bits_per_byte, cut, encoded, line_end

SPLIT = re.compile(r" ?\S+|\s+(?!\S)|\s+")
BYTES = tuple(bytes([number]) for number in range(256))
SPELLING = Spelling((*BYTES, b"the", b"the", b" of"), ((b"t", b"h"),), ("<end>",))


def student(encode: Callable[[str], Any]) -> Student:
    """Whose tokenizer has this method."""

    class BPETokenizer:
        def __init__(self, vocab: dict[int, bytes], merges: list[Any], specials: list[str]) -> None:
            assert (vocab[256], merges, specials) == (b"the", [(b"t", b"h")], ["<end>"])

        def encode(self, text: str) -> Any:
            return encode(text)

    return live_student({"BPETokenizer": BPETokenizer})


def honest(text: str) -> list[int]:
    return list(text.encode("utf-8"))


@given(st.text(st.sampled_from("aé語 \n"), max_size=1500), st.integers(1, 8))
def test_parts_are_the_text_and_begin_with_a_words_space(text: str, parts: int) -> None:
    """Nothing is lost, none is empty but that of an empty text, and the words are those of the whole text."""
    found = cut(text, parts)
    assert "".join(found) == text
    assert len(found) <= parts
    assert all(found) or found == [""]
    assert list(itertools.chain(*map(SPLIT.findall, found))) == SPLIT.findall(text)


def test_parts_are_of_nearly_equal_bytes() -> None:
    """Of bytes, not of letters: half a text may be in another script."""
    sizes = [len(part.encode("utf-8")) for part in cut("we the people " * 500 + "우리 국민은 " * 300, 10)]
    assert len(sizes) == 10
    assert max(sizes) - min(sizes) < 30


def test_short_texts_are_cut_less() -> None:
    """Every part begins with nothing read; where there is no space there is no cut."""
    assert cut("a b " * 50) == ["a b " * 50]
    assert len(cut("x" * 5000)) == 1


def test_ids_are_the_tokenizers_own_choice() -> None:
    """Any spelling will do, with any of the ids that have the same bytes."""
    ids = {"of the": [[ord("o"), ord("f"), 32, 256], [ord("o"), ord("f"), 32, 257], [*b"of the"]]}
    for choice in ids["of the"]:
        [found] = encoded(student(lambda _text, choice=choice: choice), SPELLING, ["of the"])
        assert found.dtype == torch.int64
        assert found.tolist() == choice
    assert encoded(student(lambda text: tuple(honest(text))), SPELLING, ["é"])[0].tolist() == [0xC3, 0xA9]


WRONG: dict[str, tuple[Callable[[str], Any], str]] = {
    "drops what it does not know": (lambda t: honest(t.replace("é", "")), "goes on with"),
    "lower case": (lambda t: honest(t.lower()), "'t'"),
    "one id for all": (lambda t: [0] * len(t), "spell"),
    "nothing": (lambda t: [], "the ids end"),
    "ends too early": (lambda t: honest(t)[:-1], "the ids end"),
    "goes on": (lambda t: [*honest(t), 33], "'!'"),
    "another text": (lambda t: honest("something else"), "spell"),
    "an id too large": (lambda t: [*honest(t), 259], "0 to 258"),
    "a negative id": (lambda t: [*honest(t), -1], "0 to 258"),
    "floats": (lambda t: [float(number) for number in honest(t)], "whole numbers"),
    "booleans": (lambda t: [True] * len(t), "whole numbers"),
    "nested": (lambda t: [honest(t)], "whole numbers"),
    "texts": (list, "whole numbers"),
    "a text": (lambda t: t, "whole numbers"),
    "None": (lambda t: None, "whole numbers"),
    "a dict": (lambda t: dict.fromkeys(honest(t)), "whole numbers"),
    "a generator": (lambda t: (number for number in honest(t)), "whole numbers"),
    "a tensor": (lambda t: torch.tensor(honest(t)), "whole numbers"),
    "a list without end": (lambda t: [0] * 10**6, "cannot be compared"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_spell_the_text_is_refused(name: str) -> None:
    """With a sentence that shows the first difference, or says what is wanted."""
    encode, word = WRONG[name]
    with pytest.raises((MisspeltText, StudentError), match=re.escape(word)):
        encoded(student(encode), SPELLING, ["The café"])


def test_a_byte_level_vocabulary_has_an_end_of_line() -> None:
    """The lowest of its ids is what every row reads first; who has none is told what to do."""
    assert line_end(SPELLING) == 10
    with pytest.raises(CheckFailed, match="256 bytes"):
        line_end(Spelling((b"a",), (), ()))


def test_choosing_among_spellings_gains_nothing() -> None:
    """Over all texts of three letters, the best probability of any spelling of each sums to 1 at most.

    For a model that likes some pieces more than others, and a tokenizer that sees the text and always picks the
    spelling that the model likes best, one of two ids with the same bytes included.
    """
    pieces = ["a", "b", "ab", "ba", "aab", "a"]
    weights = torch.tensor([1.0, 2.0, 4.0, 3.0, 5.0, 0.5], dtype=torch.float64)
    probabilities = (weights / weights.sum()).tolist()

    def best(text: str) -> float:
        if not text:
            return 1.0
        ways = zip(pieces, probabilities, strict=True)
        return max((p * best(text[len(piece) :]) for piece, p in ways if text.startswith(piece)), default=0.0)

    total = sum(best("".join(letters)) for letters in itertools.product("ab", repeat=3))
    assert 0.2 < total <= 1


def test_bits_are_counted_in_bytes() -> None:
    """Of UTF-8, not of letters or pieces."""
    assert bits_per_byte(6 * math.log(2), ["é", "a"]) == pytest.approx(2)
