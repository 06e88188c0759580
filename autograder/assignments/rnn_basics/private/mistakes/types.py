"""Known mistakes in the tasks on the types of RNN."""

from autograder.grading.mistakes import Mistake

_SHORT = "What did the network read after the last word of a short row?"
_UNSORTED = (
    "PyTorch wants the longest row first unless told otherwise. Will you sort, or tell it that you did not?"
)
_SOFTMAX = (
    "Your loss stops at log(1 + (V - 1) / e). Who applies the softmax: your model, or the cross-entropy?"
)
_ONE_WAY = "A tag may depend on the next word. Which direction of reading knows it?"
_SOURCE_PADS = "What has the encoder read when it hands its state on for a short source?"

# SequenceClassifier: what students write first, with the library's layers
_READ = "return self.output(last_states(self.rnn, self.embedding(ids), lengths))"
_TWO_WAYS = "self.rnn = nn.LSTM(embed, hidden, batch_first=True, bidirectional=True)"
_CLASSIFIER = """
class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.rnn = nn.{kind}(embed, hidden, batch_first=True)
        self.output = nn.Linear(hidden, classes)

    def forward(self, ids, lengths):
        outputs, state = self.rnn(self.embedding(ids))
        return self.output({read})
"""

# SequenceTagger
_PACK = "packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)"
_RUN = "outputs, _ = self.rnn(packed)"
_UNPACK = "outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=ids.shape[1])"

# EncoderDecoder
_THOUGHT = "thought = last_states(self.encoder, self.embedding(source), lengths)"
_DECODE = "outputs, _ = self.decoder(self.embedding(target_in), thought[None])"

