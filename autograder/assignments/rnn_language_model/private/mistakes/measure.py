"""Known mistakes in `perplexity`, `unigram_nats`, `bigram_nats` and `sentence_log_prob`."""

from autograder.grading.mistakes import Mistake

_EXP = "return math.exp(total_nats / tokens)"

PERPLEXITY: tuple[Mistake, ...] = (
    Mistake(
        id="X661",
        task="perplexity",
        what="Never divides by the number of tokens.",
        hint="Is perplexity that of a word, or that of the whole text? What has to be divided by what?",
        edits=((_EXP, "return math.exp(total_nats)"),),
    ),
    Mistake(
        id="X662",
        task="perplexity",
        what="2 to the power of nats.",
        hint="Nats or bits: which number undoes the natural logarithm?",
        edits=((_EXP, "return 2.0 ** (total_nats / tokens)"),),
    ),
    Mistake(
        id="X663",
        task="perplexity",
        what="One over the perplexity: the sign is wrong.",
        hint="Can a perplexity be below 1? What is the sign of total_nats?",
        edits=((_EXP, "return math.exp(-total_nats / tokens)"),),
    ),
    Mistake(
        id="X664",
        task="perplexity",
        what="Returns the mean nats and never takes the exponential.",
        hint="What has to be done to a mean logarithm, to get a number of equal chances?",
        edits=((_EXP, "return total_nats / tokens"),),
    ),
    Mistake(
        id="B46p",
        task="perplexity",
        what="Divides by one less than the number of tokens.",
        hint="`tokens` are those that were predicted. Is one of them to be left out?",
        edits=((_EXP, "return math.exp(total_nats / max(1, tokens - 1))"),),
    ),
    Mistake(
        id="X665",
        task="perplexity",
        what="Lets OverflowError through.",
        hint="What does `math.exp` do with a number that is too large?",
        edits=(("except OverflowError:\n        return math.inf", "finally:\n        pass"),),
    ),
    Mistake(
        id="X666",
        task="perplexity",
        what="Divides by no tokens: ZeroDivisionError.",
        hint="How many tokens must there be to speak of a mean?",
        edits=(
            ('    if tokens <= 0:\n        raise ValueError("there is no perplexity of no tokens")\n', ""),
        ),
    ),
    Mistake(
        id="X667",
        task="perplexity",
        what="Returns something for no tokens.",
        hint="How surprised is a model that has predicted nothing? Is any number right?",
        edits=(('raise ValueError("there is no perplexity of no tokens")', "return math.inf"),),
    ),
    Mistake(
        id="X668",
        task="perplexity",
        what="NaN slips through, because it is not smaller than 0.",
        hint="What is the result of nan < 0, and what of nan >= 0?",
        edits=(("if not total_nats >= 0:", "if total_nats < 0:"),),
    ),
    Mistake(
        id="X669",
        task="perplexity",
        what="Negative nats are taken for a measurement.",
        hint="Can surprise be negative? What kind of bug would show as negative nats?",
        edits=(("if not total_nats >= 0:", "if math.isnan(total_nats):"),),
    ),
    Mistake(
        id="X670",
        task="perplexity",
        what="No nats at all are refused: a model that is always certain has the perplexity 1.",
        hint="What is the perplexity of a model that knows every word in advance?",
        edits=(("if not total_nats >= 0:", "if not total_nats > 0:"),),
    ),
    Mistake(
        id="X671",
        task="perplexity",
        what="Computed in float32: `inf` from 89 nats per token on.",
        hint="What is the largest number that a float32 tensor can hold, and what is that of a Python float?",
        edits=((_EXP, "return torch.tensor(total_nats / tokens).exp().item()"),),
    ),
    Mistake(
        id="X672",
        task="perplexity",
        what="Cuts off what is large, so that it never overflows.",
        hint="Is a very bad model as bad as your largest number says? Where does it really overflow?",
        edits=((_EXP, "return math.exp(min(total_nats / tokens, 100.0))"),),
    ),
)

_COUNTS = "counts = torch.bincount(torch.as_tensor(train), minlength=V).double()"
_LOG_P = "log_p = ((counts + 1) / (len(train) + V)).log()"
_MEAN = "return -log_p[torch.as_tensor(valid)].mean().item()"

