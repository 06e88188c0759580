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
        ("up or down",),
        ("terms",),
        source="""right = find_cell
def find_cell(trace, feature):
    index, r = right(trace, feature)
    return index, abs(r)""",
    ),
    Attempt(
        BASICS,
        "rnn_forward",
        "each state is written into the tensor of the state before",
        ("same tensor",),
        source="""def rnn_forward(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for t in range(len(x)):
        new = torch.tanh(F.linear(x[t], W_xh, b) + F.linear(h, W_hh))
        h.data.copy_(new)
        states.append(new)
        h = new
    return torch.stack(states), h""",
    ),
    Attempt(
        BASICS,
        "gru_step",
        "W_hn is not transposed",
        ("square|W_hn",),
        ("In which order", "before or after"),
        source="""def gru_step(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    inside, past = F.linear(x, W_x, b_x), F.linear(h, W_h, b_h)
    r, z = torch.sigmoid(inside + past)[:, : 2 * H].chunk(2, dim=1)
    n = torch.tanh(inside[:, 2 * H :] + r * (h @ W_h[2 * H :] + b_h[2 * H :]))
    return n + z * (h - n)""",
    ),
    Attempt(
        BASICS,
        "lstm_step",
        "a ReLU in the place of a tanh",
        ("Between which numbers",),
        ("block of rows belongs",),
        source="""def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    i, f, g, o = (F.linear(x, W_x, b_x) + F.linear(h, W_h, b_h)).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.relu()
    return o.sigmoid() * c.tanh(), c""",
    ),
    Attempt(
        BASICS,
        "lstm_step",
        "(c, h) for (h, c)",
        ("first",),
        source="""right = lstm_step
def lstm_step(*arguments):
    return right(*arguments)[::-1]""",
    ),
    Attempt(
        BASICS,
        "CharRNN",
        "an embedding that rescales itself when it is looked at",
        ("own weights",),
        ("given",),
        source="""class CharRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        self.picked = nn.Embedding(vocab_size, hidden_size, max_norm=1.0)
        self.carried = nn.Linear(hidden_size, hidden_size)
        self.decoder = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, h=None):
        h = self.decoder.bias.new_zeros(ids.shape[1], self.carried.in_features) if h is None else h
        states = []
        for symbols in ids:
            h = torch.tanh(self.picked(symbols) + self.carried(h))
            states.append(h)
        return self.decoder(torch.stack(states)), h""",
    ),
    Attempt(
        BASICS,
        "CharRNN",
        "the global random state is seeded when a model is made",
        ("random state", "seed"),
        source="""class CharRNN(CharRNN):
    def __init__(self, *sizes):
        torch.manual_seed(0)
        super().__init__(*sizes)""",
    ),
    Attempt(
        BASICS,
        "hidden_trace",
        "the global random state is seeded",
        ("random state", "seed"),
        source="""right = hidden_trace
def hidden_trace(model, ids):
    torch.manual_seed(0)
    return right(model, ids)""",
    ),
    Attempt(
        BASICS,
        "SequenceTagger",
        "the backward direction begins in the padding",
        ("padding",),
        ("How wide",),
        source="""class SequenceTagger(SequenceTagger):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__(vocab_size, embed, hidden, classes, pad_id)
        self.rnn = nn.GRU(embed, hidden, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        return self.output(self.rnn(self.embedding(ids))[0])""",
    ),
    Attempt(
        BASICS,
        "SequenceClassifier",
        "the states are normalised over the rows of the batch",
        ("rows? of the batch|another row",),
        ("short row",),
        source="""class SequenceClassifier(SequenceClassifier):
    def forward(self, ids, lengths):
        states = last_states(self.rnn, self.embedding(ids), lengths)
        spread = states.std(dim=0, unbiased=False) + 1e-3
        return self.output((states - states.mean(dim=0)) / spread)""",
    ),
    Attempt(
        BASICS,
        "find_cell",
        "the cell with the greatest covariance",
        ("multiplied by 1000",),
        ("go down",),
        source="""def find_cell(trace, feature):
    cells, feature = trace.double(), feature.double()
    cells, feature = cells - cells.mean(dim=0), feature - feature.mean()
    index = int((feature @ cells).abs().argmax())
    return index, F.cosine_similarity(cells[:, index], feature, dim=0).item()""",
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
        WORDS,
        "RNNModel",
        "the logits come back with the rows first",
        ("shape", "order"),
        source="""class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        return logits.transpose(0, 1), state""",
    ),
    Attempt(
        WORDS,
        "RNNModel",
        "the logits lose their axes of size 1",
        ("axis of size 1",),
        source="""class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        return logits.squeeze(), state""",
    ),
    Attempt(
        WORDS,
        "RNNModel",
        "the mean over the rows is taken off the scores",
        ("state is right", "scores"),
        ("time",),
        source="""class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, state = super().forward(ids, state)
        return logits - logits.mean(dim=1, keepdim=True), state""",
    ),
    Attempt(
        WORDS,
        "sgd_step_",
        "new parameters in the place of the old ones",
        ("old parameters",),
        ("Clear",),
        source="""def sgd_step_(model, loss, lr, clip):
    model.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip).item()
    for part in model.modules():
        for name, old in dict(part.named_parameters(recurse=False)).items():
            if old.grad is not None:
                setattr(part, name, nn.Parameter(old.detach() - lr * old.grad))
    return norm""",
    ),
    Attempt(
        WORDS,
        "train_epoch",
        "the means of the windows are added up",
        ("divided",),
        ("Seven",),
        source="""def train_epoch(model, source, bptt, step):
    model.train()
    state, total = model.init_state(source.shape[1]), 0.0
    for i in range(0, len(source) - 1, bptt):
        data, targets = get_batch(source, i, bptt)
        logits, state = model(data, repackage(state))
        loss = F.cross_entropy(logits.flatten(0, 1), targets)
        step(loss)
        total += loss.item()
    return total""",
    ),
    Attempt(
        WORDS,
        "train_epoch",
        "the global random state is seeded",
        ("random state", "seed"),
        source="""right = train_epoch
def train_epoch(*arguments):
    torch.manual_seed(0)
    return right(*arguments)""",
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
        "word_perplexity",
        "e to the power of bits",
        ("base 2|nats",),
        ("finger",),
        source="""right = word_perplexity
def word_perplexity(total_nats, raw_text):
    return right(total_nats / math.log(2), raw_text)""",
    ),
    Attempt(
        PIECES,
        "train_bpe",
        "the training text is split at the specials",
        ("special mean|ordinary|like any other",),
        ("how many merges are left",),
        source="""def train_bpe(text, vocab_size, specials=()):
    parts = re.split("|".join(map(re.escape, specials)), text) if specials else [text]
    words, merges = Counter(), []
    for part in parts:
        words.update(word_counts(part))
    while 256 + len(merges) + len(specials) < vocab_size and (pairs := pair_counts(words)):
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {merge_pair(word, best): count for word, count in words.items()}
    pieces = [bytes([byte]) for byte in range(256)] + [a + b for a, b in merges]
    return dict(enumerate(pieces + [special.encode() for special in specials])), merges""",
    ),
    Attempt(
        PIECES,
        "train_bpe",
        "its merge_pair calls itself for each piece",
        ("calls your `merge_pair`", "call itself"),
        ("Double the text",),
        source="""def merge_pair(word, pair):
    if len(word) < 2:
        return word
    if word[:2] == pair:
        return (b"".join(pair), *merge_pair(word[2:], pair))
    return (word[0], *merge_pair(word[1:], pair))""",
    ),
    Attempt(
        PIECES,
        "train_bpe",
        "its merge_pair joins the pieces with spaces",
        ("calls your `merge_pair`",),
        source="""def merge_pair(word, pair):
    return tuple(b" ".join(word).replace(b" ".join(pair), b"".join(pair)).split(b" "))""",
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