CLASSIFIER: tuple[Mistake, ...] = (
    Mistake(
        id="A45a",
        task="SequenceClassifier",
        what="Takes the last column of the outputs of a padded batch, two directions.",
        hint=_SHORT,
        edits=((_READ, "return self.output(self.rnn(self.embedding(ids))[0][:, -1])"),),
    ),
    *(
        Mistake(
            id=identifier,
            task="SequenceClassifier",
            what=f"One nn.{kind} layer; takes the last column of its outputs, or its final state, padding included.",
            hint=_SHORT,
            source=_CLASSIFIER.format(kind=kind, read="outputs[:, -1]"),
        )
        for identifier, kind in (("A45b", "LSTM"), ("A45c", "GRU"), ("A45d", "RNN"))
    ),
    Mistake(
        id="A46a",
        task="SequenceClassifier",
        what="Takes the final states without packing, two directions.",
        hint=_SHORT,
        edits=(
            (
                _READ,
                "h = self.rnn(self.embedding(ids))[1][0]\n"
                "        return self.output(torch.cat([h[0], h[1]], dim=1))",
            ),
        ),
    ),
    Mistake(
        id="A48a",
        task="SequenceClassifier",
        what="Sorts the rows for packing and never puts them back.",
        hint="Whose label is row 0 now?",
        edits=(
            (
                _READ,
                "lengths, order = lengths.sort(descending=True, stable=True)\n"
                "        return self.output(last_states(self.rnn, self.embedding(ids[order]), lengths))",
            ),
        ),
    ),
    Mistake(
        id="A49a",
        task="SequenceClassifier",
        what="Packs unsorted lengths as if they were sorted: PyTorch refuses.",
        hint=_UNSORTED,
        edits=(
            (
                _READ,
                "packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True)\n"
                "        h = self.rnn(packed)[1][0]\n"
                "        return self.output(torch.cat([h[0], h[1]], dim=1))",
            ),
        ),
    ),
    Mistake(
        id="A50a",
        task="SequenceClassifier",
        what="Brings the two directions together by a reshape, which mixes rows.",
        hint="A reshape never swaps axes. Which rows stand side by side after it?",
        edits=(
            (
                _READ,
                "packed = pack_padded_sequence(\n"
                "            self.embedding(ids), lengths, batch_first=True, enforce_sorted=False\n"
                "        )\n"
                "        return self.output(self.rnn(packed)[1][0].reshape(len(ids), -1))",
            ),
        ),
    ),
    Mistake(
        id="A64a",
        task="SequenceClassifier",
        what="Applies a softmax before the scores are returned.",
        hint=_SOFTMAX,
        edits=((_READ, f"{_READ}.softmax(dim=-1)"),),
    ),
    Mistake(
        id="X221",
        task="SequenceClassifier",
        what="Applies a log-softmax before the scores are returned.",
        hint="Raw scores were asked for. Which function of the loss does what your last line does?",
        edits=((_READ, f"{_READ}.log_softmax(dim=-1)"),),
    ),
    Mistake(
        id="X222",
        task="SequenceClassifier",
        what="The embedding does not know pad_id: its row is trained wherever it is read.",
        hint="What is `pad_id` given to the constructor for? Which option of the embedding wants it?",
        edits=((", padding_idx=pad_id", ""),),
    ),
    Mistake(
        id="X223",
        task="SequenceClassifier",
        what="The padding's row is always row 0, whatever pad_id says.",
        hint="Is the id of the padding always 0?",
        edits=(("padding_idx=pad_id", "padding_idx=0"),),
    ),
    Mistake(
        id="X224",
        task="SequenceClassifier",
        what="The recurrent layer expects time first: it reads down the batch.",
        hint="Which axis is time in `ids`, and which one does the recurrent layer take for time?",
        source=_CLASSIFIER.format(kind="LSTM", read="outputs[:, -1]").replace(", batch_first=True", ""),
    ),
    Mistake(
        id="X225",
        task="SequenceClassifier",
        what="Averages the embeddings: nothing reads in order.",
        hint="Do the words in another order get other scores? What in your model could notice?",
        source=_CLASSIFIER.format(kind="LSTM", read="outputs").replace(
            "outputs, state = self.rnn(self.embedding(ids))",
            "outputs = nn.functional.pad(masked_mean(self.embedding(ids), lengths), "
            "(0, self.output.in_features - self.embedding.embedding_dim))",
        ),
    ),
    Mistake(
        id="X227",
        task="SequenceClassifier",
        what="Applies tanh or ReLU to the scores: they cannot go where the loss wants them.",
        hint="Which scores can the loss ask for, and which can your last line return?",
        edits=((_READ, f"{_READ}.relu()"),),
    ),
    Mistake(
        id="X228",
        task="SequenceClassifier",
        what="Applies a softmax over the batch: rows depend on each other.",
        hint="Why does row 0 care about row 1?",
        edits=((_READ, f"{_READ}.softmax(dim=0)"),),
    ),
    Mistake(
        id="X229",
        task="SequenceClassifier",
        what="Averages the states over the padded width, without packing.",
        hint="Divide by the number of words, and sum over the words only. What does your mean run over?",
        edits=((_READ, "return self.output(self.rnn(self.embedding(ids))[0].mean(dim=1))"),),
    ),
)

