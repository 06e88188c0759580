"""Known mistakes in `filter_logits` and `generate`."""

from autograder.grading.mistakes import Mistake

_ZERO = (
    "    if temperature == 0:\n"
    "        return F.one_hot(logits.argmax(), len(logits)).to(logits.dtype)  # the first of equal maxima\n"
)
_SORT = "scores, order = (logits / temperature).sort(descending=True, stable=True)  # stable: ties by id"
_TOP_K = "scores[top_k:] = -math.inf"
_SOFTMAX = "sorted_probs = scores.softmax(dim=0)"
_IF_P = "if top_p is not None and top_p < 1:"
_DROPPED = "dropped = mass_before >= top_p"
_ONE = "        dropped[0] = False\n"
_AGAIN = "        sorted_probs = sorted_probs / sorted_probs.sum()\n"
_BACK = "return torch.zeros_like(sorted_probs).scatter(0, order, sorted_probs)"

FILTER: tuple[Mistake, ...] = (
    Mistake(
        id="B52",
        task="filter_logits",
        what="Multiplies by the temperature.",
        hint="Cold means confident. Does your function sharpen or flatten at a temperature below 1?",
        edits=((_SORT, _SORT.replace("logits / temperature", "logits * temperature")),),
    ),
    Mistake(
        id="X741",
        task="filter_logits",
        what="Ignores the temperature, but for 0.",
        hint="Call it with temperature 0.5 and with 2. Where in your function do they part?",
        edits=((_SORT, _SORT.replace("(logits / temperature)", "logits")),),
    ),
    Mistake(
        id="X742",
        task="filter_logits",
        what="Divides the probabilities by the temperature, which normalising undoes.",
        hint="What is to be divided: the scores before the softmax, or the probabilities after it?",
        edits=(
            (_SORT, _SORT.replace("(logits / temperature)", "logits")),
            (_SOFTMAX, "sorted_probs = scores.softmax(dim=0) / temperature"),
        ),
    ),
    Mistake(
        id="B54",
        task="filter_logits",
        what="Divides by a temperature of 0.",
        hint="What do the probabilities come to when the temperature gets smaller and smaller? What is 1 / 0?",
        edits=((_ZERO, ""),),
    ),
    Mistake(
        id="X743",
        task="filter_logits",
        what="Replaces the temperature 0 by a small number: equal scores share the probability.",
        hint="At temperature 0, what becomes of two words with the same score?",
        edits=((_ZERO, "    temperature = max(temperature, 1e-6)\n"),),
    ),
    Mistake(
        id="X744",
        task="filter_logits",
        what="At temperature 0 the last of equal maxima, or all of them.",
        hint="Of equal scores, which word is kept: that with the lower id, or that with the higher one?",
        edits=(
            (
                _ZERO,
                "    if temperature == 0:\n"
                "        best = len(logits) - 1 - logits.flip(0).argmax()\n"
                "        return F.one_hot(best, len(logits)).to(logits.dtype)\n",
            ),
        ),
    ),
    Mistake(
        id="X745",
        task="filter_logits",
        what="At temperature 0 the id of the best word instead of probabilities.",
        hint="What kind of thing does your function return at temperature 0, and what otherwise?",
        edits=((_ZERO, "    if temperature == 0:\n        return logits.argmax()\n"),),
    ),
    Mistake(
        id="X746",
        task="filter_logits",
        what="At temperature 0, integers instead of probabilities in the dtype of the scores.",
        hint="Of which dtype are probabilities, and of which is what `one_hot` returns?",
        edits=((_ZERO, _ZERO.replace(".to(logits.dtype)", "")),),
    ),
    Mistake(
        id="X747",
        task="filter_logits",
        what="The exponential of large scores overflows: NaN.",
        hint="How large may a number be before `exp` gives inf? What does a softmax subtract first?",
        edits=((_SOFTMAX, "sorted_probs = scores.exp() / scores.exp().sum()"),),
    ),
    Mistake(
        id="B55a",
        task="filter_logits",
        what="Keeps the k worst words.",
        hint="In which direction do you sort? Which words are the k best?",
        edits=((_TOP_K, "scores[: max(0, len(scores) - top_k)] = -math.inf"),),
    ),
    Mistake(
        id="B55b",
        task="filter_logits",
        what="Keeps k + 1 words.",
        hint="Count the words that are left for top_k = 1.",
        edits=((_TOP_K, "scores[top_k + 1 :] = -math.inf"),),
    ),
    Mistake(
        id="B55c",
        task="filter_logits",
        what="Sets the scores of the others to 0 instead of minus infinity.",
        hint="What is exp(0)? Which score gives the probability 0?",
        edits=((_TOP_K, "scores[top_k:] = 0.0"),),
    ),
    Mistake(
        id="B55d",
        task="filter_logits",
        what="Keeps only what is greater than the k-th best score: k - 1 words.",
        hint="Does the k-th best word belong to the k best?",
        edits=((_TOP_K, "scores[scores <= scores[min(top_k, len(scores)) - 1]] = -math.inf"),),
    ),
    Mistake(
        id="B56",
        task="filter_logits",
        what="Keeps all words whose score equals the k-th best: more than k.",
        hint="Three equal scores and k = 2: how many words are left?",
        edits=((_TOP_K, "scores[scores < scores[min(top_k, len(scores)) - 1]] = -math.inf"),),
    ),
    Mistake(
        id="X748",
        task="filter_logits",
        what="Fails for a top_k larger than the vocabulary.",
        hint="What if there are fewer words than top_k?",
        edits=((_TOP_K, "scores[scores < scores.topk(top_k).values[-1]] = -math.inf"),),
    ),
    Mistake(
        id="X749",
        task="filter_logits",
        what="Of equal scores, the higher ids are kept.",
        hint="Which of two equal scores does your sort put first?",
        edits=(
            (
                _SORT,
                "scores, order = (logits / temperature).flip(0).sort(descending=True, stable=True)\n"
                "    order = len(logits) - 1 - order",
            ),
        ),
    ),
    Mistake(
        id="X750",
        task="filter_logits",
        what="Ignores top_k.",
        hint="Call it with top_k=1. How many words are left?",
        edits=((_TOP_K, "pass"),),
    ),
    Mistake(
        id="X751",
        task="filter_logits",
        what="Ignores top_p.",
        hint="Call it with top_p=0.01. How many words are left?",
        edits=((_IF_P, "if False:"),),
    ),
    Mistake(
        id="B58",
        task="filter_logits",
        what="Leaves out the word with which the mass crosses top_p (but keeps one).",
        hint="The smallest set whose mass *reaches* p: without the word that crosses the line, does it?",
        edits=((_DROPPED, "dropped = sorted_probs.cumsum(dim=0) > top_p"),),
    ),
    Mistake(
        id="X752",
        task="filter_logits",
        what="Leaves out the word with which the mass crosses top_p, and with a small top_p all words.",
        hint="How many words are left for top_p = 0.01? At the very least one has to be.",
        edits=((_DROPPED, "dropped = sorted_probs.cumsum(dim=0) > top_p"), (_ONE, "")),
    ),
    Mistake(
        id="B59a",
        task="filter_logits",
        what="Keeps one word too many.",
        hint="When the mass has reached p, is another word needed?",
        edits=((_ONE, "        dropped = F.pad(dropped[:-1], (1, 0))\n        dropped[0] = False\n"),),
    ),
    Mistake(
        id="X753",
        task="filter_logits",
        what="Goes on where the mass is exactly top_p: asks for more than p.",
        hint="Does a mass of exactly p reach p?",
        edits=((_DROPPED, "dropped = mass_before > top_p"),),
    ),
    Mistake(
        id="B59b",
        task="filter_logits",
        what="Collects the mass from the worst word upwards.",
        hint="Which words make the smallest set: the heaviest, or the lightest?",
        source="""
def filter_logits(logits, temperature, top_k=None, top_p=None):
    probs = right_filter_logits(logits, temperature, top_k)
    if temperature == 0 or top_p is None or top_p >= 1:
        return probs
    values, order = probs.sort(stable=True)
    dropped = values.cumsum(dim=0) - values >= top_p
    values = values.masked_fill(dropped, 0)
    return torch.zeros_like(probs).scatter(0, order, values / values.sum())
""",
    ),
    Mistake(
        id="B60",
        task="filter_logits",
        what="Returns the probabilities in sorted order, not in that of the ids.",
        hint="You sorted the scores. Whose probability stands at place 0 of your result?",
        edits=((_BACK, "return sorted_probs"),),
    ),
    Mistake(
        id="X754",
        task="filter_logits",
        what="Applies the mask of the sorted words to the unsorted probabilities.",
        hint="Scatter back through the permutation: to which words does your mask belong?",
        source="""
def filter_logits(logits, temperature, top_k=None, top_p=None):
    probs = right_filter_logits(logits, temperature, top_k)
    if temperature == 0 or top_p is None or top_p >= 1:
        return probs
    values = probs.sort(descending=True).values
    dropped = values.cumsum(dim=0) - values >= top_p
    dropped[0] = False
    probs = probs.masked_fill(dropped, 0)
    return probs / probs.sum()
""",
    ),
    Mistake(
        id="X755",
        task="filter_logits",
        what="Inverts the permutation wrongly: gathers where it has to scatter.",
        hint="`order` says which id stands at each place. Do you need that, or the place of each id?",
        edits=((_BACK, "return sorted_probs[order]"),),
    ),
    Mistake(
        id="X756",
        task="filter_logits",
        what="Top-p before top-k, or with the mass from before top-k.",
        hint="What is the mass of the best word after top-k? Of which probabilities do you take the sum?",
        edits=(
            (
                _IF_P,
                "if top_p is not None and top_p < 1:\n"
                "        full = (logits / temperature).sort(descending=True).values.softmax(dim=0)",
            ),
            ("mass_before = F.pad(sorted_probs.cumsum", "mass_before = F.pad(full.cumsum"),
        ),
    ),
    Mistake(
        id="X757",
        task="filter_logits",
        what="The temperature last: top-p takes the mass of scores that were not yet divided.",
        hint="Temperature, top-k, top-p: in which order do they stand in your function?",
        source="""
def filter_logits(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return right_filter_logits(logits, 0, top_k, top_p)
    kept = right_filter_logits(logits, 1.0, top_k, top_p) > 0
    return (logits / temperature).masked_fill(~kept, -math.inf).softmax(dim=0)
""",
    ),
    Mistake(
        id="X758",
        task="filter_logits",
        what="Does not normalise again after top-p.",
        hint="What do your probabilities add up to when some of them are taken away?",
        edits=((_AGAIN, ""),),
    ),
    Mistake(
        id="X759",
        task="filter_logits",
        what="Does not normalise again after top-k.",
        hint="What do your probabilities add up to when some of them are taken away?",
        edits=(
            (_TOP_K, "pass"),
            (
                _SOFTMAX,
                "sorted_probs = scores.softmax(dim=0)\n    if top_k is not None:\n        sorted_probs[top_k:] = 0.0",
            ),
        ),
    ),
    Mistake(
        id="X760",
        task="filter_logits",
        what="Returns scores, or log-probabilities, instead of probabilities.",
        hint="What should your result add up to?",
        edits=((_BACK, "return torch.zeros_like(sorted_probs).scatter(0, order, sorted_probs).log()"),),
    ),
    Mistake(
        id="X761",
        task="filter_logits",
        what="Takes top_p = 0 for no top_p.",
        hint="Is 0 the same as None? What is `if top_p` for each of them?",
        edits=((_IF_P, "if top_p and top_p < 1:"),),
    ),
    Mistake(
        id="X762",
        task="filter_logits",
        what="No exception for top_p >= 1: where the sum is rounded to 1, the rest of the words is lost.",
        hint="With top_p = 1, should a word with a tiny probability be lost? To what does your running sum round?",
        edits=((_IF_P, "if top_p is not None:"),),
    ),
    Mistake(
        id="X763",
        task="filter_logits",
        what="Writes into the scores that it was given.",
        hint="Which of your lines writes into the tensor that you were given?",
        source="""
def filter_logits(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return right_filter_logits(logits, 0)
    logits /= temperature
    if top_k is not None:
        logits[logits.sort(descending=True, stable=True).indices[top_k:]] = -math.inf
    return right_filter_logits(logits, 1.0, None, top_p)
""",
    ),
    Mistake(
        id="X764",
        task="filter_logits",
        what="Fails for top_k=None.",
        hint="What does your function do if no top_k is given?",
        edits=(("    if top_k is not None:\n", "    if top_k > 0:\n"),),
    ),
)

