"""Known mistakes in `word_counts`, `pair_counts` and `merge_pair`."""

from autograder.grading.mistakes import Mistake

_SPLIT = "SPLIT.findall(text)"
_COUNTER = f"Counter({_SPLIT})"
_BYTES = 'tuple(bytes([byte]) for byte in word.encode("utf-8"))'


def counted(words: str) -> str:
    """The code that counts these words."""
    return f"Counter({words})"


WORDS: tuple[Mistake, ...] = (
    Mistake(
        id="C27a",
        task="word_counts",
        what="Splits at white space, which is lost.",
        hint="Put your words behind each other again. Where have the spaces gone?",
        edits=((_COUNTER, counted("text.split()")),),
    ),
    Mistake(
        id="C27b",
        task="word_counts",
        what="Splits at single spaces.",
        hint="To which word does the space between two words belong? What does SPLIT say?",
        edits=((_COUNTER, counted('text.split(" ")')),),
    ),
    Mistake(
        id="C32a",
        task="word_counts",
        what="Strips the text first.",
        hint="Spaces at the beginning and at the end: who needs them to write the text again?",
        edits=((_COUNTER, counted("SPLIT.findall(text.strip())")),),
    ),
    Mistake(
        id="C32b",
        task="word_counts",
        what="Goes line by line: the line ends are lost.",
        hint="What does `splitlines` do with the ends of the lines?",
        edits=((_COUNTER, counted("[word for line in text.splitlines() for word in SPLIT.findall(line)]")),),
    ),
    Mistake(
        id="X901",
        task="word_counts",
        what="Leaves out what is only white space.",
        hint="Is a line end a word? It has to be written again by somebody.",
        edits=((_COUNTER, counted(f"[word for word in {_SPLIT} if word.strip()]")),),
    ),
    Mistake(
        id="X902",
        task="word_counts",
        what="Splits each word from its punctuation marks.",
        hint="Which words does SPLIT find in “go, go”? Is the comma one of its own?",
        edits=((_COUNTER, counted('re.findall(r" ?\\w+| ?[^\\s\\w]+|\\s+(?!\\S)|\\s+", text)')),),
    ),
    Mistake(
        id="X903",
        task="word_counts",
        what="Puts a space before the text, as some libraries do.",
        hint="Has the first word of a text a space before it, if the text has none?",
        edits=((_COUNTER, counted('SPLIT.findall(" " + text)')),),
    ),
    Mistake(
        id="X904",
        task="word_counts",
        what="Makes all letters small.",
        hint="“Go” and “go”: if they are the same, how is the text written again?",
        edits=((_COUNTER, counted("SPLIT.findall(text.lower())")),),
    ),
    Mistake(
        id="C32c",
        task="word_counts",
        what="Normalises the text.",
        hint="Which code points has the word in the text, and which in your counts?",
        edits=(
            (
                f"counts = {_COUNTER}",
                f'import unicodedata\n    text = unicodedata.normalize("NFC", text)\n    counts = {_COUNTER}',
            ),
        ),
    ),
    Mistake(
        id="X905",
        task="word_counts",
        what="Counts each word once.",
        hint="How often does the word occur in the text?",
        edits=((_COUNTER, f"Counter(set({_SPLIT}))"),),
    ),
    Mistake(
        id="X906",
        task="word_counts",
        what="Characters, encoded one by one, instead of single bytes.",
        hint="How many bytes has é, and how many has each part of your tuple?",
        edits=((_BYTES, 'tuple(letter.encode("utf-8") for letter in word)'),),
    ),
    Mistake(
        id="X907",
        task="word_counts",
        what="Strings of one character instead of bytes.",
        hint="Of which type are the parts of your tuples? When does text become bytes?",
        edits=((_BYTES, "tuple(word)"),),
    ),
    Mistake(
        id="X908",
        task="word_counts",
        what="Numbers instead of bytes of length 1.",
        hint="What does a loop over `b'go'` give you: b'g', or 103?",
        edits=((_BYTES, 'tuple(word.encode("utf-8"))'),),
    ),
    Mistake(
        id="X909",
        task="word_counts",
        what="`bytes(103)` instead of `bytes([103])`: so many zeros.",
        hint="What is bytes(3), and what is bytes([3])?",
        edits=(("bytes([byte])", "bytes(byte)"),),
    ),
    Mistake(
        id="X910",
        task="word_counts",
        what="The whole word as one piece.",
        hint="With which pieces does byte-pair encoding begin, before anything is merged?",
        edits=((_BYTES, '(word.encode("utf-8"),)'),),
    ),
    Mistake(
        id="X911",
        task="word_counts",
        what="The bytes of UTF-16.",
        hint="In which encoding do you take the bytes? How many has the letter g in UTF-8?",
        edits=((_BYTES, _BYTES.replace("utf-8", "utf-16-le")),),
    ),
    Mistake(
        id="X912",
        task="word_counts",
        what="The numbers of the characters, cut to one byte: letters beyond Latin are lost.",
        hint="Which numbers can a byte hold? What becomes of 한?",
        edits=((_BYTES, 'tuple(bytes([byte]) for byte in word.encode("latin-1", errors="replace"))'),),
    ),
    Mistake(
        id="C22",
        task="word_counts",
        what="Adds a mark for the end of a word.",
        hint="The space before a word tells already where it begins. Does the text hold the mark that you add?",
        edits=((_BYTES, _BYTES + ' + (b"</w>",)'),),
    ),
)