UNIGRAM: tuple[Mistake, ...] = (
    Mistake(
        id="X681",
        task="unigram_nats",
        what="No smoothing: a word that was never seen costs infinitely much.",
        hint="What is ln 0? Which count has a word that never stands in `train`?",
        edits=((_LOG_P, "log_p = (counts / len(train)).log()"),),
    ),
    Mistake(
        id="X682",
        task="unigram_nats",
        what="One is added to every count, and the divisor stays as it was: the sum is more than 1.",
        hint="Do the probabilities of all V words add up to 1?",
        edits=((_LOG_P, "log_p = ((counts + 1) / len(train)).log()"),),
    ),
    Mistake(
        id="X683",
        task="unigram_nats",
        what="Adds 1 to the divisor instead of V.",
        hint="One was added to each count. How many counts are there?",
        edits=((_LOG_P, "log_p = ((counts + 1) / (len(train) + 1)).log()"),),
    ),
    Mistake(
        id="X684",
        task="unigram_nats",
        what="Takes the number of different words in `train` for V.",
        hint="Which words can come: those that were seen, or the whole vocabulary?",
        edits=((_LOG_P, "log_p = ((counts + 1) / (len(train) + (counts > 0).sum())).log()"),),
    ),
    Mistake(
        id="X685",
        task="unigram_nats",
        what="Counts the words of `valid`: the answer is known beforehand.",
        hint="In which text are words counted, and in which are they predicted?",
        edits=((_COUNTS, _COUNTS.replace("train", "valid")), (_LOG_P, _LOG_P.replace("train", "valid"))),
    ),
    Mistake(
        id="X686",
        task="unigram_nats",
        what="Bits instead of nats.",
        hint="Which logarithm makes nats, which one makes bits?",
        edits=((_LOG_P, _LOG_P.replace(".log()", ".log2()")),),
    ),
    Mistake(
        id="X687",
        task="unigram_nats",
        what="The sum over the text instead of the mean.",
        hint="Is your result that of a word, or that of the whole text?",
        edits=((_MEAN, _MEAN.replace("mean", "sum")),),
    ),
    Mistake(
        id="X688",
        task="unigram_nats",
        what="The mean of ln p: negative.",
        hint="Can surprise be negative? What is the sign of ln p?",
        edits=((_MEAN, _MEAN.replace("-log_p", "log_p")),),
    ),
    Mistake(
        id="X689",
        task="unigram_nats",
        what="Leaves out the first word of `valid`, as a bigram has to.",
        hint="Does a unigram need the word before? How many words of `valid` can it predict?",
        edits=((_MEAN, _MEAN.replace("as_tensor(valid)", "as_tensor(valid)[1:]")),),
    ),
    Mistake(
        id="X690",
        task="unigram_nats",
        what="The perplexity instead of the mean nats.",
        hint="Nats or perplexity: which of the two is asked for?",
        edits=((_MEAN, "return (-log_p[torch.as_tensor(valid)].mean()).exp().item()"),),
    ),
    Mistake(
        id="X691",
        task="unigram_nats",
        what="Returns a tensor instead of a float.",
        hint="What does your function return: a number, or a tensor that holds one?",
        edits=((_MEAN, _MEAN.removesuffix(".item()")),),
    ),
    Mistake(
        id="X692",
        task="unigram_nats",
        what="Counts the elements of a tensor, which are never equal as keys: every word seems new.",
        hint="Two tensors that hold a 3: are they one key of a dict, or two? What are the keys when a list is given?",
        source="""
def unigram_nats(train, valid, V):
    counts = Counter(train)
    return -sum(math.log((counts[word] + 1) / (len(train) + V)) for word in valid) / len(valid)
""",
    ),
    Mistake(
        id="X693",
        task="unigram_nats",
        what="Works for tensors only.",
        hint="What has a tensor that a list has not? Which of your lines needs it?",
        edits=((_COUNTS, "counts = torch.bincount(train, minlength=V).double()"),),
    ),
    Mistake(
        id="X694",
        task="unigram_nats",
        what="Gives a count of 1 to unseen words only.",
        hint="Is one added to the words that were seen, too?",
        edits=((_LOG_P, "log_p = (counts.clamp(min=1) / (len(train) + V)).log()"),),
    ),
    Mistake(
        id="X695",
        task="unigram_nats",
        what="Counts no further than the greatest id of `train`: others have no count.",
        hint="How many counts do you have, and how many words has the vocabulary?",
        edits=((_COUNTS, _COUNTS.replace(", minlength=V", "")),),
    ),
    Mistake(
        id="X696",
        task="unigram_nats",
        what="The mean over the different words of `valid`, not over its tokens.",
        hint="A word that stands three times in `valid`: how often does it count?",
        edits=((_MEAN, _MEAN.replace("as_tensor(valid)", "as_tensor(valid).unique()")),),
    ),
)

