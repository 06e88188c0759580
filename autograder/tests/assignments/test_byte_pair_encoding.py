"""The reference of byte-pair encoding against one that is as plain as can be, on texts that hypothesis looks for."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignments.sources import source_notebook
from autograder.grading.cases import Cases
from autograder.grading.mistakes import mutate
from autograder.grading.suite import Suite, trusted_student

SPLIT = re.compile(r" ?\S+|\s+(?!\S)|\s+")
FEW_LETTERS = st.text(alphabet="ab \n", max_size=40) | st.text(alphabet="abc ", max_size=40)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
SPECIALS = st.lists(
    st.sampled_from(["<end>", "<", "a", "ab", "aba", ".*", "(", "끝"]), unique=True, max_size=3
)


@pytest.fixture(scope="module")
def namespace() -> dict[str, Any]:
    """What the cells of the solution define."""
    names: dict[str, Any] = {}
    for cell in source_notebook("subword_language_model").definitions():
        exec(cell.source, names)
    return names


def plainly_trained(text: str, size: int, specials: list[str]) -> list[tuple[bytes, bytes]]:
    """The merges of a text, everything counted anew for each."""
    words = [[bytes([value]) for value in word.encode()] for word in SPLIT.findall(text)]
    merges: list[tuple[bytes, bytes]] = []
    while 256 + len(merges) + len(specials) < size:
        pairs = [pair for word in words for pair in pairwise(word)]
        if not pairs:
            break
        merges.append(max(set(pairs), key=lambda pair: (pairs.count(pair), pair)))
        for word in words:
            plainly_merge(word, merges[-1])
    return merges


def plainly_merge(word: list[bytes], pair: tuple[bytes, bytes]) -> None:
    """Joins a pair in a word, in place, from left to right."""
    place = 0
    while place < len(word) - 1:
        if (word[place], word[place + 1]) == pair:
            word[place : place + 2] = [pair[0] + pair[1]]
        place += 1


def plainly_encoded(text: str, merges: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The pieces of a text without specials: every merge, one after the other, in every word."""
    pieces: list[bytes] = []
    for found in SPLIT.findall(text):
        word = [bytes([value]) for value in found.encode()]
        for pair in merges:
            plainly_merge(word, pair)
        pieces += word
    return pieces


@given(text=FEW_LETTERS | ANY_TEXT, room=st.integers(0, 30), specials=SPECIALS)
def test_training_is_what_the_plain_one_finds(namespace, text: str, room: int, specials: list[str]) -> None:
    """The same merges, the bytes of every id, the specials last."""
    size = 256 + len(specials) + room
    vocab, merges = namespace["train_bpe"](text, size, specials)
    assert merges == plainly_trained(text, size, specials)
    expected = [bytes([value]) for value in range(256)] + [a + b for a, b in merges]
    assert vocab == dict(enumerate(expected + [special.encode() for special in specials]))


@given(trained=FEW_LETTERS | ANY_TEXT, text=FEW_LETTERS | ANY_TEXT)
def test_encoding_repeats_the_merges_in_order(namespace, trained: str, text: str) -> None:
    """Also of a text that was not trained on, the pieces are those that the merges make, one after the other."""
    vocab, merges = namespace["train_bpe"](trained, 256 + 20)
    tokenizer = namespace["BPETokenizer"](vocab, merges)
    assert [vocab[number] for number in tokenizer.encode(text)] == plainly_encoded(text, merges)


@given(trained=FEW_LETTERS, text=ANY_TEXT | FEW_LETTERS, specials=SPECIALS, data=st.data())
def test_no_text_is_lost(
    namespace, tmp_path_factory, trained: str, text: str, specials: list[str], data
) -> None:
    """Any text comes back, specials in it or not, from the tokenizer and from the one that was saved."""
    for special in specials:
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + special + text[place:]
    vocab, merges = namespace["train_bpe"](trained, 256 + 12, specials)
    tokenizer = namespace["BPETokenizer"](vocab, merges, specials)
    path = tmp_path_factory.getbasetemp() / "tokenizer.json"
    tokenizer.save(path)
    loaded = namespace["BPETokenizer"].load(path)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert loaded.encode(text) == tokenizer.encode(text)


@pytest.mark.slow
def test_growing_work_is_judged_the_same_ten_times() -> None:
    """Honest work passes and work that grows too fast fails at every try, whatever else the machine does."""
    suite = Suite("subword_language_model")
    cases = Cases.of(suite)
    slow = [mistake for mistake in suite.mistakes if mistake.task == "train_bpe" and "C36" in mistake.id]
    assert len(slow) >= 2
    for seed in range(10):
        honest = cases.run("train_bpe", suite.reference, seed, suite.reference_at(seed))
        assert {name: outcome.error for name, outcome in honest.items() if outcome.error} == {}
        for mistake in slow:
            mutant = trusted_student(mutate(suite.notebook, mistake))
            outcomes = cases.run("train_bpe", mutant, seed, suite.reference_at(seed))
            assert any(outcome.error for outcome in outcomes.values()), mistake.id