TAGGER: tuple[Mistake, ...] = (
    Mistake(
        id="A58",
        task="SequenceTagger",
        what="Comes back as wide as the longest row, not as wide as ids.",
        hint="Unpacking gives back max(lengths) columns. How many did `ids` have?",
        edits=((", total_length=ids.shape[1]", ""),),
    ),
    Mistake(
        id="A53a",
        task="SequenceTagger",
        what="Does not pack: the backward direction starts in the padding.",
        hint="The backward direction starts at the right edge. What stands there in a short row?",
        edits=((_PACK, ""), (_RUN, "outputs, _ = self.rnn(self.embedding(ids))"), (_UNPACK, "")),
    ),
    Mistake(
        id="A49b",
        task="SequenceTagger",
        what="Packs unsorted lengths as if they were sorted: PyTorch refuses.",
        hint=_UNSORTED,
        edits=((", enforce_sorted=False", ""),),
    ),
    Mistake(
        id="A48b",
        task="SequenceTagger",
        what="Sorts the rows for packing and never puts them back.",
        hint="Whose tags are in row 0 now?",
        edits=(
            (
                _PACK,
                "lengths, order = lengths.sort(descending=True, stable=True)\n"
                "        packed = pack_padded_sequence(self.embedding(ids[order]), lengths, batch_first=True)",
            ),
        ),
    ),
    Mistake(
        id="X231",
        task="SequenceTagger",
        what="Reads in one direction only.",
        hint=_ONE_WAY,
        edits=((", bidirectional=True", ""), ("2 * hidden", "hidden")),
    ),
    Mistake(
        id="A64b",
        task="SequenceTagger",
        what="Applies a softmax before the scores are returned.",
        hint=_SOFTMAX,
        edits=(("return self.output(outputs)", "return self.output(outputs).softmax(dim=-1)"),),
    ),
    Mistake(
        id="X233",
        task="SequenceTagger",
        what="Applies a log-softmax before the scores are returned.",
        hint="Raw scores were asked for. Which function of the loss does what your last line does?",
        edits=(("return self.output(outputs)", "return self.output(outputs).log_softmax(dim=-1)"),),
    ),
    Mistake(
        id="X234",
        task="SequenceTagger",
        what="The recurrent layer expects time first: it reads down the batch.",
        hint="Which axis is time in `ids`, and which one does the recurrent layer take for time?",
        edits=(
            ("self.rnn = nn.LSTM(embed, hidden, batch_first=True,", "self.rnn = nn.LSTM(embed, hidden,"),
            (_PACK, ""),
            (_RUN, "outputs, _ = self.rnn(self.embedding(ids))"),
            (_UNPACK, ""),
        ),
    ),
    Mistake(
        id="X235",
        task="SequenceTagger",
        what="Gives one answer for a whole row.",
        hint="One answer per row, or one per word? Which of the network's results has a time axis?",
        edits=((_UNPACK, ""), (_RUN, "outputs = last_states(self.rnn, self.embedding(ids), lengths)")),
    ),
    Mistake(
        id="X236",
        task="SequenceTagger",
        what="Repeats the row's one answer at every position.",
        hint="Two different words of one row: should they get the same tag scores?",
        edits=(
            (_UNPACK, "outputs = outputs[:, None].expand(-1, ids.shape[1], -1)"),
            (_RUN, "outputs = last_states(self.rnn, self.embedding(ids), lengths)"),
        ),
    ),
    Mistake(
        id="X237",
        task="SequenceTagger",
        what="Returns (B, classes, T), as the cross-entropy likes it.",
        hint="Which of the three axes did the task want last?",
        edits=(("return self.output(outputs)", "return self.output(outputs).transpose(1, 2)"),),
    ),
)

