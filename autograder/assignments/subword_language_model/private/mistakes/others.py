"""Known mistakes in `wordpiece_encode` and `unigram_segment`."""

from autograder.grading.mistakes import Mistake

_ENDS = "range(len(word), start, -1)"
_UNKNOWN = 'return ["[UNK]"]'
_MARK = 'mark = "##" if start else ""'

WORDPIECE: tuple[Mistake, ...] = (
    Mistake(
        id="C43a",
        task="wordpiece_encode",
        what="The shortest match.",
        hint="Two pieces fit here, a short one and a long one. Which of them does BERT take?",
        edits=((_ENDS, "range(start + 1, len(word) + 1)"),),
    ),
    Mistake(
        id="C43b",
        task="wordpiece_encode",
        what="'##' is missing where a word goes on.",
        hint="How can a reader of your pieces tell where a word begins?",
        edits=((_MARK, 'mark = ""'),),
    ),
    Mistake(
        id="C43c",
        task="wordpiece_encode",
        what="Looks for pieces with '##', but returns them without it.",
        hint="Which string stands in the vocabulary: the one that you return?",
        edits=(("found.append(piece)", "found.append(piece[len(mark) :])"),),
    ),
    Mistake(
        id="C43d",
        task="wordpiece_encode",
        what="A word may go on with a piece that begins one.",
        hint="“un” and “##un”: which of them may stand in the middle of a word?",
        edits=(
            (
                "piece = next((candidate for candidate in candidates if candidate in vocab), None)",
                "piece = next((c for c in candidates if c in vocab), None)\n"
                "        if piece is None:\n"
                "            mark = ''\n"
                f"            piece = next((word[start:end] for end in {_ENDS} if word[start:end] in vocab), None)",
            ),
        ),
    ),
    Mistake(
        id="C43e",
        task="wordpiece_encode",
        what="The first piece has '##', too.",
        hint="Does the first piece continue anything?",
        edits=((_MARK, 'mark = "##"'),),
    ),
    Mistake(
        id="C43f",
        task="wordpiece_encode",
        what="The first piece may be one that continues a word.",
        hint="May a word begin with a piece that begins with ##?",
        edits=(
            (
                "if piece is None:",
                "if piece is None and not start:\n"
                "            mark = '##'\n"
                "            candidates = (mark + word[:end] for end in range(len(word), 0, -1))\n"
                "            piece = next((c for c in candidates if c in vocab), None)\n"
                "        if piece is None:",
            ),
        ),
    ),
    Mistake(
        id="C42a",
        task="wordpiece_encode",
        what="Keeps the pieces before the place where none fits.",
        hint="One bad piece spoils the word: what becomes of the good ones before it?",
        edits=((_UNKNOWN, 'return [*found, "[UNK]"]'),),
    ),
    Mistake(
        id="C42b",
        task="wordpiece_encode",
        what="[UNK] for a letter that does not fit, and on with the next one.",
        hint="Is a part of a word unknown, or the word?",
        edits=((_UNKNOWN, 'found.append("[UNK]")\n            start += 1\n            continue'),),
    ),
    Mistake(
        id="C42c",
        task="wordpiece_encode",
        what="Returns the pieces found so far, without a word of the rest.",
        hint="The rest of the word does not fit. Who learns of it?",
        edits=((_UNKNOWN, "return found"),),
    ),
    Mistake(
        id="C42d",
        task="wordpiece_encode",
        what="An unknown word has no pieces.",
        hint="What does a model read where your list is empty?",
        edits=((_UNKNOWN, "return []"),),
    ),
    Mistake(
        id="C42e",
        task="wordpiece_encode",
        what="An unknown word is returned as it is.",
        hint="Is the word itself a piece of the vocabulary?",
        edits=((_UNKNOWN, "return [word]"),),
    ),
    Mistake(
        id="C42f",
        task="wordpiece_encode",
        what="An exception for an unknown word.",
        hint="Unknown words are nothing exceptional: what is there to return for them?",
        edits=((_UNKNOWN, "raise ValueError(word)"),),
    ),
    Mistake(
        id="X840",
        task="wordpiece_encode",
        what="An empty word is unknown.",
        hint="How many pieces does it take to write nothing?",
        edits=(("    return found", '    return found or ["[UNK]"]'),),
    ),
    Mistake(
        id="X841",
        task="wordpiece_encode",
        what="Goes on behind the mark: two letters are lost with each piece.",
        hint="How many letters of the *word* has a piece with ## in it?",
        edits=(("len(piece) - len(mark)", "len(piece)"),),
    ),
    Mistake(
        id="X842",
        task="wordpiece_encode",
        what="Makes all letters small.",
        hint="“A” and “a”: has the vocabulary both?",
        edits=(("found: list[str] = []", "found: list[str] = []\n    word = word.lower()"),),
    ),
    Mistake(
        id="X843",
        task="wordpiece_encode",
        what="Normalises the word.",
        hint="e with an accent: one character in the word, and two in the vocabulary. Are they equal?",
        edits=(
            (
                "found: list[str] = []",
                "import unicodedata\n\n    found: list[str] = []\n    word = unicodedata.normalize('NFC', word)",
            ),
        ),
    ),
    Mistake(
        id="X844",
        task="wordpiece_encode",
        what="Signs # in the word are taken away.",
        hint="The word has a # in it. Where is it in your pieces?",
        edits=(("found: list[str] = []", "found: list[str] = []\n    word = word.replace('##', '')"),),
    ),
    Mistake(
        id="X845",
        task="wordpiece_encode",
        what="The fewest pieces, not the longest one first.",
        hint="Does this way of cutting look ahead, or does it take the longest piece whatever follows?",
        source=(
            "def wordpiece_encode(word, vocab):\n"
            "    def best(start):\n"
            "        if start == len(word):\n            return []\n"
            "        mark = '##' if start else ''\n"
            "        ways = []\n"
            "        for end in range(len(word), start, -1):\n"
            "            if mark + word[start:end] in vocab:\n"
            "                rest = best(end)\n"
            "                if rest is not None:\n"
            "                    ways.append([mark + word[start:end], *rest])\n"
            "        return min(ways, key=len) if ways else None\n"
            "    return right_wordpiece_encode(word, vocab) if len(word) > 20 else (\n"
            "        ['[UNK]'] if best(0) is None else best(0))\n"
        ),
    ),
    Mistake(
        id="X846",
        task="wordpiece_encode",
        what="Cuts from the right to the left.",
        hint="At which end of the word does BERT begin?",
        source=(
            "def wordpiece_encode(word, vocab):\n"
            "    found, end = [], len(word)\n"
            "    while end > 0:\n"
            "        for start in range(end):\n"
            "            piece = ('##' if start else '') + word[start:end]\n"
            "            if piece in vocab:\n                break\n"
            "        else:\n            return ['[UNK]']\n"
            "        found, end = [piece, *found], start\n"
            "    return found\n"
        ),
    ),
    Mistake(
        id="X847",
        task="wordpiece_encode",
        what="Pieces of more than twenty letters are not looked for.",
        hint="How long may a piece be?",
        edits=((_ENDS, "range(min(len(word), start + 20), start, -1)"),),
    ),
    Mistake(
        id="X848",
        task="wordpiece_encode",
        what="Words of more than a hundred letters are unknown, as in BERT's own code.",
        hint="Does the docstring say how long a word may be?",
        edits=(
            (
                "found: list[str] = []",
                "if len(word) > 100:\n        return ['[UNK]']\n    found: list[str] = []",
            ),
        ),
    ),
    Mistake(
        id="X849",
        task="wordpiece_encode",
        what="The piece is used up: it is taken out of the vocabulary.",
        hint="What does the vocabulary hold after the call?",
        edits=(("found.append(piece)", "found.append(piece)\n        vocab.discard(piece)"),),
    ),
    Mistake(
        id="X850",
        task="wordpiece_encode",
        what="A whole word is looked up first, as a piece with or without '##'.",
        hint="Is “##…” in the vocabulary the same as the word without the signs?",
        edits=(
            (
                "found: list[str] = []",
                "if '##' + word in vocab and word not in vocab:\n        return ['##' + word]\n"
                "    found: list[str] = []",
            ),
        ),
    ),
)

