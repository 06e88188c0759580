"""Known mistakes in `BPETokenizer`."""

from autograder.grading.mistakes import Mistake

TASK = "BPETokenizer"

# What the edits replace.
_FIRST_SPECIAL = "first_special + i for i, special"
_PIECE_IDS = "{piece: number for number, piece in self.vocab.items() if number < first_special}"
_KNOWN = "self.known_words: dict[str, list[int]] = {}"
_LONGEST = "sorted(self.specials, key=len, reverse=True)"
_ESCAPED = '"|".join(map(re.escape, longest_first))'
_PARTS = 're.split(f"({any_special})", text) if self.specials else [text]'
_WORDS = "for word in SPLIT.findall(part):"
_EARLIEST = "min(pairwise(pieces), key=lambda pair: self.ranks.get(pair, math.inf))"
_WHILE = "while len(pieces) > 1:"
_BYTES = 'tuple(bytes([byte]) for byte in word.encode("utf-8"))'
_DECODE = 'b"".join(self.vocab[number] for number in ids).decode("utf-8", errors="replace")'
_RETURN = "return ids\n\n    def encode_word"
_SAVED_MERGES = "for first, second in self.merges],"
_SAVED_SPECIALS = '"specials": self.specials,'
_LOADED = 'return cls(vocab, merges, document["specials"])'
_SAVED_PIECE, _LOADED_PIECE = "piece.hex() for piece", "bytes.fromhex(piece) for number"

_REPR = (
    "Compare repr(text) and repr(decode(encode(text))). Which of your lines changes letters or white space?"
)