_LOOP = "for pair in pairwise(word):"
_ADD = "counts[pair] += count"

PAIRS: tuple[Mistake, ...] = (
    Mistake(
        id="C04",
        task="pair_counts",
        what="Ignores how often a word occurs.",
        hint="The word occurs 5 times. How often, then, does each of its pairs?",
        edits=((_ADD, "counts[pair] += 1"),),
    ),
    Mistake(
        id="X920",
        task="pair_counts",
        what="The count of the last word with the pair instead of the sum over the words.",
        hint="Two words hold the same pair. What happens to the count from the first one?",
        edits=((_ADD, "counts[pair] = count"),),
    ),
    Mistake(
        id="X921",
        task="pair_counts",
        what="Counts each pair once a word.",
        hint="How often does the pair stand in “abab”?",
        edits=((_LOOP, "for pair in set(pairwise(word)):"),),
    ),
    Mistake(
        id="X922",
        task="pair_counts",
        what="Counts without overlap: one pair in “aaa”.",
        hint="In “aaa”, does the letter in the middle have one neighbour, or two?",
        source="""
def pair_counts(words):
    counts = Counter()
    for word, count in words.items():
        place = 0
        while place < len(word) - 1:
            pair = word[place], word[place + 1]
            counts[pair] += count
            place += 2 if word[place : place + 3] == (pair[0],) * 3 else 1
    return dict(counts)
""",
    ),
    Mistake(
        id="X923",
        task="pair_counts",
        what="Takes every second pair only.",
        hint="A piece has a neighbour to its right, and one to its left. With how many of them do you pair it?",
        edits=((_LOOP, "for pair in list(pairwise(word))[::2]:"),),
    ),
    Mistake(
        id="X924",
        task="pair_counts",
        what="Misses the last pair of a word.",
        hint="Of a word of three pieces, which two pairs do you count?",
        edits=((_LOOP, "for pair in list(pairwise(word))[:-1]:"),),
    ),
    Mistake(
        id="X925",
        task="pair_counts",
        what="Pairs the last piece of a word with its first one.",
        hint="Who is the right neighbour of the last piece? What does the index -1 stand for?",
        edits=((_LOOP, "for pair in [(word[i - 1], word[i]) for i in range(len(word))]:"),),
    ),
    Mistake(
        id="C03",
        task="pair_counts",
        what="Counts pairs across words, too.",
        hint="May a merge join the end of one word with the beginning of another?",
        edits=(
            (
                "return dict(counts)",
                "for (word, count), (following, _) in pairwise(words.items()):\n"
                "        counts[word[-1], following[0]] += count\n"
                "    return dict(counts)",
            ),
        ),
    ),
    Mistake(
        id="X926",
        task="pair_counts",
        what="Takes (a, b) and (b, a) for the same pair.",
        hint="Is “ol” the same as “lo”?",
        edits=((_ADD, "counts[tuple(sorted(pair))] += count"),),
    ),
    Mistake(
        id="X927",
        task="pair_counts",
        what="The joined bytes instead of the pair.",
        hint="(b'a', b'bc') and (b'ab', b'c') are different pairs. Are they different keys in your counts?",
        edits=((_ADD, "counts[pair[0] + pair[1]] += count"),),
    ),
    Mistake(
        id="X928",
        task="pair_counts",
        what="Pairs of bytes instead of pairs of pieces.",
        hint="After some merges a piece has several bytes. Who are the neighbours then?",
        edits=((_LOOP, 'for pair in pairwise(bytes([byte]) for byte in b"".join(word)):'),),
    ),
    Mistake(
        id="X929",
        task="pair_counts",
        what="Also has the pairs that do not occur, with the count 0.",
        hint="Which pairs stand in your result with the count 0? Are they neighbours anywhere?",
        edits=(
            (
                "return dict(counts)",
                "pieces = {piece for word in words for piece in word}\n"
                "    return {(first, second): counts[first, second] for first in pieces for second in pieces}",
            ),
        ),
    ),
    Mistake(
        id="X930",
        task="pair_counts",
        what="Counts single pieces, too.",
        hint="What is a pair of a word of one piece?",
        edits=((_LOOP, "for pair in [*pairwise(word), *([word] if len(word) == 1 else [])]:"),),
    ),
    Mistake(
        id="X931",
        task="pair_counts",
        what="Empties the dictionary of the words.",
        hint="What is left of `words` after your call? Somebody wants to count again.",
        edits=(
            (
                "for word, count in words.items():",
                "while words:\n        word, count = words.popitem()",
            ),
        ),
    ),
)

_IS_PAIR = "word[start : start + 2] == pair"
_JOINED = "merged.append(pair[0] + pair[1])"
_ON = "start += 2"