DECODING: tuple[Mistake, ...] = (
    Mistake(
        id="X241",
        task="greedy_decode",
        what="Drops the new state: every step starts from the first one.",
        hint="`step` returns two things. Which of them does the next call need?",
        edits=(("logits, state = step(current, state)", "logits, _ = step(current, state)"),),
    ),
    Mistake(
        id="X242",
        task="greedy_decode",
        what="Feeds first_id at every step instead of its own choice.",
        hint="What does the network read at the second step?",
        edits=(("step(current, state)", "step(first_id, state)"),),
    ),
    Mistake(
        id="X243",
        task="greedy_decode",
        what="Returns eos_id as the last id.",
        hint="Is the end of the sentence a part of what you want to read?",
        edits=(
            (
                "        if current == eos_id:\n            break\n        chosen.append(current)",
                "        chosen.append(current)\n        if current == eos_id:\n            break",
            ),
        ),
    ),
    Mistake(
        id="X244",
        task="greedy_decode",
        what="Returns first_id as the first id.",
        hint="Which ids did your function choose, and which one was handed to it?",
        edits=(
            ("chosen, current = [], first_id", "chosen, current = [first_id], first_id"),
            ("len(chosen) < max_len", "len(chosen) <= max_len"),
        ),
    ),
    Mistake(
        id="X245",
        task="greedy_decode",
        what="Counts first_id among the max_len ids: one too few.",
        hint="With max_len = 2, how many ids do you return?",
        edits=(("len(chosen) < max_len", "len(chosen) < max_len - 1"),),
    ),
    Mistake(
        id="X246",
        task="greedy_decode",
        what="Returns one id more than max_len.",
        hint="With max_len = 2, how many ids do you return?",
        edits=(("len(chosen) < max_len", "len(chosen) <= max_len"),),
    ),
    Mistake(
        id="X247",
        task="greedy_decode",
        what="Does not start when first_id is eos_id.",
        hint="In many models one id both begins and ends a sentence. Should your loop stop before it starts?",
        edits=(
            ("    while len(chosen) < max_len:", "    while len(chosen) < max_len and current != eos_id:"),
        ),
    ),
    Mistake(
        id="X248",
        task="greedy_decode",
        what="Of equal scores takes the highest id.",
        hint="When two scores are equally high, which of them does your function take?",
        edits=(("logits.argmax()", "len(logits) - 1 - logits.flip(0).argmax()"),),
    ),
    Mistake(
        id="X249",
        task="greedy_decode",
        what="Chooses by chance instead of the best.",
        hint="Run it twice. Does greedy decoding leave anything to chance?",
        edits=(("logits.argmax()", "torch.multinomial(logits.softmax(dim=0), 1)"),),
    ),
    Mistake(
        id="X250",
        task="greedy_decode",
        what="Returns tensors in the list, and feeds tensors to `step`.",
        hint="What is the type of the things in your list?",
        edits=(("int(logits.argmax())", "logits.argmax()"),),
    ),
    Mistake(
        id="X251",
        task="greedy_decode",
        what="Does not stop at eos_id.",
        hint="What should happen when the best id is eos_id?",
        edits=(("        if current == eos_id:\n            break\n", ""),),
    ),
    Mistake(
        id="X252",
        task="greedy_decode",
        what="Leaves eos_id out and writes on.",
        hint="After the end of the sentence, is there anything left to choose?",
        source="""
def greedy_decode(step, state, first_id, eos_id, max_len):
    chosen, current = [], first_id
    for _ in range(max_len):
        logits, state = step(current, state)
        current = int(logits.argmax())
        if current != eos_id:
            chosen.append(current)
    return chosen
""",
    ),
    Mistake(
        id="X253",
        task="greedy_decode",
        what="Returns a tensor instead of a list.",
        hint="What is the type of the result the signature promises?",
        edits=(("return chosen", "return torch.tensor(chosen)"),),
    ),
)

