"""Known mistakes in `train_bpe`."""

from autograder.grading.mistakes import Mistake

_COUNTED = "counted = word_counts(text)"
_COUNTS = "words, counts = list(counted), list(counted.values())"
_PAIRS = "pairs = Counter(pair_counts(counted))"
_WHILE = "while pairs and 256 + len(merges) + len(specials) < vocab_size:"
_BEST = "best = max(pair for pair, count in pairs.items() if count == most)"
_EQUAL = "[pair for pair, count in pairs.items() if count == most]"
_MERGED = "old, words[number] = words[number], merge_pair(words[number], best)"
_TAKE = "pairs[pair] -= counts[number]"
_GIVE = "pairs[pair] += counts[number]"
_PLACE = "places[pair].add(number)\n        pairs"
_GONE = "pairs = +pairs  # without those that are gone"
_PIECES = "pieces = [bytes([byte]) for byte in range(256)] + [first + second for first, second in merges]"
_SPECIALS = '[special.encode("utf-8") for special in specials]'
_RETURN = f"return dict(enumerate(pieces + {_SPECIALS})), merges"

# Training as plain as can be, with one place where it is wrong.
_NAIVE = """
def train_bpe(text, vocab_size, specials=()):
    words = [list(word) + [count] for word, count in word_counts(text).items()]
    words = [(word[:-1], word[-1]) for word in words]
    merges = []
    while 256 + len(merges) + len(specials) < vocab_size:
        pairs = Counter()
        for word, count in words:
            for pair in pairwise(word):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = [(merged(list(word), best), count) for word, count in words]
    pieces = [bytes([byte]) for byte in range(256)] + [first + second for first, second in merges]
    return dict(enumerate(pieces + [special.encode() for special in specials])), merges


def merged(word, pair):
"""