def _redefined(method: str) -> str:
    """A class like the right one, but for one method."""
    body = "\n".join(f"    {line}" if line else "" for line in method.strip("\n").split("\n"))
    return f"class BPETokenizer(right_BPETokenizer):\n{body}\n"


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="C23",
        task=TASK,
        what="Longest match from the left, as in WordPiece, instead of merges.",
        hint="BPE has no dictionary look-up; it has an order. Which merge makes the piece that you took?",
        source=_redefined("""
def encode_word(self, word):
    rest, ids = word.encode("utf-8"), []
    while rest:
        size = next(size for size in range(len(rest), 0, -1) if rest[:size] in self.piece_ids)
        ids.append(self.piece_ids[rest[:size]])
        rest = rest[size:]
    return ids
"""),
    ),
    Mistake(
        id="C24",
        task=TASK,
        what="The leftmost pair that can be merged goes first.",
        hint="Which merge goes first: the one that stands first in the word, or the one that was learnt first?",
        edits=((_EARLIEST, "next((pair for pair in pairwise(pieces) if pair in self.ranks), pieces[:2])"),),
    ),
    Mistake(
        id="C26",
        task=TASK,
        what="The merge that was learnt last goes first.",
        hint="Which merge was learnt first, and does your loop begin at that end of the list?",
        edits=((_EARLIEST, "max(pairwise(pieces), key=lambda pair: self.ranks.get(pair, -1))"),),
    ),
    Mistake(
        id="X771k",
        task=TASK,
        what="One merge a word, then it stops.",
        hint="After the first merge: can another one happen in the same word?",
        edits=((_WHILE, "for _once in range(len(pieces) > 1):"),),
    ),
    Mistake(
        id="X772k",
        task=TASK,
        what="No merges at all: a byte is a piece.",
        hint="Which line of `encode` uses `merges`?",
        edits=((_WHILE, "while not pieces:"),),
    ),
    Mistake(
        id="X773",
        task=TASK,
        what="Of each merge only the first occurrence in the word is joined.",
        hint="“abab”: how many times does the pair stand in it? What is left of the second time?",
        source=_redefined("""
def encode_word(self, word):
    pieces = [bytes([byte]) for byte in word.encode("utf-8")]
    for first, second in self.merges:
        for i in range(len(pieces) - 1):
            if (pieces[i], pieces[i + 1]) == (first, second):
                pieces[i : i + 2] = [first + second]
                break
    return [self.piece_ids[piece] for piece in pieces]
"""),
    ),
    Mistake(
        id="X774",
        task=TASK,
        what="Runs are merged from the right.",
        hint="“aaa”: which two are joined, those at the left or those at the right?",
        source=_redefined("""
def encode_word(self, word):
    pieces = [bytes([byte]) for byte in word.encode("utf-8")]
    for first, second in self.merges:
        i = len(pieces) - 2
        while i >= 0:
            if pieces[i : i + 2] == [first, second]:
                pieces[i : i + 2] = [first + second]
                i -= 1
            i -= 1
    return [self.piece_ids[piece] for piece in pieces]
"""),
    ),
    Mistake(
        id="C27ak",
        task=TASK,
        what="Words without their spaces: text.split().",
        hint="Put the words behind each other again: is it the text?",
        edits=((_WORDS, "for word in part.split():"),),
    ),
    Mistake(
        id="C27bk",
        task=TASK,
        what="The text is not split into words: merges go across white space.",
        hint="Split the same way twice: what did training see as a word?",
        edits=((_WORDS, "for word in [part]:"),),
    ),
    Mistake(
        id="C27c",
        task=TASK,
        what="Split in another way than in training: spaces are words of their own.",
        hint="To which word belongs a space in training, and to which here?",
        edits=((_WORDS, 'for word in re.findall(r"\\S+|\\s+", part):'),),
    ),
    Mistake(
        id="C27d",
        task=TASK,
        what="Split line by line, with the line ends kept: white space between lines is cut in another way.",
        hint="What does SPLIT make of two line ends in a row? And your own way of splitting?",
        edits=(
            (
                _WORDS,
                "for word in [w for line in part.splitlines(keepends=True) for w in SPLIT.findall(line)]:",
            ),
        ),
    ),
    Mistake(
        id="C28a",
        task=TASK,
        what="Returns a list that it keeps: what the caller does with it is found by the next call.",
        hint="Who owns that list? What happens if the caller appends to it?",
        edits=((_RETURN, _RETURN.replace("return ids", "return self.__dict__.setdefault(text, ids)")),),
    ),
    Mistake(
        id="C28b",
        task=TASK,
        what="All tokenizers share one table of known words.",
        hint="Make two tokenizers from different texts. Where does the second one keep what it knows?",
        edits=(
            (_KNOWN, 'self.known_words: dict[str, list[int]] = globals().setdefault("shared_words", {})'),
        ),
    ),
    Mistake(
        id="C02a",
        task=TASK,
        what="Half a letter is an exception.",
        hint="Can a token be half a letter? What does `decode` do with the bytes of one?",
        edits=(('.decode("utf-8", errors="replace")', '.decode("utf-8")'),),
    ),
    Mistake(
        id="C02b",
        task=TASK,
        what="Half a letter is left out.",
        hint="Which sign says “something stood here that is no letter”, and which value of `errors` makes it?",
        edits=(('errors="replace"', 'errors="ignore"'),),
    ),
    Mistake(
        id="C02c",
        task=TASK,
        what="Each piece is decoded for itself: a letter in two pieces is broken.",
        hint="“한” is three bytes, in two pieces. When are they put together: before they become text, or after?",
        edits=((_DECODE, '"".join(self.vocab[number].decode("utf-8", errors="replace") for number in ids)'),),
    ),
    Mistake(
        id="C02d",
        task=TASK,
        what="What is no UTF-8 is read as Latin-1: letters of several bytes become other letters.",
        hint="Which encoding made the bytes? Which one reads them?",
        edits=(('.decode("utf-8", errors="replace")', '.decode("latin-1")'),),
    ),
    Mistake(
        id="C30",
        task=TASK,
        what="The specials' ids begin behind the bytes, where the merges are.",
        hint="What is the next free id after the merges?",
        edits=((_FIRST_SPECIAL, "256 + i for i, special"),),
    ),
    Mistake(
        id="C30b",
        task=TASK,
        what="The specials' ids are in alphabetical order.",
        hint="In which order did `train_bpe` give ids to the specials?",
        edits=(("in enumerate(self.specials)}", "in enumerate(sorted(self.specials))}"),),
    ),
    Mistake(
        id="X775",
        task=TASK,
        what="The shortest special goes first.",
        hint="“<end>of”: two specials begin here. Which one is meant?",
        edits=((_LONGEST, "sorted(self.specials, key=len)"),),
    ),
    Mistake(
        id="X776",
        task=TASK,
        what="Of specials that begin alike, the one that was given first goes first.",
        hint="Does it matter in which order your expression names the specials? What does “a|ab” find in “ab”?",
        edits=((_LONGEST, "self.specials"),),
    ),
    Mistake(
        id="X777",
        task=TASK,
        what="Signs of a special mean what they mean in a regular expression.",
        hint="What does the dot of “a.c” find in a regular expression, and what the bar?",
        edits=((_ESCAPED, '"|".join(longest_first)'),),
    ),
    Mistake(
        id="X778",
        task=TASK,
        what="Specials are ordinary text.",
        hint="Which line of `encode` knows of the specials?",
        edits=((_PARTS, "[text]"),),
    ),
    Mistake(
        id="X779",
        task=TASK,
        what="A special is seen only if it is a word of its own.",
        hint="May a special stand in the middle of a word?",
        edits=((_PARTS, 're.split(rf"(?<!\\S)({any_special})(?!\\S)", text) if self.specials else [text]'),),
    ),
    Mistake(
        id="X780k",
        task=TASK,
        what="decode leaves the specials out.",
        hint="Is a special a part of the text, or not? What does the example say?",
        edits=(
            (
                "for number in ids).decode",
                "for number in ids if number not in self.special_ids.values()).decode",
            ),
        ),
    ),
    Mistake(
        id="C31a",
        task=TASK,
        what="The specials are not saved.",
        hint="What does the loaded tokenizer make of a special?",
        edits=((_SAVED_SPECIALS, '"specials": [],'),),
    ),
    Mistake(
        id="C31b",
        task=TASK,
        what="Pieces are saved as text: those that are half a letter are lost.",
        hint="Which pieces are no valid text? What stands in your file for them?",
        edits=(
            (_SAVED_PIECE, 'piece.decode("utf-8", "replace") for piece'),
            (_LOADED_PIECE, 'piece.encode("utf-8") for number'),
        ),
    ),
    Mistake(
        id="C31c",
        task=TASK,
        what="The merges are saved in another order.",
        hint="Does the order of the merges survive your file?",
        edits=((_SAVED_MERGES, "for first, second in sorted(self.merges)],"),),
    ),
    Mistake(
        id="C31d",
        task=TASK,
        what="The merges are not saved.",
        hint="What does a tokenizer do that has a vocabulary, but no merges?",
        edits=((_LOADED, 'return cls(vocab, [], document["specials"])'),),
    ),
    Mistake(
        id="C31e",
        task=TASK,
        what="load is a method of an object: there is none before the file is read.",
        hint="`BPETokenizer.load(path)`: whose method is that, an object's or the class's?",
        edits=(
            ("    @classmethod\n    def load(cls, path", "    def load(self, path"),
            (_LOADED, 'return type(self)(vocab, merges, document["specials"])'),
        ),
    ),
    Mistake(
        id="C31f",
        task=TASK,
        what="save writes nothing.",
        hint="Look into the file that `save` has written. What is in it?",
        edits=(('Path(path).write_text(json.dumps(document), encoding="utf-8")', "json.dumps(document)"),),
    ),
    Mistake(
        id="C32ak",
        task=TASK,
        what="White space at both ends of the text is stripped.",
        hint=f"{_REPR} Look at the two ends.",
        edits=((_WORDS, "for word in SPLIT.findall(part.strip()):"),),
    ),
    Mistake(
        id="C32bk",
        task=TASK,
        what="The text is normalised (NFC).",
        hint="How many code points has e\u0301 before, and how many after? Who was asked to change them?",
        edits=((_WORDS, 'for word in SPLIT.findall(__import__("unicodedata").normalize("NFC", part)):'),),
    ),
    Mistake(
        id="C32ck",
        task=TASK,
        what="Capitals become small letters.",
        hint='Is “The” the same text as “the”? What does decode(encode("A")) give?',
        edits=((_WORDS, "for word in SPLIT.findall(part.lower()):"),),
    ),
    Mistake(
        id="C32d",
        task=TASK,
        what="All line ends become \\n: splitlines eats CR LF and U+2028.",
        hint="At which characters does `splitlines` cut? Do they all come back?",
        edits=((_WORDS, 'for word in SPLIT.findall("\\n".join(part.splitlines())):'),),
    ),
    Mistake(
        id="C32e",
        task=TASK,
        what="Compatibility forms are folded (NFKC): ﬁ becomes fi.",
        hint="Is the ligature ﬁ the same text as f and i? What comes back?",
        edits=((_WORDS, 'for word in SPLIT.findall(__import__("unicodedata").normalize("NFKC", part)):'),),
    ),
    Mistake(
        id="C20",
        task=TASK,
        what="Ids are numbers of the sorted pieces, not those of vocab.",
        hint='Which id has the piece b"a" in vocab, and which in your own table?',
        edits=((_PIECE_IDS, "{piece: number for number, piece in enumerate(sorted(self.vocab.values()))}"),),
    ),
    Mistake(
        id="X781k",
        task=TASK,
        what="Characters are the first pieces, not bytes: a letter that was never merged has no id.",
        hint="Which id has “漢” in vocab? And its three bytes?",
        edits=((_BYTES, 'tuple(letter.encode("utf-8") for letter in word)'),),
    ),
    Mistake(
        id="X782k",
        task=TASK,
        what="encode returns a tuple.",
        hint="What does the signature of `encode` promise: list or tuple?",
        edits=((_RETURN, _RETURN.replace("return ids", "return tuple(ids)")),),
    ),
    Mistake(
        id="X783k",
        task=TASK,
        what="encode returns the pieces instead of their ids.",
        hint="What does a model read: bytes or numbers?",
        edits=(("[self.piece_ids[piece] for piece in pieces]", "list(pieces)"),),
    ),
    Mistake(
        id="C63",
        task=TASK,
        what="Every second call of encode leaves the merges out, as in a training with BPE-dropout.",
        hint="Encode the same text twice. Are the ids the same?",
        source=_redefined("""
def encode(self, text):
    self.calls = getattr(self, "calls", 0) + 1
    return right_BPETokenizer.encode(self, text) if self.calls % 2 else list(text.encode("utf-8"))
"""),
    ),
)
