"""The third hint of each task of the third notebook: the same idea, worked on another case.

What stands between backticks with an equals sign is computed by a test, so that it cannot be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.student.core.language import _

WORKED: Mapping[str, str] = {
    "count_parameters": _(
        "Two flats share a kitchen of 12 square metres. Flat a has `12 + 4 = 16`, flat b is a room without "
        "walls of its own, 0, and flat c has only 4 that are not counted yet. Together `16 + 0 + 4 = 20`, "
        "and not `16 + 16 = 32`: the kitchen is there once. Keep a list of the rooms that were measured. "
        "Two kitchens of the same size are still two: how can you tell whether it is the *same* one?"
    ),
    "embedding_share": _(
        "V = 3, E = 2, H = 1, one layer, untied. The two matrices have `3 · 2 + 3 · 1 = 9` numbers. The LSTM "
        "has, for each of four gates, 2 numbers for what it reads, 1 for its state and 2 biases: `4 · (2 + 1 + "
        "2) = 20`. The output's bias has 3. The share is `9 / (9 + 20 + 3) = 0.28125`. A second layer reads H "
        "numbers instead of E: `4 · (1 + 1 + 2) = 16` more."
    ),
    "oov_rate": _(
        "A child knows the two words it has heard most. It has heard dog, cat, dog, cow: dog twice, cat and cow "
        "once, and cat came first. It knows dog and cat. Now it hears cow, cow, dog, owl, cow. Unknown are `1 + "
        "1 + 0 + 1 + 1 = 4` of 5: `4 / 5 = 0.8`. Cow counts each time it is said. As a share of different words "
        "it would be `2 / 3 = 0.667`."
    ),
    "word_counts": _(
        'The text "a b  a" is split into "a", " b", " ", " a". Each is counted by itself, once: '
        '"a" and " a" are not the same. Put side by side they are the text again, of `1 + 2 + 1 + 2 = '
        "6` characters. The letter é is two bytes in UTF-8, so a word é is a tuple of 2 entries, each of "
        "them a `bytes` of one byte. What does Python give you if you loop over a `bytes`: bytes, or "
        "numbers?"
    ),
    "pair_counts": _(
        "A street of houses o, o, o, x stands three times in a town, and a street x, o once. Neighbours o o: two "
        "in each of three streets, `3 · 2 = 6`; the middle house belongs to both. Neighbours o x: `3 · 1 = 3`. "
        "Neighbours x o: 1. The last house of a street and the first one of the next are no neighbours."
    ),
    "merge_pair": _(
        "People stand in a row and form couples: every A with the B directly behind. A B B A A B: the "
        "first two become one, then there is a B without an A, then an A behind which stands an A, then a "
        "couple: (AB) B A (AB). From six there are `6 - 2 = 4` left. For couples of two A: A A A gives "
        "(AA) A. After a couple, go on behind it, since nobody can be in two couples. A couple that was "
        "formed is not looked at again in the same walk."
    ),
    "train_bpe": _(
        'Take the words "xy xy zy". The neighbours x y occur twice, z y once, and in the words with a '
        'space in front also " x" and " z". The most frequent one is joined. Had two been equally '
        "frequent, Python's `max` over (count, pair) takes the greater count, and then the greater pair: "
        "compare (2, a) with (2, b).\n"
        "And fast: three words have the pairs x y, x y and p q. After x y was joined, what is to be "
        "counted again? Only what stood in the first two: subtract the counts of their old neighbours, add "
        "those of the new ones. With 10,000 words and a pair in 3 of them that is `10000 - 3 = 9997` words "
        "that nobody has to look at. So for each pair, remember in which words it stands."
    ),
    "BPETokenizer": _(
        "Three rules were learnt in this order: 1. e d becomes ed; 2. b e becomes be; 3. be d becomes bed. "
        "The word b e d: both 1 and 2 fit, and 1 is older: b ed. Then nothing fits any more. So the word "
        "has 2 pieces, although rule 3 has a piece for all of it. At each moment ask: of all neighbours, "
        "which pair was learnt first? Do not ask which is the longest, or which stands furthest to the "
        "left.\n"
        "To decode é, whose two bytes may be two pieces: put the bytes side by side first, and only then "
        "read them. Each byte alone is not a letter. And a special such as `<end>` is cut out before "
        "anything is split: where two of them begin at the same place, try the longer one first."
    ),
    "wordpiece_encode": _(
        "Bars of chocolate come in lengths of 1, 3 and 4, and each time the longest one is taken that "
        "still fits. For 6 that is 4, 1, 1: `4 + 1 + 1 = 6`. 3 and 3 would have been fewer, but nobody "
        "looks back. If there is no bar of 1, after the 4 nothing fits into 2: then the whole order is "
        "refused, also the 4. The first bar of an order has no mark, every further one has `##` in front; "
        "the mark takes no room."
    ),
    "unigram_segment": _(
        "A path has 3 steps; you may go 1 step for 1 coin or 2 steps for 1.5 coins. Begin at the end: from "
        "place 3 it costs 0. From place 2: 1. From place 1: either `1 + 1 = 2` or 1.5, so 1.5. From place "
        "0: either one step and then the best from place 1, `1 + 1.5 = 2.5`, or two steps and then the "
        "best from place 2, `1.5 + 1 = 2.5`. Equal, with two pieces each: the one whose first step is "
        "longer wins. For each place, keep one number and one step; then read the path from the front. "
        "Where no step leads on, there is no number: what does a whole path need?"
    ),
    "hangul_to_jamo": _(
        "A cinema has 21 rows of 28 seats in each of 19 halls, and all seats have one number each, from 0 "
        "on. Seat 1000: one hall has `21 · 28 = 588` seats, so it is in hall 1, `1000 - 588 = 412`; one "
        "row has 28, so in row 14, `412 - 14 · 28 = 20`, seat 20. Seat 0 of a row stands for “no seat”. "
        "Each of the three numbers is then added to a different start: one for halls, one for rows, one "
        "for seats."
    ),
    "jamo_to_hangul": _(
        "The way back in the cinema: hall 1, row 14, seat 20 is `(1 · 21 + 14) · 28 + 20 = 1000`.\n"
        "Who belongs together? Read from left to right and keep what was put down last. Before a vowel: if "
        "there is an initial alone, the two become a syllable. Before a final: if there is a syllable that "
        "ends in its vowel, the final joins it. Everything else stays alone. So i v v f gives a syllable, "
        "a vowel and a final, `1 + 1 + 1 = 3` characters."
    ),
    "train_library_tokenizer": _(
        "A post office that loses nothing has five parts: somebody who cuts what comes in into parcels, "
        "somebody who packs, somebody who unpacks at the other end, a plan of what fits together, and a "
        "label for *every* thing that might come, also for what has never come yet. Leave out the "
        "unpacking, and the receiver gets parcels instead of things. Leave out labels, and what has none "
        "is lost without a message. Does your tokenizer give back a text of letters that its training text "
        "does not have?"
    ),
    "compression": _(
        "A text of 12 bytes in 3 tokens: `12 / 3 = 4` bytes a token. The word é has one character, but two "
        "bytes. So 6 of them in 3 tokens are `6 · 2 / 3 = 4` bytes a token, although each token has two "
        "characters only. Which of the two does `len` count, of a `str`?"
    ),
    "bits_per_byte": _(
        "Ten tosses of a coin cost `10 · ln(2) = 6.931` nats, which is `6.931 / ln(2) = 10` bits. If the ten "
        "results are written as 5 bytes, that is `10 / 5 = 2` bits a byte; if the same text is 5 characters of 2 "
        "bytes each, `10 / (5 · 2) = 1`. How it was cut into tokens occurs nowhere in this."
    ),
    "word_perplexity": _(
        'The text "to be\\nor" has three words and two line ends, that in the middle and that of the '
        "last line: `3 + 2 = 5`. A cost of 10 nats is `10 / 5 = 2` for each, and `exp(2) = 7.389`. With a "
        "newline after “or” it is 5 again: the last line has one end, whether or not it is written. A line "
        "without words has an end, too."
    ),
    "compare_tokenizers": _(
        "A tokenizer makes 4 tokens of a text of 10 bytes and 2 words, and its model pays `4 · ln(8) = 8.318` "
        "nats. The perplexity is `exp(8.318 / 4) = 8`: for a *token*. In bits it is `8.318 / ln(2) = 12`, for a "
        "*byte* `12 / 10 = 1.2`, and it has `4 / 2 = 2` tokens a word. If 3 of the bytes were only “unknown” to "
        "it, they are paid for with 8 bits each: `(12 + 3 · 8) / 10 = 3.6`. Which of your columns does this "
        "change, and which not?"
    ),
}