_PAIRS = "pairs = Counter(pairwise(train))"
_CONTEXTS = "contexts = Counter(train[:-1])  # the last word of the text has no successor"
_NATS = "nats = [-math.log((pairs[a, b] + 1) / (contexts[a] + V)) for a, b in pairwise(valid)]"
_RESULT = "return sum(nats) / len(nats)"
_LISTS = "train, valid = torch.as_tensor(train).tolist(), torch.as_tensor(valid).tolist()  # to count, we need ints"

BIGRAM: tuple[Mistake, ...] = (
    Mistake(
        id="X701",
        task="bigram_nats",
        what="Counts the text's last word as a context, though nothing follows it.",
        hint="After the last word of the training text, do the V probabilities add up to 1?",
        edits=((_CONTEXTS, "contexts = Counter(train)"),),
    ),
    Mistake(
        id="X702",
        task="bigram_nats",
        what="Divides by N instead of by the N - 1 pairs.",
        hint="How many pairs of neighbours are there in a text of N words?",
        edits=((_RESULT, "return sum(nats) / len(valid)"),),
    ),
    Mistake(
        id="X703",
        task="bigram_nats",
        what="The pair the wrong way round: predicts the word before from the word after.",
        hint="Which word is known, and which is to be predicted? Which one's count is in the divisor?",
        edits=(
            (_NATS, "nats = [-math.log((pairs[b, a] + 1) / (contexts[b] + V)) for a, b in pairwise(valid)]"),
        ),
    ),
    Mistake(
        id="X704",
        task="bigram_nats",
        what="Divides by the count of the predicted word instead of that of its context.",
        hint="Of all that follows `a`, how much is `b`? Whose count is in the divisor?",
        edits=((_NATS, _NATS.replace("contexts[a]", "contexts[b]")),),
    ),
    Mistake(
        id="X705",
        task="bigram_nats",
        what="No smoothing: a pair that was never seen has no logarithm.",
        hint="What is ln 0? Which count has a pair that never stands in `train`?",
        edits=((_NATS, "nats = [-math.log(pairs[a, b] / contexts[a]) for a, b in pairwise(valid)]"),),
    ),
    Mistake(
        id="X706",
        task="bigram_nats",
        what="One is added to every count, and the divisor gets 1 instead of V.",
        hint="One was added to each count. How many counts are there after one word?",
        edits=((_NATS, _NATS.replace("contexts[a] + V", "contexts[a] + 1")),),
    ),
    Mistake(
        id="X707",
        task="bigram_nats",
        what="The probability of the pair, not that of the second word after the first.",
        hint="Given the word before: what has to be in the divisor, the whole text or that word's occurrences?",
        edits=((_NATS, _NATS.replace("contexts[a] + V", "len(train) - 1 + V * V")),),
    ),
    Mistake(
        id="X708",
        task="bigram_nats",
        what="Divides by the length of the text instead of by the count of the context.",
        hint="Of all that follows `a`, how much is `b`? How often does `a` have a successor?",
        edits=((_NATS, _NATS.replace("contexts[a] + V", "len(train) + V")),),
    ),
    Mistake(
        id="X709",
        task="bigram_nats",
        what="Takes the number of different words in `train` for V.",
        hint="Which words can come: those that were seen, or the whole vocabulary?",
        edits=((_NATS, _NATS.replace("+ V)", "+ len(set(train)))")),),
    ),
    Mistake(
        id="X710",
        task="bigram_nats",
        what="Counts the pairs of `valid`: the answer is known beforehand.",
        hint="In which text are pairs counted, and in which are they predicted?",
        edits=((_PAIRS, "pairs = Counter(pairwise(valid))"), (_CONTEXTS, "contexts = Counter(valid[:-1])")),
    ),
    Mistake(
        id="X711",
        task="bigram_nats",
        what="Bits instead of nats.",
        hint="Which logarithm makes nats, which one makes bits?",
        edits=((_NATS, _NATS.replace("math.log(", "math.log2(")),),
    ),
    Mistake(
        id="X712",
        task="bigram_nats",
        what="The sum over the text instead of the mean.",
        hint="Is your result that of a word, or that of the whole text?",
        edits=((_RESULT, "return sum(nats)"),),
    ),
    Mistake(
        id="X713",
        task="bigram_nats",
        what="The mean of ln p: negative.",
        hint="Can surprise be negative? What is the sign of ln p?",
        edits=((_RESULT, "return -sum(nats) / len(nats)"),),
    ),
    Mistake(
        id="X714",
        task="bigram_nats",
        what="The perplexity instead of the mean nats.",
        hint="Nats or perplexity: which of the two is asked for?",
        edits=((_RESULT, "return math.exp(sum(nats) / len(nats))"),),
    ),
    Mistake(
        id="X715",
        task="bigram_nats",
        what="Counts the elements of a tensor, which are never equal as keys: every pair seems new.",
        hint="Two tensors that hold a 3: are they one key of a dict, or two? What are the keys when a list is given?",
        edits=((f"    {_LISTS}\n", ""),),
    ),
    Mistake(
        id="X716",
        task="bigram_nats",
        what="Works for tensors only.",
        hint="What has a tensor that a list has not? Which of your lines needs it?",
        edits=((_LISTS, "train, valid = train.tolist(), valid.tolist()"),),
    ),
    Mistake(
        id="X717",
        task="bigram_nats",
        what="Pairs that do not overlap: every other word only is predicted.",
        hint="In [3, 1, 4], which pairs are there? Does the 1 belong to one of them, or to two?",
        edits=(
            (_PAIRS, "pairs = Counter(zip(train[::2], train[1::2]))"),
            (_CONTEXTS, "contexts = Counter(train[::2])"),
        ),
    ),
    Mistake(
        id="X718",
        task="bigram_nats",
        what="Predicts the first word of `valid` too, by its frequency.",
        hint="How many words of `valid` have a word before them?",
        edits=(
            (
                _NATS,
                _NATS + "\n    nats.append(-math.log((train.count(valid[0]) + 1) / (len(train) + V)))",
            ),
        ),
    ),
    Mistake(
        id="X719",
        task="bigram_nats",
        what="Divides by how many different words follow, not by how often one follows.",
        hint="A word that is followed by the same one three times: how often does it have a successor?",
        edits=((_CONTEXTS, "contexts = Counter(a for a, b in set(pairwise(train)))"),),
    ),
)

