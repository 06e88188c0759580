"""What misled students leads now: for each attempt, what the panel says first, and the question it asks.

An attempt is code that stands behind the solution and defines the name of the task anew. The words must stand in what
the speaking test shows: its title, its message and its first hint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pytest

from autograder.grading.suite import Suite, trusted_student
from autograder.student.checking.panel import told
from autograder.student.checking.suite import PUBLIC_SEED
from autograder.student.core.results import score_task

BASICS, WORDS, PIECES = "rnn_basics", "rnn_language_model", "subword_language_model"


@dataclass(frozen=True)
class Attempt:
    """One attempt: where, what was written, and the words (regular expressions) that must be read first."""

    assignment: str
    task: str
    what: str
    words: tuple[str, ...]
    not_words: tuple[str, ...] = ()
    source: str = ""


ATTEMPTS = (
    Attempt(
        BASICS,
        "rnn_backward",
        "only the gradient of W_hh is wrong",
        ("wrong: W_hh",),
        ("tanh",),
        source="""right = rnn_backward
def rnn_backward(*arguments):
    found = right(*arguments)
    return {**found, "W_hh": 2 * found["W_hh"]}""",
    ),
    Attempt(
        BASICS,
        "fit_hello",
        "letters are numbered in the order of their appearance",
        ("order|sorted|number",),
        ("optimi[sz]er",),
        source="""right = fit_hello
def fit_hello(model, text, steps, lr):
    seen = "".join(dict.fromkeys(text))
    renamed = text.translate(str.maketrans(seen, "".join(chr(97 + i) for i in range(len(seen)))))
    return right(model, renamed, steps, lr)""",
    ),
    Attempt(
        BASICS,
        "last_states",
        "rows stay in the sorted order",
        ("another order",),
        source="""right = last_states
def last_states(rnn, embedded, lengths):
    order = torch.argsort(lengths, descending=True)
    return right(rnn, embedded[order], lengths[order])""",
    ),
    Attempt(
        BASICS,
        "masked_mean",
        "the sum for the mean",
        ("[Hh]ow many|[Ss]um|mean",),
        source="""def masked_mean(states, lengths):
    mask = torch.arange(states.shape[1])[None] < lengths[:, None]
    return (states * mask[..., None]).sum(dim=1)""",
    ),
    Attempt(
        BASICS,
        "truncated_bptt",
        "as many chunks as steps should be in one",
        ("chunk",),
        source="""def truncated_bptt(rnn, x, chunk):
    state = None
    for part in x.chunk(chunk):
        outputs, state = rnn(part, state)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        yield outputs, state""",
    ),
    Attempt(
        BASICS,
        "find_cell",
        "the correlation without its sign",
        ("sign|negative",),
        source="""right = find_cell
def find_cell(trace, feature):
    index, r = right(trace, feature)
    return index, abs(r)""",
    ),
    Attempt(
        WORDS,
        "Corpus",
        "the vocabulary is made of all texts",
        ("vocabulary|training|unk",),
        ("white.?space",),
        source="""class Corpus(Corpus):
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        super().__init__([*train_lines, *valid_lines, *test_lines], valid_lines, test_lines, max_vocab)
        ids = [self.dictionary.word2idx.get(w, 0) for line in train_lines for w in [*line.split(), "<eos>"]]
        self.train = torch.tensor(ids)""",
    ),
    Attempt(
        WORDS,
        "RNNModel",
        "the logits lose their batch axis",
        ("shape",),
        source="""class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        return logits.flatten(0, 1), state""",
    ),
    Attempt(
        WORDS,
        "sgd_step_",
        "the gradients are not cleared first",
        ("clear|zero|earlier|before|left",),
        source="""def sgd_step_(model, loss, lr, clip):
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip).item()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
    return norm""",
    ),
    Attempt(
        WORDS,
        "evaluate",
        "the perplexity is returned",
        ("exp|perplexity",),
        source="""right = evaluate
def evaluate(model, source, bptt):
    return math.exp(right(model, source, bptt))""",
    ),
    Attempt(
        WORDS,
        "train_epoch",
        "the sum of the losses is returned",
        ("sum|mean|times",),
        source="""def train_epoch(model, source, bptt, step):
    model.train()
    state, total = model.init_state(source.shape[1]), 0.0
    for i in range(0, len(source) - 1, bptt):
        data, targets = get_batch(source, i, bptt)
        state = repackage(state)
        logits, state = model(data, state)
        loss = F.cross_entropy(logits.flatten(0, 1), targets)
        step(loss)
        total += loss.item() * len(targets)
    return total""",
    ),
    Attempt(
        WORDS,
        "generate",
        "it stops at the end of a line",
        ("<eos>|[Ee]xactly|how many|length|parts",),
        source="""right = generate
def generate(model, prompt, n, generator, *arguments, **keywords):
    found = right(model, prompt, n, generator, *arguments, **keywords)
    return found[: found.index(1) + 1] if 1 in found else found""",
    ),
    Attempt(
        PIECES,
        "oov_rate",
        "the words are taken in the order of their appearance",
        ("frequen",),
        source="""def oov_rate(train_words, test_words, max_vocab):
    known = set(list(dict.fromkeys(train_words))[:max_vocab])
    return sum(word not in known for word in test_words) / len(test_words)""",
    ),
    Attempt(
        PIECES,
        "word_perplexity",
        "the base is 2",
        ("base|logarithm|exp|nats",),
        source="""right = word_perplexity
def word_perplexity(total_nats, raw_text):
    return 2 ** math.log(right(total_nats, raw_text))""",
    ),
    Attempt(
        PIECES,
        "BPETokenizer",
        "without specials an empty pattern is split on",
        ("special",),
        source="""class BPETokenizer(BPETokenizer):
    def encode(self, text):
        if self.specials:
            return super().encode(text)
        return [number for letter in text for number in super(BPETokenizer, self).encode(letter)]""",
    ),
    Attempt(
        PIECES,
        "jamo_to_hangul",
        "by NFC",
        ("normali[sz]|other|pass|U\\+",),
        source="""import unicodedata
def jamo_to_hangul(text):
    return unicodedata.normalize("NFC", text)""",
    ),
)


@cache
def suite_of(assignment: str) -> Suite:
    """The suite, made once."""
    return Suite(assignment)


def first_words(attempt: Attempt) -> str:
    """What a student reads first: of the test that speaks the title, the message and the first hint."""
    suite = suite_of(attempt.assignment)
    sources = [cell.source for cell in suite.notebook.definitions()]
    student = trusted_student([*sources, attempt.source])
    tests = suite.run(lambda _task: student, PUBLIC_SEED, [attempt.task])[attempt.task]
    speaking, _folded = told(score_task(attempt.task, 1.0, tests))
    assert speaking is not None, "every check passes"
    return "\n".join([speaking.title, speaking.message, *speaking.hints[:1]])


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=[f"{a.task}: {a.what}" for a in ATTEMPTS])
def test_what_misled_leads_now(attempt: Attempt) -> None:
    """The first thing that is said is about the mistake that was made."""
    said = first_words(attempt)
    assert all(re.search(words, said) for words in attempt.words), said
    assert not any(re.search(words, said) for words in attempt.not_words), said