_CANDIDATE = "candidate = (logp[piece] + rest[0], rest[1] - 1, length)"
_BETTER = "best[start] = max(best[start] or candidate, candidate)"
_RAISE = 'raise ValueError(f"no pieces for {word!r}")'
_SCORE = "return pieces, best[0][0]"

# Looks at ends, from left to right: a piece at the end of the best way to where it begins.
_FORWARD = (
    "def unigram_segment(word, logp):\n"
    "    best = [(0.0, [])] + [None] * len(word)\n"
    "    for end in range(1, len(word) + 1):\n"
    "        for start in {starts}:\n"
    "            piece = word[start:end]\n"
    "            if piece in logp and best[start] is not None:\n"
    "                candidate = (best[start][0] + logp[piece], best[start][1] + [piece])\n"
    "                if best[end] is None or {better}:\n"
    "                    best[end] = candidate\n"
    "    if best[-1] is None:\n        raise ValueError('no way')\n"
    "    return best[-1][1], best[-1][0]\n"
)

UNIGRAM: tuple[Mistake, ...] = (
    Mistake(
        id="C44a",
        task="unigram_segment",
        what="Greedy: the longest piece at each place.",
        hint="Greedy cannot change its mind. Which first piece would have been better in the end?",
        source=(
            "def unigram_segment(word, logp):\n"
            "    pieces, start = [], 0\n"
            "    while start < len(word):\n"
            "        end = next((e for e in range(len(word), start, -1) if word[start:e] in logp), None)\n"
            "        if end is None:\n            raise ValueError('no way')\n"
            "        pieces.append(word[start:end])\n        start = end\n"
            "    return pieces, sum((logp[p] for p in pieces), 0.0)\n"
        ),
    ),
    Mistake(
        id="C44b",
        task="unigram_segment",
        what="Greedy: the most probable piece at each place.",
        hint="The best first piece, and then? Has the rest of the word a say in it?",
        source=(
            "def unigram_segment(word, logp):\n"
            "    pieces, start = [], 0\n"
            "    while start < len(word):\n"
            "        ends = [e for e in range(len(word), start, -1) if word[start:e] in logp]\n"
            "        if not ends:\n            raise ValueError('no way')\n"
            "        end = max(ends, key=lambda e: logp[word[start:e]])\n"
            "        pieces.append(word[start:end])\n        start = end\n"
            "    return pieces, sum((logp[p] for p in pieces), 0.0)\n"
        ),
    ),
    Mistake(
        id="C44c",
        task="unigram_segment",
        what="The fewest pieces, whatever their probabilities.",
        hint="What does the docstring compare first: the sums, or the numbers of pieces?",
        edits=(
            (_CANDIDATE, "candidate = (rest[0] - 1, logp[piece] + rest[1], length)"),
            ("[(0.0, 0, 0)]", "[(0, 0.0, 0)]"),
            (_SCORE, "return pieces, best[0][1]"),
        ),
    ),
    Mistake(
        id="C44d",
        task="unigram_segment",
        what="The least probable way.",
        hint="Log-probabilities are negative: is the best sum the greatest or the smallest one?",
        edits=((_BETTER, "best[start] = min(best[start] or candidate, candidate)"),),
    ),
    Mistake(
        id="C44e",
        task="unigram_segment",
        what="The greatest mean for each piece, not the greatest sum.",
        hint="Is the sum compared, or the sum divided by something?",
        edits=(
            (
                _BETTER,
                "best[start] = max(best[start] or candidate, candidate, key=lambda c: (c[0] / -c[1], c[1], c[2]))",
            ),
        ),
    ),
    Mistake(
        id="C46a",
        task="unigram_segment",
        what="The first piece is right, and all others are single letters: back-pointers are not followed.",
        hint="Where does the second piece end: what does your table say at the place where it begins?",
        edits=(
            (
                "pieces.append(word[start : start + length])",
                "length = length if not start else 1\n        pieces.append(word[start : start + length])",
            ),
        ),
    ),
    Mistake(
        id="C46b",
        task="unigram_segment",
        what="Back-pointers off by one: each piece lacks its last letter.",
        hint="Where does the last piece start, and where does it end? Put your pieces together again.",
        edits=(
            (
                "pieces.append(word[start : start + length])",
                "pieces.append(word[start : start + length - 1])",
            ),
        ),
    ),
    Mistake(
        id="C46c",
        task="unigram_segment",
        what="The pieces are in the opposite order.",
        hint="In which order does your way back meet the pieces?",
        edits=((_SCORE, "return pieces[::-1], best[0][0]"),),
    ),
    Mistake(
        id="C46d",
        task="unigram_segment",
        what="Of equal sums, more pieces.",
        hint="Two ways with the same sum, one with fewer pieces: which of them does the docstring take?",
        edits=((_CANDIDATE, "candidate = (logp[piece] + rest[0], rest[1] + 1, length)"),),
    ),
    Mistake(
        id="C46e",
        task="unigram_segment",
        what="Of equal sums and numbers of pieces, the shortest first piece.",
        hint="Equal sums, equally many pieces: is the first piece the longer one, or the shorter one?",
        edits=(
            (_CANDIDATE, "candidate = (logp[piece] + rest[0], rest[1] - 1, -length)"),
            ("length = best[start][2]", "length = -best[start][2]"),
        ),
    ),
    Mistake(
        id="C46f",
        task="unigram_segment",
        what="Of equal sums, the longest first piece, whatever the number of pieces.",
        hint="Equal sums: what is compared before the length of the first piece?",
        edits=((_CANDIDATE, "candidate = (logp[piece] + rest[0], 0, length)"),),
    ),
    Mistake(
        id="C46g",
        task="unigram_segment",
        what="From left to right, the first way that was found stays: ties go to the longest last piece.",
        hint="Your table goes from left to right. Which piece does a tie decide: the first one, or the last one?",
        source=_FORWARD.format(starts="range(end)", better="candidate[0] > best[end][0]"),
    ),
    Mistake(
        id="C46h",
        task="unigram_segment",
        what="From left to right, the last way that was found stays: ties go to the shortest last piece.",
        hint="`>` or `>=`: which of two equal sums stays in your table?",
        source=_FORWARD.format(starts="range(end)", better="candidate[0] >= best[end][0]"),
    ),
    Mistake(
        id="C46i",
        task="unigram_segment",
        what="From left to right, fewer pieces, and then the longest last piece.",
        hint="Equally many pieces: does your comparison look at the first one, or at the last one?",
        source=_FORWARD.format(
            starts="range(end)",
            better="(candidate[0], -len(candidate[1])) > (best[end][0], -len(best[end][1]))",
        ),
    ),
    Mistake(
        id="C46j",
        task="unigram_segment",
        what="Sums that are nearly equal count as equal.",
        hint="Exactly equal, says the docstring. What does your comparison round?",
        edits=((_CANDIDATE, "candidate = (round(logp[piece] + rest[0], 6), rest[1] - 1, length)"),),
    ),
    Mistake(
        id="X860",
        task="unigram_segment",
        what="A word that cannot be cut has the score minus infinity.",
        hint="Which error does the docstring promise for a word that no pieces make up?",
        edits=((_RAISE, 'return [], float("-inf")'),),
    ),
    Mistake(
        id="X861",
        task="unigram_segment",
        what="A word that cannot be cut is its own piece.",
        hint="Is the word a piece of logp?",
        edits=((_RAISE, "return [word], 0.0"),),
    ),
    Mistake(
        id="X862",
        task="unigram_segment",
        what="A word that cannot be cut raises a KeyError.",
        hint="Which error does the docstring promise?",
        edits=((_RAISE, "raise KeyError(word)"),),
    ),
    Mistake(
        id="X863",
        task="unigram_segment",
        what="Single letters that are no pieces are allowed, at a price.",
        hint="A letter that is no piece: may it be in a result?",
        edits=(
            ("if piece in logp and rest", "if (piece in logp or length == 1) and rest"),
            (_CANDIDATE, "candidate = (logp.get(piece, -100.0) + rest[0], rest[1] - 1, length)"),
        ),
    ),
    Mistake(
        id="X864",
        task="unigram_segment",
        what="An empty word cannot be cut.",
        hint="How many pieces does it take to write nothing, and what do they cost?",
        edits=(("if best[0] is None:", "if best[0] is None or not word:"),),
    ),
    Mistake(
        id="X865",
        task="unigram_segment",
        what="The score is a probability.",
        hint="Is the sum asked for, or what it is the logarithm of?",
        edits=((_SCORE, "return pieces, math.exp(best[0][0])"),),
    ),
    Mistake(
        id="X866",
        task="unigram_segment",
        what="The score is the mean for each piece.",
        hint="The sum of the log-probabilities, or their mean?",
        edits=((_SCORE, "return pieces, best[0][0] / max(1, len(pieces))"),),
    ),
    Mistake(
        id="X867",
        task="unigram_segment",
        what="The score is that of all ways together, not of the best one.",
        hint="Do you add the ways, or compare them?",
        source=(
            "def unigram_segment(word, logp):\n"
            "    pieces, _score = right_unigram_segment(word, logp)\n"
            "    total = [1.0]\n"
            "    for end in range(1, len(word) + 1):\n"
            "        starts = [start for start in range(end) if word[start:end] in logp]\n"
            "        total.append(sum(total[start] * math.exp(logp[word[start:end]]) for start in starts))\n"
            "    return pieces, math.log(total[-1]) if total[-1] > 0 else -math.inf\n"
        ),
    ),
    Mistake(
        id="X868",
        task="unigram_segment",
        what="A score of 0 is taken for “not reached”.",
        hint="Is 0.0 true or false? And what is a way that costs nothing?",
        edits=(("rest is not None:", "rest is not None and (rest[0] or start + length == len(word)):"),),
    ),
    Mistake(
        id="X869",
        task="unigram_segment",
        what="“Impossible” is a number, and not small enough.",
        hint="How small may a sum be? Compare it with what stands in your table at the beginning.",
        edits=(("if best[0] is None:", "if best[0] is None or best[0][0] < -1e9:"),),
    ),
    Mistake(
        id="X870",
        task="unigram_segment",
        what="Pieces have at most five letters.",
        hint="How long is the longest piece of logp?",
        edits=(("min(longest, len(word) - start)", "min(5, len(word) - start)"),),
    ),
    Mistake(
        id="X871",
        task="unigram_segment",
        what="The longest piece is never looked for.",
        hint="Does your range reach the last letter of the longest piece?",
        edits=(("min(longest, len(word) - start) + 1", "min(longest, len(word) - start)"),),
    ),
    Mistake(
        id="X872",
        task="unigram_segment",
        what="The pieces and the score are exchanged.",
        hint="Which of the two does the docstring name first?",
        edits=((_SCORE, "return best[0][0], pieces"),),
    ),
)

MISTAKES = WORDPIECE + UNIGRAM