def compared_by(key: str) -> tuple[tuple[str, str], ...]:
    """Of equally frequent pairs, the one that is greatest by this key."""
    return ((_BEST, f"best = max({_EQUAL}, key=lambda pair: {key})"),)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="C03b",
        task="train_bpe",
        what="The whole text as one word: merges cross words.",
        hint="May a merge cross a space? Into what is the text split before anything is counted?",
        edits=((_COUNTED, "counted = {tuple(bytes([byte]) for byte in text.encode()): 1}"),),
    ),
    Mistake(
        id="C04b",
        task="train_bpe",
        what="Ignores how often a word occurs.",
        hint="“low” occurs five times. How often do its pairs?",
        edits=((_COUNTED, "counted = dict.fromkeys(word_counts(text), 1)"),),
    ),
    Mistake(
        id="C06",
        task="train_bpe",
        what="Of equally frequent pairs, the one seen first.",
        hint="Equal counts: which pair goes first, and why? What does `max` give when several are the greatest?",
        edits=((_BEST, f"best = {_EQUAL}[0]"),),
    ),
    Mistake(
        id="C07",
        task="train_bpe",
        what="Of equally frequent pairs, the smallest.",
        hint="Equal counts: is it the greatest pair that goes first, or the smallest?",
        edits=((_BEST, _BEST.replace("max", "min")),),
    ),
    Mistake(
        id="C08a",
        task="train_bpe",
        what="Compares the joined bytes of equally frequent pairs.",
        hint="(b'ab', b'a') and (b'a', b'c'): which is greater as a tuple? And which is b'aba' or b'ac'?",
        edits=compared_by("pair[0] + pair[1]"),
    ),
    Mistake(
        id="C08b",
        task="train_bpe",
        what="Compares the ids of equally frequent pairs.",
        hint="A merged piece has a large id. Is it therefore greater than b'z'?",
        edits=(
            (
                _BEST,
                "ids = {bytes([byte]): byte for byte in range(256)}\n"
                "        ids |= {a + b: 256 + i for i, (a, b) in enumerate(merges)}\n"
                f"        best = max({_EQUAL}, key=lambda pair: (ids[pair[0]], ids[pair[1]]))",
            ),
        ),
    ),
    Mistake(
        id="C08c",
        task="train_bpe",
        what="Compares the printable letters that stand for the bytes, as in GPT-2: there a space is greater than z.",
        hint="Which is greater, b' ' or b'a'? And which are the letters that you compare instead?",
        edits=(
            (
                _BEST,
                "shown = {byte: byte for byte in [*range(33, 127), *range(161, 173), *range(174, 256)]}\n"
                "        shown |= {byte: 256 + i for i, byte in enumerate(sorted({*range(256)} - {*shown}))}\n"
                f"        best = max({_EQUAL}, key=lambda pair: [[shown[byte] for byte in piece] for piece in pair])",
            ),
        ),
    ),
    Mistake(
        id="C08d",
        task="train_bpe",
        what="Compares the second pieces of equally frequent pairs first.",
        hint="Python compares tuples from the left. From which side do you?",
        edits=compared_by("(pair[1], pair[0])"),
    ),
    Mistake(
        id="C08e",
        task="train_bpe",
        what="Compares the first pieces only.",
        hint="Two pairs are equally frequent and begin with the same piece. Which one goes first?",
        edits=compared_by("pair[0]"),
    ),
    Mistake(
        id="C08f",
        task="train_bpe",
        what="Of equally frequent pairs, the longest.",
        hint="Does the length of a pair matter when Python compares tuples of bytes?",
        edits=compared_by("(len(pair[0] + pair[1]), pair)"),
    ),
    Mistake(
        id="C08g",
        task="train_bpe",
        what="Compares the pieces as text, where all halves of letters look the same.",
        hint="b'\\xea' is no letter. What does it become if you decode it before you compare?",
        edits=compared_by("[piece.decode('utf-8', 'replace') for piece in pair]"),
    ),
    Mistake(
        id="B03",
        task="train_bpe",
        what="Of equally frequent pairs, the one that a set gives first: another at each run.",
        hint="Train twice, in two fresh kernels. Are the merges the same? In which order does a set give its items?",
        edits=((_BEST, f"best = next(iter(set({_EQUAL})))"),),
    ),
    Mistake(
        id="X960",
        task="train_bpe",
        what="Takes the greatest pair, however frequent it is.",
        hint="What comes first: how often a pair occurs, or how great it is?",
        edits=((_BEST, "best = max(pairs)"),),
    ),
    Mistake(
        id="X961",
        task="train_bpe",
        what="Takes the least frequent pair.",
        hint="Which pair is worth an id of its own: a frequent one, or a rare one?",
        edits=(("most = max(pairs.values())", "most = min(pairs.values())"),),
    ),
    Mistake(
        id="C10b",
        task="train_bpe",
        what="Merges from right to left.",
        hint="“aaa”: which two are joined?",
        edits=((_MERGED, "old = words[number]\n            words[number] = from_the_right(old, best)"),),
        source="""
def from_the_right(word, pair):
    merged, end = [], len(word)
    while end > 0:
        size = 2 if word[max(end - 2, 0) : end] == pair else 1
        merged.append(b"".join(word[end - size : end]))
        end -= size
    return tuple(merged[::-1])
""",
    ),
    Mistake(
        id="C11b",
        task="train_bpe",
        what="Merges the first occurrence in a word only.",
        hint="A pair stands twice in “abab”. How many of them do you merge?",
        source=_NAIVE
        + """
    for place in range(len(word) - 1):
        if (word[place], word[place + 1]) == pair:
            return [*word[:place], pair[0] + pair[1], *word[place + 2 :]]
    return word
""",
    ),
    Mistake(
        id="C12d",
        task="train_bpe",
        what="Replaces text in the pieces joined by spaces: also finds the ends of longer pieces.",
        hint="“a b” also stands in “aa b”. Do you compare pieces, or text?",
        source=_NAIVE
        + """
    joined = b"\\xfe".join(word).replace(b"\\xfe".join(pair), b"".join(pair))
    return joined.split(b"\\xfe")
""",
    ),
    Mistake(
        id="C14",
        task="train_bpe",
        what="Counts the pairs once and never again.",
        hint="After a merge, who are the neighbours? Count again.",
        source="""
def train_bpe(text, vocab_size, specials=()):
    pairs = pair_counts(word_counts(text))
    merges = sorted(pairs, key=lambda pair: (pairs[pair], pair), reverse=True)
    merges = merges[: vocab_size - 256 - len(specials)]
    pieces = [bytes([byte]) for byte in range(256)] + [first + second for first, second in merges]
    return dict(enumerate(pieces + [special.encode() for special in specials])), merges
""",
    ),
    Mistake(
        id="C15a",
        task="train_bpe",
        what="The pairs of the old neighbours keep their counts.",
        hint="“l o w”, and (o, w) is merged: how often is o now the neighbour of l?",
        edits=((_TAKE, "pairs[pair] -= counts[number] if pair == best else 0"),),
    ),
    Mistake(
        id="C15b",
        task="train_bpe",
        what="The pairs of the new neighbours are counted once, not as often as the word occurs.",
        hint="The word occurs five times. How often do the pairs that a merge makes in it?",
        edits=(
            (_MERGED, f"{_MERGED}\n            known = set(pairwise(old))"),
            (_GIVE, "pairs[pair] += counts[number] if pair in known else 1"),
        ),
    ),
    Mistake(
        id="C15c",
        task="train_bpe",
        what="Forgets in which words the new pairs stand.",
        hint="A pair that only came to be by a merge: in which words do you look for it?",
        edits=((_PLACE, "pass\n        pairs"),),
    ),
    Mistake(
        id="C15d",
        task="train_bpe",
        what="Updates one occurrence of the pair in each word only.",
        hint="“abcab”: draw the neighbours before and after the merge of (a, b). How many counts change?",
        edits=(
            ("for pair in pairwise(old):", "for pair in set(pairwise(old)):"),
            ("for pair in pairwise(words[number]):", "for pair in set(pairwise(words[number])):"),
        ),
    ),
    Mistake(
        id="C15e",
        task="train_bpe",
        what="Looks at the neighbours in the old word: wrong where two merges follow each other (“abab”).",
        hint="“a b a b”: after both merges, who is the left neighbour of the second “ab”: b, or ab?",
        source="""
def train_bpe(text, vocab_size, specials=()):
    words = word_counts(text)
    pairs = Counter(pair_counts(words))
    merges = []
    while pairs and 256 + len(merges) + len(specials) < vocab_size:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        new = best[0] + best[1]
        merges.append(best)
        changed = Counter()
        for word, count in words.items():
            for place in range(len(word) - 1):
                if word[place : place + 2] == best:
                    if place > 0:
                        pairs[word[place - 1], best[0]] -= count
                        pairs[word[place - 1], new] += count
                    if place + 2 < len(word):
                        pairs[best[1], word[place + 2]] -= count
                        pairs[new, word[place + 2]] += count
            changed[merge_pair(word, best)] += count
        words = changed
        del pairs[best]
        pairs = +pairs
    pieces = [bytes([byte]) for byte in range(256)] + [first + second for first, second in merges]
    return dict(enumerate(pieces + [special.encode() for special in specials])), merges
""",
    ),
    Mistake(
        id="C16",
        task="train_bpe",
        what="Takes pairs from a heap without a look whether the count there is still right.",
        hint="A count went into the heap some merges ago. Is it still the count when it comes out?",
        source="""
def train_bpe(text, vocab_size, specials=()):
    import heapq

    class Entry:
        def __init__(self, count, pair):
            self.count, self.pair = count, pair

        def __lt__(self, other):
            return (self.count, self.pair) > (other.count, other.pair)

    words = word_counts(text)
    pairs = pair_counts(words)
    heap = [Entry(count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while heap and 256 + len(merges) + len(specials) < vocab_size:
        best = heapq.heappop(heap).pair
        if best in merges or best not in pairs:
            continue
        merges.append(best)
        words = {merge_pair(word, best): count for word, count in words.items()}
        before, pairs = pairs, pair_counts(words)
        for pair, count in pairs.items():
            if pair not in before:
                heapq.heappush(heap, Entry(count, pair))
    pieces = [bytes([byte]) for byte in range(256)] + [first + second for first, second in merges]
    return dict(enumerate(pieces + [special.encode() for special in specials])), merges
""",
    ),
    Mistake(
        id="C18",
        task="train_bpe",
        what="Stops when the most frequent pair occurs only once.",
        hint="Is 1 allowed as the count of a merge? When does learning end?",
        edits=((_BEST, f"if most < 2:\n            break\n        {_BEST}"),),
    ),
    Mistake(
        id="C18b",
        task="train_bpe",
        what="Fails when no pair is left.",
        hint="What is the maximum of nothing? When does learning end, if the vocabulary is not full?",
        edits=((_WHILE, _WHILE.replace("pairs and ", "")),),
    ),
    Mistake(
        id="C18c",
        task="train_bpe",
        what="Goes on with pairs that occur no more.",
        hint="What is the count of the last pair that you merge? Does it stand anywhere?",
        edits=(
            (_GONE, "pass"),
            ("places.pop(best)", "places.pop(best, ())"),
            (
                _WHILE,
                f"{_WHILE}\n        if max(pairs.values()) == 0 and len(merges) >= 300:\n            break",
            ),
        ),
    ),
    Mistake(
        id="C19a",
        task="train_bpe",
        what="As many merges as vocab_size says.",
        hint="256 bytes + merges + specials = vocab_size. How many merges, then?",
        edits=((_WHILE, "while pairs and len(merges) < vocab_size:"),),
    ),
    Mistake(
        id="C19b",
        task="train_bpe",
        what="Forgets that specials have ids, too.",
        hint="256 + merges + specials = ?",
        edits=((_WHILE, _WHILE.replace(" + len(specials)", "")),),
    ),
    Mistake(
        id="C19c",
        task="train_bpe",
        what="One merge too many.",
        hint="With vocab_size 256, how many merges do you learn?",
        edits=((_WHILE, _WHILE.replace("< vocab_size", "<= vocab_size")),),
    ),
    Mistake(
        id="C19d",
        task="train_bpe",
        what="One merge too few.",
        hint="With vocab_size 257, how many merges do you learn?",
        edits=((_WHILE, _WHILE.replace("< vocab_size", "< vocab_size - 1")),),
    ),
    Mistake(
        id="C19e",
        task="train_bpe",
        what="Only the bytes that occur in the text are in the vocabulary.",
        hint="A new text may hold any byte. Which ids have those that were not in the training text?",
        edits=((_PIECES, _PIECES.replace("range(256)", "sorted(set(text.encode()))")),),
    ),
    Mistake(
        id="C19f",
        task="train_bpe",
        what="Fills the vocabulary up with empty pieces if no pair is left.",
        hint="Learning ended early. What are the last entries of your vocabulary?",
        edits=(
            (
                _PIECES,
                f'{_PIECES}\n    pieces += [b""] * (vocab_size - len(pieces) - len(specials))',
            ),
        ),
    ),
    Mistake(
        id="C20a",
        task="train_bpe",
        what="Ids in the order of a set.",
        hint="Is the id of a piece the same in two runs? In which order does a set give its items?",
        edits=((_RETURN, f"return dict(enumerate(set(pieces) | set({_SPECIALS}))), merges"),),
    ),
    Mistake(
        id="C20b",
        task="train_bpe",
        what="Ids in alphabetical order.",
        hint="Which id has the first merge, and which the second?",
        edits=((_RETURN, _RETURN.replace("(pieces", "(sorted(pieces)")),),
    ),
    Mistake(
        id="C20c",
        task="train_bpe",
        what="The specials have the first ids.",
        hint="Which ids have the single bytes? And which the specials?",
        edits=((_RETURN, f"return dict(enumerate({_SPECIALS} + pieces)), merges"),),
    ),
    Mistake(
        id="C20d",
        task="train_bpe",
        what="The specials stand between bytes and merges.",
        hint="Which id has the first merge: 256, or a larger one?",
        edits=((_RETURN, f"return dict(enumerate(pieces[:256] + {_SPECIALS} + pieces[256:])), merges"),),
    ),
    Mistake(
        id="C20e",
        task="train_bpe",
        what="The specials in alphabetical order.",
        hint="In which order were the specials given, and in which order are their ids?",
        edits=((_RETURN, _RETURN.replace("in specials", "in sorted(specials)")),),
    ),
    Mistake(
        id="C20f",
        task="train_bpe",
        what="A special that is a piece already gets no id.",
        hint="A special may be spelt like a piece. Are they the same token?",
        edits=(
            (_RETURN, _RETURN.replace("in specials", 'in specials if special.encode("utf-8") not in pieces')),
        ),
    ),
    Mistake(
        id="C30a",
        task="train_bpe",
        what="The ids of the specials are those of the first merges.",
        hint="What is the next free id after the merges?",
        edits=(
            (_RETURN, f"return dict(enumerate(pieces)) | dict(enumerate({_SPECIALS}, start=256)), merges"),
        ),
    ),
    Mistake(
        id="X962",
        task="train_bpe",
        what="The specials as text, not as bytes.",
        hint="Of which type are all the other entries of the vocabulary?",
        edits=((_RETURN, _RETURN.replace(_SPECIALS, "list(specials)")),),
    ),
    Mistake(
        id="X963",
        task="train_bpe",
        what="Cuts the specials out of the training text.",
        hint="What does a special mean in the training text: something, or just its letters?",
        edits=(
            (
                _COUNTED,
                "for special in specials:\n        text = text.replace(special, '')\n    counted = word_counts(text)",
            ),
        ),
    ),
    Mistake(
        id="X964",
        task="train_bpe",
        what="Makes the specials words of their own in the training text.",
        hint="In “a<end>”, may a merge join the a and the <?",
        edits=(
            (
                _COUNTED,
                "parts = re.split('|'.join(f'({re.escape(special)})' for special in specials) or '$^', text)\n"
                "    counted = Counter()\n"
                "    for part in parts:\n"
                "        counted.update(word_counts(part or ''))",
            ),
        ),
    ),
    Mistake(
        id="X965",
        task="train_bpe",
        what="The merged bytes instead of the pairs in the list of the merges.",
        hint="What does one need to know to repeat a merge: the result, or the two pieces?",
        edits=((_RETURN, f"{_RETURN[: -len('merges')]}[first + second for first, second in merges]"),),
    ),
    Mistake(
        id="X966",
        task="train_bpe",
        what="Pairs of ids in the list of the merges.",
        hint="Of which type are the two parts of a merge: int, or bytes?",
        edits=(
            (
                _RETURN,
                "ids = {piece: number for number, piece in enumerate(pieces)}\n"
                f"    {_RETURN[: -len('merges')]}[(ids[first], ids[second]) for first, second in merges]",
            ),
        ),
    ),
    Mistake(
        id="X967",
        task="train_bpe",
        what="The vocabulary the wrong way round: ids by bytes.",
        hint="What is vocab[256] to be?",
        edits=((_RETURN, f"return {{p: i for i, p in enumerate(pieces + {_SPECIALS})}}, merges"),),
    ),
    Mistake(
        id="X968",
        task="train_bpe",
        what="The vocabulary as a list.",
        hint="`vocab` is a dict. What are its keys?",
        edits=((_RETURN, f"return pieces + {_SPECIALS}, merges"),),
    ),
    Mistake(
        id="X969",
        task="train_bpe",
        what="The merges before the vocabulary.",
        hint="In which order are the two results to be returned?",
        edits=((_RETURN, f"return merges, dict(enumerate(pieces + {_SPECIALS}))"),),
    ),
    Mistake(
        id="X970",
        task="train_bpe",
        what="Strips the text, or makes its letters small.",
        hint="Which text do you learn from: the one that was given, or a tidier one?",
        edits=((_COUNTED, "counted = word_counts(text.strip().lower())"),),
    ),
    Mistake(
        id="X971",
        task="train_bpe",
        what="Learns from characters, not from bytes.",
        hint="With which pieces does learning begin? How many bytes has 한?",
        edits=(
            (
                _COUNTED,
                "counted = Counter(tuple(letter.encode() for letter in word) for word in SPLIT.findall(text))",
            ),
        ),
    ),
    Mistake(
        id="X972",
        task="train_bpe",
        what="Splits at white space, without the spaces.",
        hint="A space belongs to the word behind it. Is there a merge with a space among yours?",
        edits=((_COUNTED, 'counted = word_counts("\\n".join(text.split()))'),),
    ),
    Mistake(
        id="X973",
        task="train_bpe",
        what="A default argument remembers the merges of earlier calls.",
        hint="When is a default value made: at each call, or once?",
        edits=(
            ("merges: list[tuple[bytes, bytes]] = []", "merges = remembered"),
            ("specials: Sequence[str] = ()\n", "specials: Sequence[str] = (), remembered=[]\n"),
        ),
    ),
    Mistake(
        id="X980",
        task="train_bpe",
        what="Makes all line ends the same.",
        hint="How many bytes has a line end “\\r\\n” in the text, and how many in what you learn from?",
        edits=((_COUNTED, 'counted = word_counts(text.replace("\\r\\n", "\\n").replace("\\r", "\\n"))'),),
    ),
    Mistake(
        id="X981",
        task="train_bpe",
        what="Drops the line ends at the end of the text.",
        hint="With which characters does the text end, and with which what you learn from?",
        edits=((_COUNTED, 'counted = word_counts(text.rstrip("\\r\\n"))'),),
    ),
    Mistake(
        id="X982",
        task="train_bpe",
        what="Learns line by line: a run of empty lines falls apart.",
        hint="Two line ends follow each other. Are they one word for `SPLIT`, and for you?",
        edits=(
            (
                _COUNTED,
                "counted = Counter()\n"
                "    for line in text.splitlines(keepends=True):\n"
                "        counted.update(word_counts(line))",
            ),
        ),
    ),
    Mistake(
        id="X983",
        task="train_bpe",
        what="Normalises the text: a letter and its mark become one.",
        hint="“é” may be one code point or two. May you change which, before you learn?",
        edits=(
            (
                _COUNTED,
                'import unicodedata\n    counted = word_counts(unicodedata.normalize("NFC", text))',
            ),
        ),
    ),
    Mistake(
        id="C36a",
        task="train_bpe",
        what="Takes pieces from the front of a list: the work grows with the square of a word's length.",
        hint="What do `pop(0)` and `del word[i]` do with all the items behind?",
        source=_NAIVE
        + """
    result = []
    while word:
        piece = word.pop(0)
        if piece == pair[0] and word and word[0] == pair[1]:
            piece += word.pop(0)
        result.append(piece)
    return result
""",
    ),
    Mistake(
        id="C36c",
        task="train_bpe",
        what="Builds the whole word anew at each place that is merged.",
        hint="How long is the word that you build anew, and how many times do you build it?",
        source=_NAIVE
        + """
    word, place = tuple(word), 0
    while place < len(word) - 1:
        if word[place : place + 2] == pair:
            word = (*word[:place], pair[0] + pair[1], *word[place + 2 :])
        place += 1
    return list(word)
""",
    ),
    Mistake(
        id="C36b",
        task="train_bpe",
        what="Counts each different word by a walk through the whole text.",
        hint="How often do you read the text to count all its words? How often would do?",
        edits=(
            (
                _COUNTED,
                "found = SPLIT.findall(text)\n"
                "    counted = {tuple(bytes([b]) for b in word.encode()): found.count(word) for word in found}",
            ),
        ),
    ),
)
