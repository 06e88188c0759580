"""Known mistakes in `compression`, `bits_per_byte`, `word_perplexity` and `compare_tokenizers`."""

from autograder.grading.mistakes import Mistake

_TEXT_BYTES = 'len(text.encode("utf-8"))'
_TOKENS = "len(tokenizer.encode(text))"

COMPRESSION: tuple[Mistake, ...] = (
    Mistake(
        id="C54a",
        task="compression",
        what="Characters, not bytes.",
        hint="How many bytes has “한”?",
        edits=((_TEXT_BYTES, "len(text)"),),
    ),
    Mistake(
        id="X780",
        task="compression",
        what="Tokens for each byte.",
        hint="Should the number grow or shrink if the tokenizer needs fewer tokens?",
        edits=((f"{_TEXT_BYTES} / {_TOKENS}", f"{_TOKENS} / {_TEXT_BYTES}"),),
    ),
    Mistake(
        id="X781",
        task="compression",
        what="Different tokens, not all.",
        hint="A token that occurs twice: how often does it have to be sent?",
        edits=((_TOKENS, "len(set(tokenizer.encode(text)))"),),
    ),
    Mistake(
        id="X782",
        task="compression",
        what="Strips the text.",
        hint="Are there no tokens for the white space at the ends of the text?",
        edits=(("return ", "text = text.strip() or text\n    return "),),
    ),
    Mistake(
        id="X783",
        task="compression",
        what="Bytes of UTF-16.",
        hint="How many bytes has “a” in the encoding that the docstring names?",
        edits=(('"utf-8"', '"utf-16"'),),
    ),
    Mistake(
        id="X784",
        task="compression",
        what="Rounds down.",
        hint="What does `//` do?",
        edits=((f" / {_TOKENS}", f" // {_TOKENS}"),),
    ),
    Mistake(
        id="X785",
        task="compression",
        what="Words for each token.",
        hint="What is in the unit “bytes per token”: are there words in it?",
        edits=((_TEXT_BYTES, "len(text.split())"),),
    ),
    Mistake(
        id="X786",
        task="compression",
        what="Bits, not bytes.",
        hint="A tokenizer of single bytes: how many bytes has one of its tokens?",
        edits=(("return ", "return 8 * "),),
    ),
    Mistake(
        id="X787",
        task="compression",
        what="Each word is encoded by itself: the white space between them is lost.",
        hint="Put behind each other what your tokenizer was given: is it the text?",
        edits=((_TOKENS, "max(1, sum(len(tokenizer.encode(word)) for word in text.split()))"),),
    ),
)

_BYTES = 'len(raw_text.encode("utf-8"))'