_COLUMN = "column = torch.tensor([eos_id, *ids])[:, None]  # (N + 1, 1)"
_EMPTY = "    if len(ids) == 0:\n        return 0.0\n"
_LOG_SOFTMAX = "log_p = logits[:, 0].log_softmax(dim=1)  # (N, V)"
_TOTAL = "return log_p.gather(1, column[1:]).sum().item()"

SENTENCE: tuple[Mistake, ...] = (
    Mistake(
        id="X721",
        task="sentence_log_prob",
        what="Never predicts the first word: begins after it.",
        hint="Who predicts the first word of the sentence? What does the model read before it?",
        edits=((_COLUMN, "column = torch.tensor(list(ids))[:, None]"),),
    ),
    Mistake(
        id="X722",
        task="sentence_log_prob",
        what="Predicts an end after the last word as well.",
        hint="Of exactly the words in `ids`: is the end of the sentence among them?",
        edits=((_COLUMN, "column = torch.tensor([eos_id, *ids, eos_id])[:, None]"),),
    ),
    Mistake(
        id="X723",
        task="sentence_log_prob",
        what="Takes what was read for what is to be predicted.",
        hint="What is the model asked to predict: the word it has just read, or the next one?",
        edits=((_TOTAL, "return log_p.gather(1, column[:-1]).sum().item()"),),
    ),
    Mistake(
        id="X724",
        task="sentence_log_prob",
        what="The mean over the words instead of the sum.",
        hint="Is a sentence of ten words as likely as one of them?",
        edits=((_TOTAL, _TOTAL.replace("sum", "mean")),),
    ),
    Mistake(
        id="X725",
        task="sentence_log_prob",
        what="The negative log-probability.",
        hint="A probability is below 1. What is the sign of its logarithm?",
        edits=((_TOTAL, _TOTAL.replace("return log_p", "return -log_p")),),
    ),
    Mistake(
        id="X726",
        task="sentence_log_prob",
        what="The probability instead of its logarithm.",
        hint="Which of the two is asked for: p, or ln p?",
        edits=((_TOTAL, _TOTAL.replace(".sum()", ".sum().exp()")),),
    ),
    Mistake(
        id="X727",
        task="sentence_log_prob",
        what="Multiplies the probabilities first: the product of many is rounded to 0.",
        hint="How small is a product of 300 probabilities? What can be added instead?",
        edits=((_TOTAL, "return log_p.exp().gather(1, column[1:]).prod().log().item()"),),
    ),
    Mistake(
        id="X728",
        task="sentence_log_prob",
        what="The logarithm of a softmax: a small probability is rounded to 0 before.",
        hint="What is the logarithm of a probability that was rounded to 0? Which function does both at once?",
        edits=((_LOG_SOFTMAX, "log_p = logits[:, 0].softmax(dim=1).log()"),),
    ),
    Mistake(
        id="X729",
        task="sentence_log_prob",
        what="Adds up scores that no softmax has seen.",
        hint="What do the model's scores add up to? What makes log-probabilities of them?",
        edits=((_LOG_SOFTMAX, "log_p = logits[:, 0]"),),
    ),
    Mistake(
        id="B18s",
        task="sentence_log_prob",
        what="The softmax goes over the time, or over the streams, not over the vocabulary.",
        hint="Which axis of the scores should add up to 1?",
        edits=((_LOG_SOFTMAX, "log_p = logits[:, 0].log_softmax(dim=0)"),),
    ),
    Mistake(
        id="X730",
        task="sentence_log_prob",
        what="Always begins with the id 1, or with another one, whatever `eos_id` is.",
        hint="Call it with eos_id=5. Where does the 5 go?",
        edits=((_COLUMN, "column = torch.tensor([1, *ids])[:, None]"),),
    ),
    Mistake(
        id="X731",
        task="sentence_log_prob",
        what="Fails for a sentence of no words.",
        hint="What does your function do with an empty list?",
        edits=((_EMPTY, ""),),
    ),
    Mistake(
        id="X732",
        task="sentence_log_prob",
        what="Minus infinity, or a number other than 0, for no words.",
        hint="The probability of exactly no words is that of nothing having gone wrong. What is ln 1?",
        edits=(("return 0.0", "return -math.inf"),),
    ),
    Mistake(
        id="B42s",
        task="sentence_log_prob",
        what="Reads with dropout: `eval` is never called.",
        hint="Ask twice how likely a sentence is. Is it the same number?",
        edits=(("    model.eval()\n", ""),),
    ),
    Mistake(
        id="B43s",
        task="sentence_log_prob",
        what="Leaves the model in eval mode.",
        hint="Put the model back as you found it. In which mode was it?",
        edits=(("    model.train(was_training)\n", ""),),
    ),
    Mistake(
        id="X733",
        task="sentence_log_prob",
        what="Puts the model into training mode at the end, whatever it was in before.",
        hint="Put the model back as you found it. Was it in training mode?",
        edits=(("model.train(was_training)", "model.train()"),),
    ),
    Mistake(
        id="X734",
        task="sentence_log_prob",
        what="Every word from a fresh state: read one by one, or as a row (1, N) where each has a stream of its own.",
        hint="What does the model know of the first word when it predicts the third?",
        edits=(
            (
                "logits, _ = model(column[:-1], model.init_state(1))  # (N, 1, V)",
                "logits = torch.cat([model(i[None], model.init_state(1))[0] for i in column[:-1]])",
            ),
        ),
    ),
    Mistake(
        id="X736",
        task="sentence_log_prob",
        what="Counts the words in bits.",
        hint="ln or log2: which one is asked for?",
        edits=((_TOTAL, "return log_p.gather(1, column[1:]).sum().item() / math.log(2)"),),
    ),
    Mistake(
        id="X737",
        task="sentence_log_prob",
        what="Returns a tensor instead of a float.",
        hint="What does your function return: a number, or a tensor that holds one?",
        edits=((_TOTAL, _TOTAL.removesuffix(".item()")),),
    ),
    Mistake(
        id="X738",
        task="sentence_log_prob",
        what="The last word only.",
        hint="Of which words is the probability asked: of the last one, or of all?",
        edits=((_TOTAL, "return log_p.gather(1, column[1:])[-1].item()"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*PERPLEXITY, *UNIGRAM, *BIGRAM, *SENTENCE)
