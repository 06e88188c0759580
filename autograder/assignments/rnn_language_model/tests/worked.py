"""The third hint of each task of the second notebook: the same idea, worked on another case.

What stands between backticks with an equals sign is computed by a test, so that it cannot be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.student.core.language import _

WORKED: Mapping[str, str] = {
    "Dictionary": _(
        "A cloakroom: hook 0 is never given away, it means “not here”. The first coat gets hook 1, the "
        "next one hook 2; a coat that is brought again keeps its hook, and no new one is used. If somebody "
        "asks for a coat that was never brought, the answer is 0, and asking uses no hook. To find the "
        "coat on a hook, walk along the hooks; to find the hook of a coat, look into the list: two tables, "
        "and both change together."
    ),
    "Corpus": _(
        'The text is "b a b c", and the vocabulary may have 4 entries. Two of them are the specials, so `4 - 2 = '
        "2` are left. b occurs twice; a and c once each, and a comes first. So b is 2, a is 3, and c has no id "
        "of its own: the line is 2, 3, 2, 0, and 1 for its end. A second text may say z a hundred times: z stays "
        "0, since only the first text is counted. An empty line is a line: it gives a single 1."
    ),
    "batchify": _(
        "Seven cards, in order, into 2 piles: each gets 3, and card 7 is put aside. The first pile has 1, "
        "2, 3, the second 4, 5, 6. Side by side the rows are (1, 4), (2, 5), (3, 6). If you deal them out "
        "in turn, the rows are (1, 2), (3, 4), (5, 6): neighbours beside each other, and each pile jumps. "
        "Which of the two does filling a table row by row give you, and what turns one into the other?"
    ),
    "get_batch": _(
        "A column 1, 2, 3, 4, 5, 6 in windows of two. At 0 the model reads 1, 2 and is asked for 2, 3. At "
        "2 it reads 3, 4 and is asked for 4, 5. At 4 there is only `6 - 1 - 4 = 1` row left: it reads 5 "
        "and is asked for 6. The 6 is not read, since nobody knows what comes after it. With a second "
        "column 10, 20, ... the rows of the first window are (1, 10) and (2, 20); the answers stand in the "
        "same order, row by row: 2, 20, 3, 30."
    ),
    "RNNModel": _(
        "An office of three desks in a row: one turns words into cards, one thinks, one turns thoughts "
        "into marks for each word. On the way from desk to desk some cards are lost, but only in training: "
        "between the first desk and the thinkers, between the thinkers if there are several, and before "
        "the last desk. With two thinkers these are `1 + 1 + 1 = 3` places.\n"
        "Tied: the first and the last desk use the *same* table. A table for 3 words and 2 numbers each "
        "has `3 · 2 = 6` numbers; two copies have `2 · 6 = 12`, and what is learnt at one desk does not "
        "reach the other. Ask Python whether yours is one object: which word compares that, `==` or `is`?"
    ),
    "repackage": _(
        "A photocopy has the same text, but no history: nobody can follow its pencil marks back to earlier "
        "pages. The original stays as it is, since somebody else may still need it. A folder with two "
        "sheets becomes a folder with two copies, in the same order. A folder in which one of the two is "
        "still the original is not cut off from the past at all."
    ),
    "sgd_step_": _(
        "A parameter w = 5 and the loss w². The gradient is `2 · 5 = 10`. At most 4 is allowed, so the "
        "factor is `4 / 10 = 0.4`; with lr 0.5 the new w is `5 - 0.5 · 0.4 · 10 = 3`. The 10 is returned.\n"
        "If an earlier step had left a gradient of 6 there, the step would use `10 + 6 = 16`. And with a "
        "second parameter of gradient 24 there is still only one length: `sqrt(10 · 10 + 24 · 24) = 26`."
    ),
    "train_epoch": _(
        "Three windows of 3, 3 and 1 rows, one column, with the mean losses 2, 4 and 8. The mean of a row "
        "is `(3 · 2 + 3 · 4 + 1 · 8) / 7 = 3.714`; the mean of the three numbers is `(2 + 4 + 8) / 3 = "
        "4.667`, as if the short window were as long as the others.\n"
        "And the state is the baton of a relay: the first runner gets a new one, each further runner the "
        "one that is handed over. The baton is handed over, not the path on which it came: when is that "
        "path cut, and by which of your functions?"
    ),
    "evaluate": _(
        "A car drives two hours at 30 and one hour at 90. The mean speed is `(2 · 30 + 1 · 90) / 3 = 50`, "
        "not `(30 + 90) / 2 = 60`. Each hour counts the same, not each part of the trip; so each token "
        "counts the same, not each window.\n"
        "If you borrow a room to measure something in it, you leave the light as it was: on if it was on, "
        "off if it was off. So what do you have to write down before you change anything?"
    ),
    "perplexity": _(
        "Eight tosses of a coin cost ln 2 each, together `8 · ln(2) = 5.545` nats. For one toss that is "
        "`5.545 / 8 = 0.6931`, and `exp(0.6931) = 2`: as unsure as between two things. No tosses: there is "
        "nothing to divide by. -3 nats or nan: somebody has miscounted, and should be told. And the "
        "exponential of 10,000 nats for one toss does not fit into a float: what is the honest answer then?"
    ),
    "unigram_nats": _(
        "Three colours may lie in an urn. Red, red and blue were seen. Add one to each: `(2 + 1) / (3 + 3) "
        "= 0.5` for red, `(1 + 1) / (3 + 3) = 0.333` for blue, `(0 + 1) / (3 + 3) = 0.1667` for green, "
        "which nobody has seen; together `3 / 6 + 2 / 6 + 1 / 6 = 1`. To draw green and then red costs "
        "`-ln(1 / 6) - ln(3 / 6) = 2.485`, on average `2.485 / 2 = 1.2425`."
    ),
    "bigram_nats": _(
        "The weather was s, s, r (V = 2). There are two pairs: s s and s r. After s there was once an r, and s "
        "was followed by something 2 times: `(1 + 1) / (2 + 2) = 0.5`. The r at the end has no successor, so as "
        "a context it counts 0 times: `(0 + 1) / (0 + 2) = 0.5` for each weather. If you divide by how often r "
        "*occurs*, you have `1 / 3 + 1 / 3 = 0.6667`, and a third of the probability is lost."
    ),
    "sentence_log_prob": _(
        "A route has three crossings; the correct turns have the probabilities 0.5, 0.1 and 0.5. Together "
        "`ln(0.5) + ln(0.1) + ln(0.5) = ln(0.5 · 0.1 · 0.5)`. There are three decisions: at the start, "
        "after the first turn, after the second. After the third turn there is no question left. So what "
        "must the model have read before the first decision, and what does it never need to read?"
    ),
    "filter_logits": _(
        "Four cakes have the shares 0.4, 0.3, 0.2 and 0.1. The best two: 0.4 and 0.3 are left, and become "
        "`0.4 / 0.7 = 0.571` and `0.3 / 0.7 = 0.429`. The smallest set that reaches 0.6: 0.4 does not, "
        "`0.4 + 0.3 = 0.7` does, so two again. With both, one after the other, and a top-p of 0.5: of "
        "0.571 and 0.429 the first alone reaches it.\n"
        "Temperature 2 halves the logarithms: shares of 0.64 and 0.36 become `exp(ln(0.64) / 2) = 0.8` and "
        "`exp(ln(0.36) / 2) = 0.6`, before they are scaled to 1 again. If you sort the cakes, you must "
        "know at the end on which plate each one stood."
    ),
    "generate": _(
        "Somebody continues a story. The prompt is a, b: both are heard, and after the b the answer is c. "
        "Now only the c is heard, since a and b are remembered, and the answer is d. If you hear a, b, c "
        "from the start again, and remember as well, you have heard a, b, a, b, c. The result is what was "
        "*said*: c, d. And whoever throws dice uses the dice that were given, once for each word: so the "
        "same dice tell the same story."
    ),
}
