"""Known mistakes in `hangul_to_jamo` and `jamo_to_hangul`."""

from autograder.grading.mistakes import Mistake

_FINAL = "if final:\n                letters.append(chr(0x11A7 + final))"

APART: tuple[Mistake, ...] = (
    Mistake(
        id="C35a",
        task="hangul_to_jamo",
        what="27 finals: “none” is forgotten.",
        hint="27 finals, and “none”: how many ways are there to end a syllable?",
        edits=(("21 * 28", "21 * 27"), ("divmod(rest, 28)", "divmod(rest, 27)")),
    ),
    Mistake(
        id="C35b",
        task="hangul_to_jamo",
        what="A syllable without a final is given U+11A7.",
        hint="How many letters has 가? What stands behind its vowel?",
        edits=((_FINAL, "letters.append(chr(0x11A7 + final))"),),
    ),
    Mistake(
        id="C35c",
        task="hangul_to_jamo",
        what="Counts the finals from U+11A8: all are one too far.",
        hint="Is the first final the number 0 or the number 1?",
        edits=(("0x11A7 + final", "0x11A8 + final"),),
    ),
    Mistake(
        id="C35d",
        task="hangul_to_jamo",
        what="Compatibility jamo, which stand alone, in place of conjoining ones.",
        hint="Which numbers have your letters? Those from U+3131 on do not join.",
        edits=(
            (
                "chr(0x1100 + initial), chr(0x1161 + vowel)",
                '"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[initial], chr(0x314F + vowel)',
            ),
            ("chr(0x11A7 + final)", '" ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"[final]'),
        ),
    ),
    Mistake(
        id="C35e",
        task="hangul_to_jamo",
        what="Divides by the number of initials, not by that of vowels.",
        hint="How many syllables begin with the same initial: 21 vowels times how many endings?",
        edits=(("21 * 28", "19 * 28"),),
    ),
    Mistake(
        id="X750",
        task="hangul_to_jamo",
        what="Finals are never written.",
        hint="한 has three letters. Where is its n?",
        edits=((_FINAL, "pass"),),
    ),
    Mistake(
        id="C34a",
        task="hangul_to_jamo",
        what="Takes all characters apart, as NFD does.",
        hint="What has become of é?",
        source="def hangul_to_jamo(text):\n    import unicodedata\n    return unicodedata.normalize('NFD', text)\n",
    ),
    Mistake(
        id="C34b",
        task="hangul_to_jamo",
        what="Composes everything else first, as NFC does.",
        hint="Which characters of the text have been changed, though they are no syllables?",
        source=(
            "def hangul_to_jamo(text):\n    import unicodedata\n"
            "    return right_hangul_to_jamo(unicodedata.normalize('NFC', text))\n"
        ),
    ),
    Mistake(
        id="X751",
        task="hangul_to_jamo",
        what="The last syllable is left as it is.",
        hint="Is U+D7A3 within your range?",
        edits=(("0 <= number < 11172", "0 <= number < 11171"),),
    ),
    Mistake(
        id="X752",
        task="hangul_to_jamo",
        what="The first syllable is left as it is.",
        hint="Is U+AC00 within your range?",
        edits=(("0 <= number < 11172", "0 < number < 11172"),),
    ),
    Mistake(
        id="X753",
        task="hangul_to_jamo",
        what="One character behind the last syllable is taken apart, too.",
        hint="What is U+D7A4, and does it have an initial?",
        edits=(("0 <= number < 11172", "0 <= number <= 11172"),),
    ),
    Mistake(
        id="X754",
        task="hangul_to_jamo",
        what="Everything from U+AC00 on is taken for a syllable.",
        hint="Where do the syllables end? Which characters are there behind them?",
        edits=(("0 <= number < 11172", "0 <= number"),),
    ),
    Mistake(
        id="X755",
        task="hangul_to_jamo",
        what="All other characters are lost.",
        hint="What does your function do with an “a”?",
        edits=(("letters.append(character)", "pass"),),
    ),
    Mistake(
        id="X756",
        task="hangul_to_jamo",
        what="A space between the letters.",
        hint="What stands between two letters in your result?",
        edits=(('"".join(letters)', '" ".join(letters)'),),
    ),
    Mistake(
        id="X757",
        task="hangul_to_jamo",
        what="A list, not a text.",
        hint="Which kind of value does the docstring ask for?",
        edits=(('"".join(letters)', "letters"),),
    ),
    Mistake(
        id="X758",
        task="hangul_to_jamo",
        what="Strips the text.",
        hint="Are the spaces at the ends of the text still there?",
        edits=(("for character in text:", "for character in text.strip():"),),
    ),
)

_IS_OPEN = "0xAC00 <= before <= 0xD7A3 and (before - 0xAC00) % 28 == 0"

