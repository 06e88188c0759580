"""Known mistakes in `train_library_tokenizer`."""

from autograder.grading.mistakes import Mistake

TASK = "train_library_tokenizer"

# What the edits replace.
_DECODER = "    tokenizer.decoder = decoders.ByteLevel()\n"
_ALPHABET = "        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),\n"
_TRAIN = "tokenizer.train_from_iterator([text], trainer)"
_SIZE = "vocab_size=vocab_size,"
_SPECIALS = "special_tokens=list(specials),"
_SPACE = "add_prefix_space=False"
_LEVEL = "            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),\n"
_START = "tokenizer = Tokenizer(models.BPE())"

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="C02L",
        task=TASK,
        what="No decoder: the printable stand-ins of the bytes are what comes back.",
        hint="What does `Ġ` stand for, and who is to turn it into a space again?",
        edits=((_DECODER, ""),),
    ),
    Mistake(
        id="L01",
        task=TASK,
        what="A space is put before the text.",
        hint='How many letters has `decode(encode("A").ids)`?',
        edits=((_SPACE, "add_prefix_space=True"),),
    ),
    Mistake(
        id="L02",
        task=TASK,
        what="Only bytes of the training text have ids: others are lost.",
        hint="How many of the 256 bytes occur in your training text? What becomes of the others?",
        edits=((_ALPHABET, ""),),
    ),
    Mistake(
        id="C19L",
        task=TASK,
        what="vocab_size counts the merges alone.",
        hint="256 bytes and so many merges: what does `get_vocab_size()` say?",
        edits=((_SIZE, "vocab_size=256 + vocab_size,"),),
    ),
    Mistake(
        id="L03",
        task=TASK,
        what="The specials are not given to the trainer: they are ordinary text.",
        hint='Into how many pieces is "<end>" cut? Who knows that it is special?',
        edits=((_SPECIALS, "special_tokens=[],"),),
    ),
    Mistake(
        id="L04",
        task=TASK,
        what="The specials are added after training, on top of vocab_size.",
        hint="When were the last ids given away: before the merges were counted, or after?",
        edits=(
            (_SPECIALS, ""),
            (_TRAIN, f"{_TRAIN}\n    tokenizer.add_special_tokens(list(specials))"),
        ),
    ),
    Mistake(
        id="L05",
        task=TASK,
        what="Characters instead of bytes: what was not in the training text is dropped.",
        hint="Is a letter of Hangul that was never seen in your vocabulary? Are its bytes?",
        edits=((_LEVEL, ""), (_DECODER, "    tokenizer.decoder = decoders.Fuse()\n"), (_ALPHABET, "")),
    ),
    Mistake(
        id="L06",
        task=TASK,
        what="The training text is handed over letter by letter: nothing longer than a letter is learnt.",
        hint="What does a loop over a `str` give you? What does `train_from_iterator` get to see at once?",
        edits=((_TRAIN, "tokenizer.train_from_iterator(text, trainer)"),),
    ),
    Mistake(
        id="L07",
        task=TASK,
        what="It is never trained on the text.",
        hint="Which line of yours reads `text`?",
        edits=((_TRAIN, "tokenizer.train_from_iterator([], trainer)"),),
    ),
    Mistake(
        id="L08",
        task=TASK,
        what="All letters are made small.",
        hint='Print `decode(encode("ÀÉ").ids)`. Who has changed it?',
        edits=(
            (
                _START,
                f"{_START}\n    from tokenizers import normalizers\n"
                "    tokenizer.normalizer = normalizers.Lowercase()",
            ),
        ),
    ),
    Mistake(
        id="C32L",
        task=TASK,
        what="The text is normalised (NFC): it comes back with other code points.",
        hint="Compare the code points of e\u0301 before and after. Whose business is it to change them?",
        edits=(
            (
                _START,
                f"{_START}\n    from tokenizers import normalizers\n    tokenizer.normalizer = normalizers.NFC()",
            ),
        ),
    ),
    Mistake(
        id="L09",
        task=TASK,
        what="The text is stripped of its white space at both ends.",
        hint='What does `encode(" ")` give?',
        edits=(
            (
                _START,
                f"{_START}\n    from tokenizers import normalizers\n"
                "    tokenizer.normalizer = normalizers.Strip()",
            ),
        ),
    ),
)