BITS: tuple[Mistake, ...] = (
    Mistake(
        id="C54b",
        task="bits_per_byte",
        what="Characters, not bytes.",
        hint="How many bytes is “가”?",
        edits=((_BYTES, "len(raw_text)"),),
    ),
    Mistake(
        id="C55a",
        task="bits_per_byte",
        what="Nats, not bits.",
        hint="ln 2 = 0.693: which of the two units is the smaller one?",
        edits=((" / math.log(2)", ""),),
    ),
    Mistake(
        id="C55b",
        task="bits_per_byte",
        what="Multiplies by ln 2.",
        hint="One bit is 0.693 nats. Are there more bits or more nats in the same surprise?",
        edits=(("/ math.log(2)", "* math.log(2)"),),
    ),
    Mistake(
        id="C55c",
        task="bits_per_byte",
        what="Takes the logarithm of the nats.",
        hint="Nats are logarithms already. What changes their unit?",
        edits=(("total_nats / math.log(2)", "math.log2(total_nats + 1e-300)"),),
    ),
    Mistake(
        id="C55d",
        task="bits_per_byte",
        what="Divides by log10 of 2.",
        hint="Which logarithm is natural: what does `math.log10` count in?",
        edits=(("math.log(2)", "math.log10(2)"),),
    ),
    Mistake(
        id="C56a",
        task="bits_per_byte",
        what="Strips the text.",
        hint="The model paid for the last line end, too. Are its bytes among yours?",
        edits=((_BYTES, 'len((raw_text.strip() or raw_text).encode("utf-8"))'),),
    ),
    Mistake(
        id="C56b",
        task="bits_per_byte",
        what="Without white space.",
        hint="Which bytes of the text do you leave out?",
        edits=((_BYTES, 'max(1, len("".join(raw_text.split()).encode("utf-8")))'),),
    ),
    Mistake(
        id="X790",
        task="bits_per_byte",
        what="Bytes of UTF-16.",
        hint="How many bytes has “a” in the encoding that the docstring names?",
        edits=(('"utf-8"', '"utf-16-le"'),),
    ),
    Mistake(
        id="X791",
        task="bits_per_byte",
        what="A byte-order mark is counted.",
        hint="Three bytes too many: which encoding puts something before the text?",
        edits=(('"utf-8"', '"utf-8-sig"'),),
    ),
    Mistake(
        id="X792",
        task="bits_per_byte",
        what="A perplexity, not bits.",
        hint="Is what a byte costs already the answer, or do you still raise something to its power?",
        edits=((f"total_nats / math.log(2) / {_BYTES}", f"math.exp(total_nats / {_BYTES})"),),
    ),
    Mistake(
        id="C59a",
        task="bits_per_byte",
        what="For each word, not for each byte.",
        hint="Whose average is it?",
        edits=((_BYTES, "max(1, len(raw_text.split()))"),),
    ),
    Mistake(
        id="X793",
        task="bits_per_byte",
        what="The total, not for each byte.",
        hint="If the text were twice as long, would your number stay the same?",
        edits=((f" / {_BYTES}", ""),),
    ),
    Mistake(
        id="X794",
        task="bits_per_byte",
        what="Only ASCII characters are counted.",
        hint='What does `errors="ignore"` ignore?',
        edits=((_BYTES, 'max(1, len(raw_text.encode("ascii", errors="ignore")))'),),
    ),
)

_LINE_ENDS = 'raw_text.count("\\n") + (not raw_text.endswith("\\n"))'
_WORDS = "len(raw_text.split())"

WORDS: tuple[Mistake, ...] = (
    Mistake(
        id="X800",
        task="word_perplexity",
        what="Line ends are not counted.",
        hint="Is a line end predicted, too? Is it a word?",
        edits=((_LINE_ENDS, "0 * len(raw_text)"), (f"({_WORDS} + line_ends)", f"max(1, {_WORDS})")),
    ),
    Mistake(
        id="X801",
        task="word_perplexity",
        what="The end of the last line is not counted if the text ends without one.",
        hint="What comes after the last word of the text, if there is no line end?",
        edits=(
            (f"({_WORDS} + line_ends)", f"max(1, {_WORDS} + line_ends)"),
            (_LINE_ENDS, 'raw_text.count("\\n")'),
        ),
    ),
    Mistake(
        id="X802",
        task="word_perplexity",
        what="One line end too many if the text ends in one.",
        hint="The text ends in a line end. Is there another one behind it?",
        edits=((_LINE_ENDS, 'raw_text.count("\\n") + 1'),),
    ),
    Mistake(
        id="X803",
        task="word_perplexity",
        what="`splitlines` counts other line ends, too.",
        hint="At which characters does `splitlines` cut? Only at one of them the docstring ends a line.",
        edits=((_LINE_ENDS, "len(raw_text.splitlines())"),),
    ),
    Mistake(
        id="X804",
        task="word_perplexity",
        what="Splits at single spaces.",
        hint="Two spaces between two words: what stands between the spaces?",
        edits=((_WORDS, 'len(raw_text.split(" "))'),),
    ),
    Mistake(
        id="X805",
        task="word_perplexity",
        what="Splits at spaces and line ends only.",
        hint="Is a tab white space?",
        edits=((_WORDS, 'len(re.findall("[^ \\n]+", raw_text))'),),
    ),
    Mistake(
        id="X806",
        task="word_perplexity",
        what="Splits at ASCII white space only.",
        hint="Which white space is there beside the one on your keyboard? What does `str.split` say of it?",
        edits=((_WORDS, 'len(raw_text.encode("utf-8").split())'),),
    ),
    Mistake(
        id="X807",
        task="word_perplexity",
        what="Splits words from their punctuation marks.",
        hint="Is “the,” one word, if words are what stands between white space?",
        edits=((_WORDS, 'len(re.findall(r"\\w+|[^\\w\\s]", raw_text))'),),
    ),
    Mistake(
        id="X808",
        task="word_perplexity",
        what="Empty lines have no line end.",
        hint="How many line ends has a text with an empty line in it?",
        edits=((_LINE_ENDS, 'max(1, sum(1 for line in raw_text.split("\\n") if line.strip()))'),),
    ),
    Mistake(
        id="X809",
        task="word_perplexity",
        what="2 to the power of nats.",
        hint="Which number undoes the natural logarithm?",
        edits=(("math.exp(", "math.pow(2, "),),
    ),
    Mistake(
        id="X810",
        task="word_perplexity",
        what="Nats for each word, without the exponential.",
        hint="A choice among 50 has the perplexity 50. What has your function for ln 50 nats?",
        edits=(("math.exp(", "("),),
    ),
    Mistake(
        id="C59b",
        task="word_perplexity",
        what="For each character.",
        hint="Whose average is it?",
        edits=((f"({_WORDS} + line_ends)", "len(raw_text)"),),
    ),
    Mistake(
        id="C59c",
        task="word_perplexity",
        what="For each byte.",
        hint="Whose average is it: a word's, or a byte's?",
        edits=((f"({_WORDS} + line_ends)", 'len(raw_text.encode("utf-8"))'),),
    ),
    Mistake(
        id="X811",
        task="word_perplexity",
        what="Different words, not all.",
        hint="Is a word that comes again predicted again?",
        edits=((_WORDS, "len(set(raw_text.split()))"),),
    ),
    Mistake(
        id="X812",
        task="word_perplexity",
        what="Strips the text first.",
        hint="A text of three line ends and nothing else: how many are left when it is stripped?",
        edits=(("    line_ends = ", "    raw_text = raw_text.strip()\n    line_ends = "),),
    ),
    Mistake(
        id="X813",
        task="word_perplexity",
        what="The end of the last line is counted whatever white space stands behind it.",
        hint="Does a text that ends in a space end in a line end?",
        edits=(('not raw_text.endswith("\\n")', 'not raw_text.rstrip(" \\t\\r").endswith("\\n")'),),
    ),
)