TOGETHER: tuple[Mistake, ...] = (
    Mistake(
        id="C34c",
        task="jamo_to_hangul",
        what="Composes everything, as NFC does.",
        hint="What has become of e with an accent of its own behind it?",
        source="def jamo_to_hangul(text):\n    import unicodedata\n    return unicodedata.normalize('NFC', text)\n",
    ),
    Mistake(
        id="C35f",
        task="jamo_to_hangul",
        what="27 finals: “none” is forgotten.",
        hint="27 finals, and “none”: how many ways are there to end a syllable?",
        edits=(("code - 0x1161) * 28", "code - 0x1161) * 27"),),
    ),
    Mistake(
        id="C35g",
        task="jamo_to_hangul",
        what="The finals begin with the number 0: each syllable gets the final before its own.",
        hint="Is the first final the number 0 or the number 1?",
        edits=(("before + code - 0x11A7", "before + code - 0x11A8"),),
    ),
    Mistake(
        id="C35h",
        task="jamo_to_hangul",
        what="19 in place of 21 vowels.",
        hint="How far apart are two syllables that differ in the initial alone?",
        edits=(("* 21 + code", "* 19 + code"),),
    ),
    Mistake(
        id="X760",
        task="jamo_to_hangul",
        what="Only three letters make a syllable.",
        hint="How many letters has 가?",
        source=(
            "def jamo_to_hangul(text):\n"
            "    def syllable(match):\n        return right_jamo_to_hangul(match.group())\n"
            "    jamo = '[\\u1100-\\u1112][\\u1161-\\u1175][\\u11a8-\\u11c2]'\n"
            "    return re.sub(jamo + '|[\\uac00-\\ud7a3][\\u11a8-\\u11c2]', syllable, text)\n"
        ),
    ),
    Mistake(
        id="X761",
        task="jamo_to_hangul",
        what="Finals are never joined.",
        hint="What does your function do with the third letter of a syllable?",
        edits=((f"is_open = {_IS_OPEN}", "is_open = False"),),
    ),
    Mistake(
        id="X762",
        task="jamo_to_hangul",
        what="A final is joined to a syllable that has one already.",
        hint="What remains of a syllable's number when it is divided by 28, if it has no final yet?",
        edits=((" and (before - 0xAC00) % 28 == 0", ""),),
    ),
    Mistake(
        id="X763",
        task="jamo_to_hangul",
        what="A final behind a syllable that stood in the text as such is not joined.",
        hint="하 and a final behind it: can your function see that 하 is open?",
        source=(
            "def jamo_to_hangul(text):\n"
            "    def syllable(match):\n        return right_jamo_to_hangul(match.group())\n"
            "    return re.sub('[\\u1100-\\u1112][\\u1161-\\u1175][\\u11a8-\\u11c2]?', syllable, text)\n"
        ),
    ),
    Mistake(
        id="X764",
        task="jamo_to_hangul",
        what="The last final is not known.",
        hint="Is U+11C2 within your range?",
        edits=(("0x11A8 <= code <= 0x11C2", "0x11A8 <= code < 0x11C2"),),
    ),
    Mistake(
        id="X765",
        task="jamo_to_hangul",
        what="The last vowel is not known.",
        hint="Is U+1175 within your range?",
        edits=(("0x1161 <= code <= 0x1175", "0x1161 <= code < 0x1175"),),
    ),
    Mistake(
        id="X766",
        task="jamo_to_hangul",
        what="The last initial is not known.",
        hint="Is U+1112 within your range?",
        edits=(("0x1100 <= before <= 0x1112", "0x1100 <= before < 0x1112"),),
    ),
    Mistake(
        id="X767",
        task="jamo_to_hangul",
        what="Old letters, which make no syllable of today, are joined.",
        hint="Which is the last initial, the last vowel and the last final of today's Korean?",
        edits=(
            ("0x1161 <= code <= 0x1175", "0x1161 <= code <= 0x11A7"),
            ("0x1100 <= before <= 0x1112", "0x1100 <= before <= 0x115F"),
        ),
    ),
    Mistake(
        id="X768",
        task="jamo_to_hangul",
        what="U+11A7 is taken for a final, and disappears.",
        hint="Which is the first final: U+11A7 or U+11A8?",
        edits=(("0x11A8 <= code <= 0x11C2", "0x11A7 <= code <= 0x11C2"),),
    ),
    Mistake(
        id="X769",
        task="jamo_to_hangul",
        what="Jamo without company are lost.",
        hint="What does your function do with a letter that fits nothing?",
        edits=(
            (
                "else:\n            characters.append(character)",
                "elif not 0x1161 <= code <= 0x1175 and not 0x11A8 <= code <= 0x11C2:\n"
                "            characters.append(character)",
            ),
        ),
    ),
    Mistake(
        id="X770",
        task="jamo_to_hangul",
        what="White space between letters is passed over.",
        hint="Do letters belong to one syllable if there is a space between them?",
        edits=(("for character in text:", "for character in ''.join(text.split()):"),),
    ),
    Mistake(
        id="X771",
        task="jamo_to_hangul",
        what="Only compatibility jamo are known.",
        hint="Which numbers have the letters that `hangul_to_jamo` returns?",
        source=(
            "def jamo_to_hangul(text):\n    import unicodedata\n"
            "    return ''.join(unicodedata.normalize('NFKC', c) if '\\u3131' <= c <= '\\u318e' else c for c in text)\n"
        ),
    ),
    Mistake(
        id="X772",
        task="jamo_to_hangul",
        what="An initial joins the next vowel even if another letter stands between them.",
        hint="Two initials and one vowel: which of the two is the vowel's neighbour?",
        source=(
            "def jamo_to_hangul(text):\n"
            "    text = re.sub('([\\u1100-\\u1112])([\\u1100-\\u1112])([\\u1161-\\u1175])', r'\\1\\3\\2', text)\n"
            "    return right_jamo_to_hangul(text)\n"
        ),
    ),
)

MISTAKES = APART + TOGETHER
