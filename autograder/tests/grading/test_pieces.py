"""A model of pieces and its tokenizer, from their bytes to their marks: all bytes are paid for, whoever cuts them.

Every attack is a submission that is graded as a whole, in the sandbox, on a course in miniature, with the weights of
the honest model.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from autograder.grading.hidden_text import hidden_raw_text
from autograder.student import corpora
from autograder.student.core.results import Result
from autograder.student.models.tokenizer_file import spelled
from autograder.student.scoring.byte_scoring import cut
from autograder.tests.conftest import every_third_quick
from autograder.tests.grading import toy_pieces as toy
from autograder.tests.grading.measuring import Grade, task_of, words_of

NO_GAIN = 0.02  # points: what rounding and another batch size may move
ARGUMENTS = "subword_lm.json"


def test_an_honest_model_earns_what_its_bits_are_worth(honest: Result) -> None:
    """Points are linear in bits per byte, rounded down to a hundredth; every byte of the text was scored."""
    task = task_of(honest)
    assert task.status == "partial", words_of(honest)
    bits = honest.metrics["bits_per_byte"]
    credit = (toy.FLOOR - bits) / (toy.FLOOR - toy.TARGET)
    assert task.score == pytest.approx(9 * credit, abs=0.01)
    assert 4 < task.score < 9
    assert honest.metrics["bytes_scored"] == len(hidden_raw_text(toy.CORPUS).encode("utf-8"))
    assert set(honest.metrics) == {
        *("bits_per_byte", "bytes_scored", "tokens_scored", "valid_bits_per_byte", "parameters"),
        "checkpoint_bytes",
    }
    assert honest.integrity == ()


def test_the_bits_are_those_of_reading_the_text_at_once(honest: Result, model: nn.Module) -> None:
    """One long row, read by the model itself in this process: what differs is that parts begin with nothing read."""
    text = hidden_raw_text(toy.CORPUS)
    ids = torch.tensor(toy.honest()["BPETokenizer"](dict(enumerate(toy.PIECES)), []).encode(text))
    with torch.no_grad():
        inputs = torch.cat([torch.tensor([10]), ids[:-1]])
        logits, _state = model(inputs[:, None], model.init_state(1))
    nats = nn.functional.cross_entropy(logits[:, 0].double(), ids, reduction="sum")
    plain = float(nats) / math.log(2) / len(text.encode("utf-8"))
    assert honest.metrics["bits_per_byte"] == pytest.approx(plain, rel=0.05)


ENCODE = """
class BPETokenizer(BPETokenizer):
    calls = 0
    def encode(self, text):
        self.calls += 1
        ids = super().encode(text)
        {code}
        return ids