MERGES: tuple[Mistake, ...] = (
    Mistake(
        id="C10",
        task="merge_pair",
        what="Merges from right to left.",
        hint="“aaa”: which two are joined? From which side does one read?",
        source="""
def merge_pair(word, pair):
    backwards = right_merge_pair(tuple(piece[::-1] for piece in word[::-1]), (pair[1][::-1], pair[0][::-1]))
    return tuple(piece[::-1] for piece in backwards[::-1])
""",
    ),
    Mistake(
        id="C11",
        task="merge_pair",
        what="Merges the first occurrence only.",
        hint="The pair stands twice in “abab”. What do you do after the first merge?",
        edits=((_IS_PAIR, f"{_IS_PAIR} and pair[0] + pair[1] not in merged"),),
    ),
    Mistake(
        id="C12a",
        task="merge_pair",
        what="Replaces text in the pieces joined by spaces: also finds the end of a longer piece.",
        hint="“a b” also stands in “aa b”. Do you compare pieces, or text?",
        source="""
def merge_pair(word, pair):
    return tuple(b" ".join(word).replace(b" ".join(pair), b"".join(pair)).split(b" ")) if word else ()
""",
    ),
    Mistake(
        id="C12b",
        task="merge_pair",
        what="Compares the joined bytes: also merges another pair with the same bytes.",
        hint="(b'ab', b'c') and (b'a', b'bc') make the same bytes. Which of them were you to merge?",
        edits=(
            (_IS_PAIR, 'len(word) > start + 1 and b"".join(word[start : start + 2]) == pair[0] + pair[1]'),
        ),
    ),
    Mistake(
        id="C12c",
        task="merge_pair",
        what="Merges wherever the bytes stand, across the borders of pieces.",
        hint="Which pieces were there before? May a merge cut a piece into two?",
        source="""
def merge_pair(word, pair):
    joined = pair[0] + pair[1]
    parts = re.split(b"(" + re.escape(joined) + b")", b"".join(word))
    return tuple(p for part in parts for p in ([part] if part == joined else [bytes([byte]) for byte in part]))
""",
    ),
    Mistake(
        id="X940",
        task="merge_pair",
        what="Goes on with the second piece of a merged pair: it is used twice.",
        hint="You have joined two pieces. With which piece do you go on?",
        edits=((_ON, "start += 1"),),
    ),
    Mistake(
        id="X941",
        task="merge_pair",
        what="Loses the last piece if it is not merged.",
        hint="The last piece has no right neighbour. Who writes it down?",
        edits=(("while start < len(word):", "while start < len(word) - 1:"),),
    ),
    Mistake(
        id="X942",
        task="merge_pair",
        what="Fails at the last piece, which has no neighbour.",
        hint="Which index does your comparison reach at the last piece?",
        edits=((_IS_PAIR, "word[start] == pair[0] and word[start + 1] == pair[1]"),),
    ),
    Mistake(
        id="X943",
        task="merge_pair",
        what="Joins the two pieces in the wrong order, too.",
        hint="Is “ba” the pair (b'a', b'b')?",
        edits=((_IS_PAIR, "word[start : start + 2] in (pair, pair[::-1])"),),
    ),
    Mistake(
        id="X944",
        task="merge_pair",
        what="Compares the first piece only.",
        hint="Which two pieces have to be equal to those of the pair?",
        edits=((_IS_PAIR, "word[start] == pair[0] and start + 1 < len(word)"),),
    ),
    Mistake(
        id="X945",
        task="merge_pair",
        what="Appends the pair instead of its joined bytes.",
        hint="Which type has the piece that a merge makes: `tuple`, or `bytes`?",
        edits=((_JOINED, "merged.append(pair)"),),
    ),
    Mistake(
        id="X946",
        task="merge_pair",
        what="Returns a list.",
        hint="Words are keys of a dictionary. Can a list be one?",
        edits=(("return tuple(merged)", "return merged"),),
    ),
    Mistake(
        id="X947",
        task="merge_pair",
        what="Removes the pair without putting the new piece there.",
        hint="Put the pieces behind each other again: is the word still there?",
        edits=((_JOINED, "pass"),),
    ),
    Mistake(
        id="X948",
        task="merge_pair",
        what="Joins three pieces if the merged one is followed by the second again.",
        hint="One call is one merge: may a piece that was just made be merged again?",
        edits=(
            (
                _JOINED,
                "merged.append(pair[0] + pair[1])\n"
                "            if word[start + 2 : start + 3] == pair[1:]:\n"
                "                merged[-1] += pair[1]\n"
                "                start += 1",
            ),
        ),
    ),
    Mistake(
        id="X949",
        task="merge_pair",
        what="Goes through text: bytes that are no letter are lost.",
        hint="One byte of 한 is no letter. Can you decode it?",
        edits=(
            (
                _JOINED,
                'merged.append((pair[0].decode(errors="ignore") + pair[1].decode(errors="ignore")).encode())',
            ),
        ),
    ),
)

MISTAKES = WORDS + PAIRS + MERGES