_UNKNOWN = "tokenizer.unknown_bytes(valid_text)"
_SPELLING = f"8 * math.log(2) * {_UNKNOWN}"
_PER_WORD = "len(valid_ids) / len(valid_text.split())"
_BITS = 'bits_per_byte(fitted["nats"] + spelling_nats, valid_text)'
_FIT = "fit(train_ids, valid_ids, tokenizer.vocab_size)"

COMPARE: tuple[Mistake, ...] = (
    Mistake(
        id="C58a",
        task="compare_tokenizers",
        what="Unknown bytes cost nothing.",
        hint="Could a blindfolded model score well?",
        edits=(('fitted["nats"] + spelling_nats', 'fitted["nats"]'),),
    ),
    Mistake(
        id="C58b",
        task="compare_tokenizers",
        what="An unknown byte costs 8 nats.",
        hint="8 bits, how many nats are these?",
        edits=((_SPELLING, f"8 * {_UNKNOWN}"),),
    ),
    Mistake(
        id="C58c",
        task="compare_tokenizers",
        what="An unknown byte costs one bit.",
        hint="How many bits has a byte?",
        edits=((_SPELLING, f"math.log(2) * {_UNKNOWN}"),),
    ),
    Mistake(
        id="C58d",
        task="compare_tokenizers",
        what="Each unknown piece costs 8 bits, not each of its bytes.",
        hint="How many bytes has a word that nobody knows, and what does one of them cost?",
        edits=((_SPELLING, "8 * math.log(2) * valid_ids.count(0)"),),
    ),
    Mistake(
        id="C58e",
        task="compare_tokenizers",
        what="The unknown bytes of the training text are paid for.",
        hint="Whose bytes are measured: those of the text that is learnt, or of the other one?",
        edits=((_UNKNOWN, "tokenizer.unknown_bytes(train_text)"),),
    ),
    Mistake(
        id="C58f",
        task="compare_tokenizers",
        what="The perplexity pays for unknown bytes, too.",
        hint="The perplexity of the *model*: does the model spell?",
        edits=(('math.exp(fitted["nats"] /', 'math.exp((fitted["nats"] + spelling_nats) /'),),
    ),
    Mistake(
        id="C58g",
        task="compare_tokenizers",
        what="Unknown bytes are left out of the text's length.",
        hint="Bits for each byte of the text, or for each byte that the tokenizer knew?",
        edits=(
            (
                _BITS,
                f'(fitted["nats"] + spelling_nats) / math.log(2) / max(1, len(valid_text.encode()) - {_UNKNOWN})',
            ),
        ),
    ),
    Mistake(
        id="C54c",
        task="compare_tokenizers",
        what="Bits for each character.",
        hint="How many bytes has a Korean letter?",
        edits=((_BITS, '(fitted["nats"] + spelling_nats) / math.log(2) / len(valid_text)'),),
    ),
    Mistake(
        id="C55e",
        task="compare_tokenizers",
        what="Nats for each byte.",
        hint="ln 2 = 0.693: has your column the unit that its name says?",
        edits=((_BITS, f"{_BITS} * math.log(2)"),),
    ),
    Mistake(
        id="C59d",
        task="compare_tokenizers",
        what="The perplexity is for each word.",
        hint="Whose average is it: a token's, or a word's?",
        edits=(('fitted["nats"] / len(valid_ids)', 'fitted["nats"] / len(valid_text.split())'),),
    ),
    Mistake(
        id="C59e",
        task="compare_tokenizers",
        what="The perplexity is 2 to the power of nats.",
        hint="Which number undoes the natural logarithm?",
        edits=(("math.exp(", "math.pow(2, "),),
    ),
    Mistake(
        id="C59f",
        task="compare_tokenizers",
        what="The perplexity divides by the tokens of the training text.",
        hint="Which tokens do the nats of `fit` belong to?",
        edits=(('fitted["nats"] / len(valid_ids)', 'fitted["nats"] / len(train_ids)'),),
    ),
    Mistake(
        id="C59g",
        task="compare_tokenizers",
        what="The perplexity is that of all tokens together.",
        hint="All tokens cost so many nats. And one of them?",
        edits=(('math.exp(fitted["nats"] / len(valid_ids))', 'math.exp(min(700.0, fitted["nats"]))'),),
    ),
    Mistake(
        id="C62a",
        task="compare_tokenizers",
        what="The model is trained on the validation text, too.",
        hint="When did the model see the words that it is asked for?",
        edits=((_FIT, "fit(train_ids + valid_ids, valid_ids, tokenizer.vocab_size)"),),
    ),
    Mistake(
        id="C62b",
        task="compare_tokenizers",
        what="Training and validation text are exchanged.",
        hint="In which order does `fit` take its texts?",
        edits=((_FIT, "fit(valid_ids, train_ids, tokenizer.vocab_size)"),),
    ),
    Mistake(
        id="C62c",
        task="compare_tokenizers",
        what="The model is measured on the text that it has learnt.",
        hint="What does a model tell about a text that it has read before?",
        edits=((_FIT, "fit(train_ids, train_ids, tokenizer.vocab_size)"),),
    ),
    Mistake(
        id="C60a",
        task="compare_tokenizers",
        what="The same number of tokens for all, not the same text.",
        hint="How much text did each model see?",
        edits=((_FIT, "fit(train_ids[:10], valid_ids, tokenizer.vocab_size)"),),
    ),
    Mistake(
        id="C51a",
        task="compare_tokenizers",
        what="The vocabulary is what occurs in the training text.",
        hint="How many ids does the tokenizer have, whether they occur or not?",
        edits=((_FIT, "fit(train_ids, valid_ids, len(set(train_ids)))"),),
    ),
    Mistake(
        id="C51b",
        task="compare_tokenizers",
        what="The column of the vocabulary is the greatest id.",
        hint="Is the greatest id of a text the number of ids?",
        edits=(('"vocabulary": tokenizer.vocab_size', '"vocabulary": max(train_ids)'),),
    ),
    Mistake(
        id="C51c",
        task="compare_tokenizers",
        what="All models get the vocabulary of the first tokenizer.",
        hint="Does each tokenizer have its own number of ids?",
        edits=((_FIT, "fit(train_ids, valid_ids, next(iter(tokenizers.values())).vocab_size)"),),
    ),
    Mistake(
        id="X820",
        task="compare_tokenizers",
        what="`fit` is called twice.",
        hint="Training takes minutes. How often do you do it for one row?",
        edits=((f"fitted = {_FIT}", f"fitted = {_FIT}\n        fitted = {_FIT} | {{}}"),),
    ),
    Mistake(
        id="X821",
        task="compare_tokenizers",
        what="The rows are sorted.",
        hint="In which order are the rows asked for?",
        edits=(("return rows", 'return sorted(rows, key=lambda row: row["bits_per_byte"])'),),
    ),
    Mistake(
        id="X822",
        task="compare_tokenizers",
        what="Only the last row is returned.",
        hint="Where does the `return` stand, and what does it return?",
        edits=(("return rows", "return rows[-1:]"),),
    ),
    Mistake(
        id="X823",
        task="compare_tokenizers",
        what="Tokens per word of the training text.",
        hint="Which text does the docstring count tokens per word in?",
        edits=((_PER_WORD, "len(train_ids) / len(train_text.split())"),),
    ),
    Mistake(
        id="X824",
        task="compare_tokenizers",
        what="Words per token.",
        hint="Should a tokenizer of bytes have many tokens per word, or few?",
        edits=((_PER_WORD, "len(valid_text.split()) / len(valid_ids)"),),
    ),
    Mistake(
        id="X825",
        task="compare_tokenizers",
        what="Splits words at single spaces.",
        hint="Two spaces between two words: what stands between the spaces?",
        edits=((_PER_WORD, 'len(valid_ids) / len(valid_text.split(" "))'),),
    ),
    Mistake(
        id="X826",
        task="compare_tokenizers",
        what="Line ends count as words in the tokens per word.",
        hint="For each word between white space: is a line end one?",
        edits=((_PER_WORD, 'len(valid_ids) / (len(valid_text.split()) + valid_text.count("\\n"))'),),
    ),
    Mistake(
        id="X827",
        task="compare_tokenizers",
        what="The column of tokens is that of the validation text.",
        hint="Tokens of which text does the docstring ask for?",
        edits=(('"tokens": len(train_ids)', '"tokens": len(valid_ids)'),),
    ),
    Mistake(
        id="X828",
        task="compare_tokenizers",
        what="The matrices compared with the rest of the model.",
        hint="The share of all parameters, or a ratio to the others?",
        edits=(
            (
                'fitted["embedding"] / fitted["parameters"]',
                'fitted["embedding"] / (fitted["parameters"] - fitted["embedding"])',
            ),
        ),
    ),
    Mistake(
        id="X829",
        task="compare_tokenizers",
        what="The number of parameters in the matrices, not their share.",
        hint="A share lies between 0 and 1. Does yours?",
        edits=(('fitted["embedding"] / fitted["parameters"]', 'fitted["embedding"]'),),
    ),
    Mistake(
        id="X830",
        task="compare_tokenizers",
        what="Parameters without the matrices.",
        hint="All parameters, the docstring says. Which ones do you subtract?",
        edits=(
            (
                '"parameters": fitted["parameters"]',
                '"parameters": fitted["parameters"] - fitted["embedding"]',
            ),
        ),
    ),
    Mistake(
        id="X831",
        task="compare_tokenizers",
        what="The bytes are those of the training text.",
        hint="The nats belong to one text. Do the bytes belong to the same one?",
        edits=((_BITS, 'bits_per_byte(fitted["nats"] + spelling_nats, train_text)'),),
    ),
    Mistake(
        id="X832",
        task="compare_tokenizers",
        what="Strips the texts first.",
        hint="Whose text is measured, if you change it before?",
        edits=(
            (
                "    rows = []",
                "    train_text, valid_text = train_text.strip(), valid_text.strip()\n    rows = []",
            ),
        ),
    ),
    Mistake(
        id="C56c",
        task="compare_tokenizers",
        what="The bytes are those of the text without white space.",
        hint="Bytes of exactly what was scored: which ones are missing?",
        edits=((_BITS, 'bits_per_byte(fitted["nats"] + spelling_nats, "".join(valid_text.split()))'),),
    ),
    Mistake(
        id="X833",
        task="compare_tokenizers",
        what="All rows are the same dictionary.",
        hint="How many dictionaries does your loop make?",
        edits=(
            ("    rows = []", "    rows, row = [], {}"),
            ("        row = {", "        row |= {"),
        ),
    ),
)

MISTAKES = COMPRESSION + BITS + WORDS + COMPARE