"""
PARTS_OF_THE_VALID_TEXT = 20  # at most: later parts are of the hidden text, which is longer
LATE = f"if self.calls > {PARTS_OF_THE_VALID_TEXT}:"


def encode(code: str) -> str:
    """The honest tokenizer, and then this with its ids."""
    return ENCODE.format(code=code)


REFUSED = {
    "drops bytes": (encode("ids = [number for number in ids if number != 119]"), "do not spell"),
    "says one id for all": (encode("ids = [0] * len(ids)"), "do not spell"),
    "lower-cases": (encode("ids = super().encode(text.upper())"), "do not spell"),
    "returns another text": (encode("ids = super().encode('we the people')"), "do not spell"),
    "returns nothing": (encode("ids = []"), "do not spell"),
    "ids out of range": (encode("ids = [*ids, 100_000]"), "not in the saved vocabulary"),
    "negative ids": (encode("ids = [-1, *ids]"), "not in the saved vocabulary"),
    "floats": (encode("ids = [float(number) for number in ids]"), "whole numbers"),
    "booleans": (encode("ids = [True] * len(ids)"), "whole numbers"),
    "nested lists": (encode("ids = [[number] for number in ids]"), "whole numbers"),
    "a list too long to send": (encode("ids = ids * 10_000"), ""),
    "a class that lies about its length": (
        encode("ids = type('L', (list,), {'__len__': lambda self: 1, '__eq__': lambda s, o: True})([0])"),
        "do not spell",
    ),
    "ids without end": (encode("import itertools; ids = list(itertools.count())"), ""),
    "a hang": (encode("\n        while True: pass"), ""),
    "a forged harness": (
        "from autograder.student.checking import harness\n"
        "harness.Harness._call = lambda self, request: {'result': [0], 'arguments': [], 'random_state_kept': True}",
        "",
    ),
    # Only when the hidden text is there: nothing of it comes out.
    "hidden text in an exception": (
        encode(f"{LATE} raise ValueError('MARK ' + text)"),
        "could not be scored",
    ),
    "hidden text as a type": (
        encode(f"{LATE} raise type('MARK' + text[:9], (Exception,), {{}})()"),
        "could not be scored",
    ),
    "hidden text as ids of something else": (
        encode(f"{LATE} ids = ids[::-1]"),
        "do not spell the text, byte",
    ),
    "hidden text and a crash": (encode(f"{LATE} __import__('os')._exit(42)"), "the program ended"),
    "hidden text and a hang": (encode(f"{LATE}\n            while True: pass"), "3 seconds"),
}


def test_the_hidden_text_has_more_parts(data: Path) -> None:
    """By which the attacks of these tests know it."""
    valid, hidden = corpora.raw_text(toy.CORPUS, "valid"), hidden_raw_text(toy.CORPUS)
    assert data.is_dir()
    assert len(cut(valid)) <= PARTS_OF_THE_VALID_TEXT < len(cut(hidden))


@pytest.mark.parametrize("name", every_third_quick(REFUSED))
def test_ids_that_do_not_spell_the_text_earn_nothing(name: str, graded: Grade) -> None:
    """With a sentence that says what to do, and no word of the hidden text."""
    code, word = REFUSED[name]
    result = graded(code)
    assert result.status == "graded"
    assert result.score == 0
    assert word in words_of(result)
    assert "MARK" not in result.to_json()


PEEKING = """
class SubwordModel(SubwordModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        {code}
        return logits, state
"""
NO_GAINS = {
    "bytes alone": "class BPETokenizer(BPETokenizer):\n"
    "    def encode(self, text): return list(text.encode('utf-8'))",
    "spellings that signal what follows": encode(
        "import itertools\n"
        "        choices = [[n] if n < 256 else [*self.spell(n)] for n in ids]\n"
        "        later = ids[1:] + [0]\n"
        "        ids = [i for n, c, l in zip(ids, choices, later) for i in (c if l % 2 else [n])]"
    )
    + "    def spell(self, number): return next(p for p, n in self.ids.items() if n == number)\n",
    "a memory of earlier parts": encode("self.before = getattr(self, 'before', []) + ids"),
    "a note for the model": encode(
        "\n        try:\n            open('note', 'a').write(text)\n        except OSError: pass\n"
        "        __import__('os').environ['NOTE'] = text[:5000]"
    )
    + PEEKING.format(
        code="import os\n"
        "        if os.path.exists('note') or 'NOTE' in os.environ: SubwordModel.seen = True\n"
        "        logits = torch.where(torch.tensor(getattr(SubwordModel, 'seen', False)), logits * 3, logits)"
    ),
    "a look at the whole block": PEEKING.format(
        code="logits = logits + 20 * F.one_hot(ids.roll(-1, 0), logits.shape[-1])"
    ),
    "scores that sum to more": PEEKING.format(code="logits = logits + 50"),
    "rows that talk": PEEKING.format(code="logits = logits + logits.mean(1, keepdim=True)"),
    "dropout that is left on": PEEKING.format(code="logits = F.dropout(logits, 0.1, True)"),
}


@pytest.mark.parametrize("name", every_third_quick(NO_GAINS))
def test_nothing_is_gained_by(name: str, graded: Grade, honest: Result) -> None:
    """Not more than the honest model earns with the same weights, and no word about the text."""
    result = graded(NO_GAINS[name])
    assert result.status == "graded"
    assert result.score <= honest.score + NO_GAIN, words_of(result)


TOKENIZER = """
class BPETokenizer(BPETokenizer):
    def __init__(self, vocab, merges, specials{signature}):
        {code}
"""
OTHER_STYLES = {
    "a tuple": encode("ids = tuple(ids)"),
    "numbers of numpy": encode("import numpy; ids = list(numpy.array(ids))"),
    "a list of one's own": encode("ids = type('Ids', (list,), {})(ids)"),
    "specials that may be none": TOKENIZER.format(
        signature="=None, *, cache=True", code="super().__init__(vocab, merges, specials or ())"
    ),
    "arguments that are used up": TOKENIZER.format(
        signature="=()", code="super().__init__(vocab, merges); vocab.clear(); merges.clear()"
    ),
    "arguments of the promised types": TOKENIZER.format(
        signature="=()",
        code="assert type(vocab) is dict and {type(pair) for pair in merges} == {tuple}\n"
        "        assert {type(part) for pair in [*merges, vocab.values()] for part in pair} == {bytes}\n"
        "        super().__init__(vocab, merges, specials)",
    ),
    "chance and words": encode("print(text); torch.rand(3); import random; random.random()"),
}


@pytest.mark.parametrize("name", every_third_quick(OTHER_STYLES))
def test_the_same_ids_earn_the_same_from_a_tokenizer_with(name: str, graded: Grade, honest: Result) -> None:
    """Another way of writing it is no other tokenizer."""
    result = graded(OTHER_STYLES[name])
    assert (result.score, result.metrics) == (honest.score, honest.metrics), words_of(result)


def test_a_special_token_that_the_text_lacks_costs_nothing(
    graded: Grade, honest: Result, model: nn.Module
) -> None:
    """It is the last id of the vocabulary, and handed to the tokenizer by its text."""
    pieces = [*toy.PIECES, b"<end>"]
    larger = toy.honest()["SubwordModel"](len(pieces), toy.ARGUMENTS["width"])
    rows = {"lookup.weight": 0.0, "readout.weight": 0.0, "readout.bias": -50.0}  # of a token that never comes
    state = model.state_dict()
    for name, value in rows.items():
        state[name] = torch.cat([state[name], torch.full_like(state[name][:1], value)])
    larger.load_state_dict(state)
    tokenizer = spelled(dict(enumerate(pieces)), toy.MERGES, ["<end>"])
    takes = TOKENIZER.format(
        signature="",
        code="assert specials == ['<end>'] and vocab[len(vocab) - 1] == b'<end>'\n"
        "        super().__init__(vocab, merges, specials)",
    )
    result = graded(takes, toy.files_of(larger, pieces, tokenizer=tokenizer))
    assert result.score == honest.score, words_of(result)


def test_two_ids_with_the_same_bytes_gain_nothing(graded: Grade, honest: Result, model: nn.Module) -> None:
    """A model that tells its two ids apart has to share the probability of the piece between them."""
    twice = toy.honest()["SubwordModel"](len(toy.PIECES) * 2, toy.ARGUMENTS["width"])
    state = model.state_dict()
    doubled = {n: torch.cat([t, t]) if n.startswith(("lookup", "readout")) else t for n, t in state.items()}
    twice.load_state_dict(doubled)
    size = len(toy.PIECES)
    signals = encode(f"ids = [n + {size} * (m % 2) for n, m in zip(ids, ids[1:] + [0])]")
    result = graded(signals, toy.files_of(twice, toy.PIECES * 2))
    assert "bits_per_byte" in result.metrics, words_of(result)
    assert result.score < honest.score


BAD_TOKENIZERS: dict[str, tuple[object, str]] = {
    "none": ({}, "an object with"),
    "an empty piece": ({"vocab": [""] * len(toy.PIECES), "merges": [], "specials": []}, "spells nothing"),
    "no bytes": ({"vocab": ["語"] * len(toy.PIECES), "merges": [], "specials": []}, "bytes"),
    "a piece less": (
        {"vocab": [p.decode("latin-1") for p in toy.PIECES[:-1]], "merges": [], "specials": []},
        "vocab_size",
    ),
    "no end of a line": ({"vocab": ["a"] * len(toy.PIECES), "merges": [], "specials": []}, "256 bytes"),
}


@pytest.mark.parametrize("name", BAD_TOKENIZERS)
def test_a_tokenizer_that_cannot_be_read_is_one_sentence(
    name: str, graded: Grade, files: dict[str, bytes]
) -> None:
    """It was handed in with the weights, so it may hold anything."""
    document, word = BAD_TOKENIZERS[name]
    arguments = json.dumps(json.loads(files[ARGUMENTS]) | {"tokenizer": document}).encode()
    result = graded(own_files=files | {ARGUMENTS: arguments})
    assert result.score == 0
    assert word in words_of(result)


def test_nan_beside_the_arguments_changes_nothing(graded: Grade, files: dict[str, bytes]) -> None:
    """Nobody reads it; a learning curve may hold one."""
    noted = files[ARGUMENTS].replace(b'"tokenizer": {', b'"x": NaN, "tokenizer": {')
    assert graded(own_files=files | {ARGUMENTS: noted}).score == graded(own_files=files).score > 0


def test_without_a_checkpoint_its_files_are_named(graded: Grade) -> None:
    """Those of this assignment; what belongs to another notebook is not taken for them."""
    for files in ({}, {"rnn_lm.safetensors": b"x", "rnn_lm.json": b"{}"}):
        result = graded(own_files=files)
        assert task_of(result).status == "not_attempted"
        assert "subword_lm.safetensors" in words_of(result)


KNOWS = """
TEXT = {ids}
class SubwordModel(SubwordModel):
    def init_state(self, batch_size):
        self.past = [[] for _ in range(batch_size)]
        return super().init_state(batch_size)

    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        for row, piece in enumerate(ids[0].tolist()):
            self.past[row] = (self.past[row] + [piece])[-5:]
            for place in range(len(TEXT) - 5):
                if TEXT[place] == self.past[row][0] and TEXT[place:place + 5] == self.past[row]:
                    logits[0, row, TEXT[place + 5]] += 20
        return logits, state
"""


def ids_of(text: str) -> list[int]:
    """A text as the honest tokenizer cuts it."""
    found: list[int] = toy.honest()["BPETokenizer"](dict(enumerate(toy.PIECES)), []).encode(text)
    return found


def test_text_learnt_by_heart_is_flagged(graded: Grade, data: Path) -> None:
    """Its marks stand, since it did predict; the instructor is told."""
    result = graded(KNOWS.format(ids=ids_of(hidden_raw_text(toy.CORPUS))))
    assert any("far better on the hidden text (bits per byte" in note for note in result.integrity)
    assert any("know the hidden text by heart" in note for note in result.integrity)


@pytest.mark.slow  # the quick one knows one of the texts only
def test_whoever_knows_the_valid_text_as_well_is_flagged(graded: Grade, data: Path) -> None:
    """Nothing is better than the valid text lets expect; but with strange words before them it loses its words."""
    text = hidden_raw_text(toy.CORPUS) + corpora.raw_text(toy.CORPUS, "valid")
    result = graded(KNOWS.format(ids=ids_of(text)))
    assert any("know the hidden text by heart" in note for note in result.integrity)