_READ = "logits, state = model(ids, state)"
_DRAW = "ids = torch.multinomial(probs, 1, generator=generator)[:, None]  # (1, 1)"
_PROBS = "probs = filter_logits(logits[-1, 0], temperature, top_k, top_p)"
_PROMPT = "ids = torch.tensor(prompt)[:, None]  # (T, 1): the whole prompt first, then one word at a time"
_RETURN = "return written"
_LOOP = "while len(written) < n:"

GENERATION: tuple[Mistake, ...] = (
    Mistake(
        id="B62a",
        task="generate",
        what="Always takes the best word: nothing is drawn.",
        hint="Write a thousand words with another generator. Any variety?",
        edits=((_DRAW, "ids = probs.argmax()[None, None]"),),
    ),
    Mistake(
        id="B62b",
        task="generate",
        what="Draws from scores instead of probabilities.",
        hint="What does `multinomial` want: scores, or probabilities? May they be negative?",
        edits=((_PROBS, "probs = logits[-1, 0]"),),
    ),
    Mistake(
        id="X771",
        task="generate",
        what="A softmax over what are probabilities already: much too even.",
        hint="What does `filter_logits` return? Does it need another softmax?",
        edits=((_DRAW, _DRAW.replace("probs, 1", "probs.softmax(dim=0), 1")),),
    ),
    Mistake(
        id="X772",
        task="generate",
        what="Draws evenly from all words that may come.",
        hint="Does a likely word come more often than an unlikely one?",
        edits=((_DRAW, _DRAW.replace("probs, 1", "(probs > 0).double(), 1")),),
    ),
    Mistake(
        id="B63a",
        task="generate",
        what="Seeds the generator at every call.",
        hint="Who resets the dice? Call it twice with one generator.",
        edits=(("    written = []\n", "    written = []\n    generator.manual_seed(0)\n"),),
    ),
    Mistake(
        id="B63b",
        task="generate",
        what="Draws from the global random state: the generator is not used.",
        hint="`torch.multinomial` takes a generator. Which one does it use if it is given none?",
        edits=((_DRAW, _DRAW.replace(", generator=generator", "")),),
    ),
    Mistake(
        id="X773",
        task="generate",
        what="Seeds the generator before every word: the same throw of the dice again and again.",
        hint="How often are the dice reset in one text?",
        edits=((_PROBS, _PROBS + "\n            generator.manual_seed(0)"),),
    ),
    Mistake(
        id="B64a",
        task="generate",
        what="Starts every word from `init_state`: what was read before is forgotten.",
        hint="Each call starts with amnesia. Which state does it get?",
        edits=((_READ, "logits, _ = model(ids, model.init_state(1))"),),
    ),
    Mistake(
        id="B64b",
        task="generate",
        what="Always goes on from the state after the prompt.",
        hint="Which state does the third word start from: that after the second one, or an older one?",
        edits=(
            (
                _READ,
                "logits, new = model(ids, state)\n            state = state if written else new",
            ),
        ),
    ),
    Mistake(
        id="B66",
        task="generate",
        what="Reads only the last word of the prompt.",
        hint="Warm up on the whole prompt. What has the model read when it writes its first word?",
        edits=((_PROMPT, "ids = torch.tensor(prompt[-1:])[:, None]"),),
    ),
    Mistake(
        id="X774",
        task="generate",
        what="Reads only the first word of the prompt.",
        hint="What has the model read when it writes its first word: the whole prompt?",
        edits=((_PROMPT, "ids = torch.tensor(prompt[:1])[:, None]"),),
    ),
    Mistake(
        id="X775",
        task="generate",
        what="Reads the prompt's last word twice: once with the prompt, once to begin.",
        hint="All of the prompt is read once. What did its last output predict already?",
        edits=(
            (
                _PROMPT,
                "ids = torch.tensor([*prompt, prompt[-1]])[:, None]",
            ),
        ),
    ),
    Mistake(
        id="B67",
        task="generate",
        what="Loses the first new word: what the prompt's last output predicted is read and never returned.",
        hint="What did the prompt's last output predict? Where is that word in your list?",
        source="""
def generate(model, prompt, n, generator, temperature=1.0, top_k=None, top_p=None):
    return right_generate(model, prompt, n + 1, generator, temperature, top_k, top_p)[1:]
""",
    ),
    Mistake(
        id="X776",
        task="generate",
        what="Takes the scores after the prompt's first word.",
        hint="Scores come for every word that was read. After which of them does the new text begin?",
        edits=((_PROBS, _PROBS.replace("logits[-1, 0]", "logits[0, 0]")),),
    ),
    Mistake(
        id="X777",
        task="generate",
        what="Gives the prompt as a row, (1, T): each word in a stream of its own.",
        hint="Which axis of the ids is time? Which shape does the model ask for?",
        edits=((_PROMPT, "ids = torch.tensor(prompt)[None, :]"),),
    ),
    Mistake(
        id="X778",
        task="generate",
        what="Reads the whole text again for every word, on top of the state that knows it already.",
        hint="How often does the model read each word? What is the state for?",
        edits=(
            (
                _DRAW,
                "new = torch.multinomial(probs, 1, generator=generator)[:, None]\n"
                "            ids = torch.cat([ids, new])",
            ),
            ("written.append(ids.item())", "written.append(new.item())"),
        ),
    ),
    Mistake(
        id="B68a",
        task="generate",
        what="Returns the prompt as well.",
        hint="Promise: exactly n new ids. Is the prompt new?",
        edits=((_RETURN, "return list(prompt) + written"),),
    ),
    Mistake(
        id="B68b",
        task="generate",
        what="One word too many.",
        hint="Promise: exactly n new ids. How often does your loop run?",
        edits=((_LOOP, "while len(written) <= n:"),),
    ),
    Mistake(
        id="B68c",
        task="generate",
        what="One word too few.",
        hint="Promise: exactly n new ids. How often does your loop run?",
        edits=((_LOOP, "while len(written) < n - 1:"),),
    ),
    Mistake(
        id="B68d",
        task="generate",
        what="n words together with the prompt.",
        hint="Promise: n *new* ids. Does the prompt count?",
        edits=((_LOOP, "while len(prompt) + len(written) < n:"),),
    ),
    Mistake(
        id="X779",
        task="generate",
        what="Writes one word even if none is asked for.",
        hint="How often does your loop run for n = 0?",
        edits=((_LOOP, "while len(written) < max(n, 1):"),),
    ),
    Mistake(
        id="X780",
        task="generate",
        what="Stops at <eos>.",
        hint="Promise: exactly n new ids. Is <eos> a word like any other here?",
        edits=((_LOOP, "while len(written) < n and 1 not in written:"),),
    ),
    Mistake(
        id="X781",
        task="generate",
        what="Never writes <unk>.",
        hint="Which words may come: all of the vocabulary, or did you take one out?",
        edits=((_PROBS, "logits[..., 0] = -math.inf\n            " + _PROBS),),
    ),
    Mistake(
        id="X782",
        task="generate",
        what="Ignores the temperature.",
        hint="Write with temperature 0.01 and with 10. Do the texts differ?",
        edits=((_PROBS, _PROBS.replace("temperature", "1.0")),),
    ),
    Mistake(
        id="X783",
        task="generate",
        what="Ignores top_k.",
        hint="Write with top_k=1 twice. Any variety?",
        edits=((_PROBS, _PROBS.replace("top_k", "None")),),
    ),
    Mistake(
        id="X784",
        task="generate",
        what="Ignores top_p.",
        hint="Write with a small top_p. Do unlikely words still come?",
        edits=((_PROBS, _PROBS.replace("top_p", "None")),),
    ),
    Mistake(
        id="B70a",
        task="generate",
        what="Writes with dropout: `eval` is never called.",
        hint="Should dropout have a say in what is written?",
        edits=(("    model.eval()\n", ""),),
    ),
    Mistake(
        id="B70b",
        task="generate",
        what="Builds a graph that nobody needs: `no_grad` is missing.",
        hint="What of a computation do you need only if you want to call `backward` afterwards?",
        edits=(("with torch.no_grad():", "if True:"),),
    ),
    Mistake(
        id="B43g",
        task="generate",
        what="Leaves the model in eval mode.",
        hint="Put the model back as you found it. In which mode was it?",
        edits=(("    model.train(was_training)\n", ""),),
    ),
    Mistake(
        id="X785",
        task="generate",
        what="Puts the model into training mode at the end, whatever it was in before.",
        hint="Put the model back as you found it. Was it in training mode?",
        edits=(("model.train(was_training)", "model.train()"),),
    ),
    Mistake(
        id="X786",
        task="generate",
        what="Appends the new words to the caller's prompt.",
        hint="Whose list do you append to? Print the prompt after the call.",
        edits=(
            (
                "written.append(ids.item())",
                "written.append(ids.item())\n            prompt.append(ids.item())",
            ),
        ),
    ),
    Mistake(
        id="X787",
        task="generate",
        what="Returns tensors instead of ints.",
        hint="What kind of thing is in your list?",
        edits=((_RETURN, "return [torch.tensor(i) for i in written]"),),
    ),
    Mistake(
        id="X788",
        task="generate",
        what="Returns one tensor instead of a list.",
        hint="What does the signature promise: a tensor, or a list?",
        edits=((_RETURN, "return torch.tensor(written)"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*FILTER, *GENERATION)