TRANSLATION: tuple[Mistake, ...] = (
    Mistake(
        id="X261",
        task="EncoderDecoder",
        what="The decoder starts from zeros: the source is never heard of.",
        hint="Change the source. Does anything in the result move?",
        edits=((_DECODE, "outputs, _ = self.decoder(self.embedding(target_in))"),),
    ),
    Mistake(
        id="A46b",
        task="EncoderDecoder",
        what="The encoder reads the padding too: its final state is taken without packing.",
        hint=_SOURCE_PADS,
        edits=((_THOUGHT, "thought = self.encoder(self.embedding(source))[1][-1]"),),
    ),
    Mistake(
        id="A46c",
        task="EncoderDecoder",
        what="LSTMs; the encoder reads the padding too.",
        hint=_SOURCE_PADS,
        edits=(
            ("self.encoder = nn.GRU", "self.encoder = nn.LSTM"),
            ("self.decoder = nn.GRU", "self.decoder = nn.LSTM"),
            (_THOUGHT, "_, thought = self.encoder(self.embedding(source))"),
            (_DECODE, "outputs, _ = self.decoder(self.embedding(target_in), thought)"),
        ),
    ),
    Mistake(
        id="A48c",
        task="EncoderDecoder",
        what="Sorts the sources for packing and never puts them back.",
        hint="Whose source does target 0 get now?",
        edits=(
            (
                _THOUGHT,
                "lengths, order = lengths.sort(descending=True, stable=True)\n"
                "        thought = last_states(self.encoder, self.embedding(source[order]), lengths)",
            ),
        ),
    ),
    Mistake(
        id="A49c",
        task="EncoderDecoder",
        what="Packs unsorted lengths as if they were sorted: PyTorch refuses.",
        hint=_UNSORTED,
        edits=(
            (
                _THOUGHT,
                "packed = pack_padded_sequence(self.embedding(source), lengths, batch_first=True)\n"
                "        thought = self.encoder(packed)[1][-1]",
            ),
        ),
    ),
    Mistake(
        id="X262",
        task="EncoderDecoder",
        what="The decoder reads the target in both directions and sees what it is to predict.",
        hint="When the third word is to be predicted, which words of the target may be known?",
        edits=(
            (
                "self.decoder = nn.GRU(embed, hidden, batch_first=True)",
                "self.decoder = nn.GRU(embed, hidden, batch_first=True, bidirectional=True)",
            ),
            ("nn.Linear(hidden, vocab_size)", "nn.Linear(2 * hidden, vocab_size)"),
            ("thought[None]", "thought.expand(2, -1, -1).contiguous()"),
        ),
    ),
    Mistake(
        id="A64c",
        task="EncoderDecoder",
        what="Applies a softmax before the scores are returned.",
        hint=_SOFTMAX,
        edits=(("return self.output(outputs)", "return self.output(outputs).softmax(dim=-1)"),),
    ),
    Mistake(
        id="X263",
        task="EncoderDecoder",
        what="Applies a log-softmax before the scores are returned.",
        hint="Raw scores were asked for. Which function of the loss does what your last line does?",
        edits=(("return self.output(outputs)", "return self.output(outputs).log_softmax(dim=-1)"),),
    ),
    Mistake(
        id="X264",
        task="EncoderDecoder",
        what="Drops the last target word before decoding: one step too few.",
        hint="`target_in` has T words. How many predictions come back?",
        edits=(("self.embedding(target_in)", "self.embedding(target_in[:, :-1])"),),
    ),
    Mistake(
        id="X265",
        task="EncoderDecoder",
        what="The decoder expects time first: it writes down the batch.",
        hint="Which axis is time in `target_in`, and which one does the decoder take for time?",
        edits=(
            (
                "self.decoder = nn.GRU(embed, hidden, batch_first=True)",
                "self.decoder = nn.GRU(embed, hidden)",
            ),
            (
                _DECODE,
                "first = thought[None, :1].expand(-1, target_in.shape[1], -1).contiguous()\n"
                "        outputs, _ = self.decoder(self.embedding(target_in), first)",
            ),
        ),
    ),
    Mistake(
        id="X266",
        task="EncoderDecoder",
        what="Decodes the source itself: the target is never read.",
        hint="Change a word of `target_in`. Does anything in the result move?",
        edits=(
            (
                _DECODE,
                "outputs, _ = self.decoder(thought[:, None, : self.embedding.embedding_dim]"
                ".expand(-1, target_in.shape[1], -1), thought[None])",
            ),
        ),
    ),
    Mistake(
        id="X267",
        task="EncoderDecoder",
        what="Detaches the encoder's state: the encoder never learns, the decoder gets what it happens to say.",
        hint="Does the loss of the decoder reach the encoder's weights?",
        edits=((_DECODE, "outputs, _ = self.decoder(self.embedding(target_in), thought[None].detach())"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*CLASSIFIER, *TAGGER, *DECODING, *TRANSLATION)
