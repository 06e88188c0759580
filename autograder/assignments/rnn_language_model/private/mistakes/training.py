"""Known mistakes in `sgd_step_`, `train_epoch` and `evaluate`."""

from autograder.grading.mistakes import Mistake

_CLIP = "norm = nn.utils.clip_grad_norm_(model.parameters(), clip)"
_MOVE = "parameter -= lr * parameter.grad"
_CLEAR = "    model.zero_grad()\n"
_BACK = "    loss.backward()\n"

STEP: tuple[Mistake, ...] = (
    Mistake(
        id="B38",
        task="sgd_step_",
        what="Never clears the gradients: those of all earlier steps are added.",
        hint="Print the norm at every step on the same loss. Why does it grow?",
        edits=((_CLEAR, ""),),
    ),
    Mistake(
        id="X601",
        task="sgd_step_",
        what="Clears the gradients at the end: what was there before the first step is added.",
        hint="Somebody may have called `backward` before your function. When do you clear what that has left?",
        edits=((_CLEAR, ""), ("    return float(norm)", "    model.zero_grad()\n    return float(norm)")),
    ),
    Mistake(
        id="X602",
        task="sgd_step_",
        what="Clears the gradients after `backward`: nothing is left to step along.",
        hint="Clear, back-propagate, clip, move. In which order do they stand in your function?",
        edits=((_CLEAR, ""), (_BACK, _BACK + _CLEAR)),
    ),
    Mistake(
        id="X603",
        task="sgd_step_",
        what="Does not clip, or clips when the step is already done.",
        hint="When are the gradients clipped: before the parameters move, or afterwards?",
        edits=((_CLIP, "norm = nn.utils.clip_grad_norm_(model.parameters(), math.inf)"),),
    ),
    Mistake(
        id="X604",
        task="sgd_step_",
        what="Clips every parameter by a norm of its own.",
        hint="One norm for the whole model. What does clipping each tensor alone do to the direction?",
        edits=(
            (
                _CLIP,
                "norm = nn.utils.clip_grad_norm_(model.parameters(), math.inf)\n"
                "    for parameter in model.parameters():\n"
                "        nn.utils.clip_grad_norm_([parameter], clip)",
            ),
        ),
    ),
    Mistake(
        id="X605",
        task="sgd_step_",
        what="Clips every number of the gradient by value.",
        hint="Should clipping turn the gradient into another direction?",
        edits=(
            (
                _CLIP,
                "norm = nn.utils.clip_grad_norm_(model.parameters(), math.inf)\n"
                "    nn.utils.clip_grad_value_(model.parameters(), clip)",
            ),
        ),
    ),
    Mistake(
        id="X606",
        task="sgd_step_",
        what="Scales the gradients to the norm `clip` even when they are shorter.",
        hint="What if the gradient was short already?",
        source="""
def sgd_step_(model, loss, lr, clip):
    model.zero_grad()
    loss.backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm().item()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * clip / norm * p.grad
    return norm
""",
    ),
    Mistake(
        id="X607",
        task="sgd_step_",
        what="Returns the norm after clipping.",
        hint="Which norm tells you how wild the gradient was: that before clipping, or that after it?",
        edits=(("return float(norm)", "return min(float(norm), clip)"),),
    ),
    Mistake(
        id="X608",
        task="sgd_step_",
        what="Returns a tensor instead of a float.",
        hint="What does your function return: a number, or a tensor that holds one?",
        edits=(("return float(norm)", "return norm"),),
    ),
    Mistake(
        id="X609",
        task="sgd_step_",
        what="Returns the loss instead of the norm.",
        hint="What does the first line of the docstring's `Returns` ask for?",
        edits=(("return float(norm)", "return loss.item()"),),
    ),
    Mistake(
        id="X610",
        task="sgd_step_",
        what="Moves along the gradient: the loss grows.",
        hint="A gradient points uphill. Which way do you want to go?",
        edits=((_MOVE, "parameter += lr * parameter.grad"),),
    ),
    Mistake(
        id="X611",
        task="sgd_step_",
        what="Makes new tensors and never changes the model.",
        hint="After your function, has the model's own parameter moved, or only a name of yours?",
        edits=((_MOVE, "parameter = parameter - lr * parameter.grad"),),
    ),
    Mistake(
        id="X612",
        task="sgd_step_",
        what="Writes into leaves that require a gradient: PyTorch refuses.",
        hint="The step itself is no part of the model's computation. How do you tell PyTorch so?",
        edits=(("with torch.no_grad():", "if True:"),),
    ),
    Mistake(
        id="X613",
        task="sgd_step_",
        what="Fails where a parameter has no gradient.",
        hint="What is the .grad of a parameter that the loss does not depend on?",
        edits=(("if parameter.grad is not None:", "if True:"),),
    ),
    Mistake(
        id="X614",
        task="sgd_step_",
        what="Forgets the learning rate.",
        hint="Double lr. Does your step get longer?",
        edits=((_MOVE, "parameter -= parameter.grad"),),
    ),
    Mistake(
        id="X615",
        task="sgd_step_",
        what="Returns the square of the norm: the root is missing.",
        hint="What is the last step from a sum of squares to a length?",
        source="""
def sgd_step_(model, loss, lr, clip):
    return right_sgd_step_(model, loss, lr, clip) ** 2
""",
    ),
    Mistake(
        id="X616",
        task="sgd_step_",
        what="Walks through all modules and, inside each, through all its parameters: nested ones move several times.",
        hint="`model.modules()` lists the model itself, too. How often does a parameter come up in your loops?",
        edits=(
            (
                "        for parameter in model.parameters():\n",
                "        for parameter in (p for module in model.modules() for p in module.parameters()):\n",
            ),
        ),
    ),
    Mistake(
        id="X617",
        task="sgd_step_",
        what="Divides 0 by 0: gradients of zero make the parameters NaN.",
        hint="What happens in your function when the norm is exactly 0?",
        source="""
def sgd_step_(model, loss, lr, clip):
    model.zero_grad()
    loss.backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * norm.clamp(max=clip) / norm * p.grad
    return norm.item()
""",
    ),
    Mistake(
        id="X618",
        task="sgd_step_",
        what="The mean, the sum or the greatest of the tensors' norms instead of one global norm.",
        hint="Think of all gradients as one long vector. What is its length?",
        source="""
def sgd_step_(model, loss, lr, clip):
    model.zero_grad()
    loss.backward()
    norm = sum(p.grad.norm().item() for p in model.parameters() if p.grad is not None)
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * min(1.0, clip / (norm + 1e-6)) * p.grad
    return norm
""",
    ),
)

_READ = "logits, state = model(data, repackage(state))"
_LOSS = "loss = F.cross_entropy(logits.flatten(0, 1), target)"
_ADD = "total += loss.item() * len(target)  # a number: the loss itself would keep its graph alive"
_START = "state = model.init_state(source.shape[1])"
_WINDOWS = "for i in range(0, len(source) - 1, bptt):"
_BATCH = "data, target = get_batch(source, i, bptt)"

EPOCH: tuple[Mistake, ...] = (
    Mistake(
        id="B30t",
        task="train_epoch",
        what="Never cuts the graph, or throws away what `repackage` returns: windows reach back to the first.",
        hint="How far back does the graph reach? If you call `repackage`, what becomes of its result?",
        edits=((_READ, "logits, state = model(data, state)"),),
    ),
    Mistake(
        id="B32t",
        task="train_epoch",
        what="Cuts the graph of h by hand, and forgets c.",
        hint="An LSTM's state is a pair. Which half still remembers the graph?",
        edits=(
            (
                _READ,
                "logits, state = model(data, (state[0].detach(), state[1]) if isinstance(state, tuple) "
                "else state.detach())",
            ),
        ),
    ),
    Mistake(
        id="X621",
        task="train_epoch",
        what="Cuts the graph of a tensor only: an LSTM's pair has no `detach`.",
        hint="What is the state of a GRU, and what is that of an LSTM?",
        edits=((_READ, "logits, state = model(data, state.detach())"),),
    ),
    Mistake(
        id="X622",
        task="train_epoch",
        what="Takes every state for a pair.",
        hint="What is the state of an LSTM, and what is that of a GRU?",
        edits=((_READ, "logits, state = model(data, (state[0].detach(), state[1].detach()))"),),
    ),
    Mistake(
        id="B51t",
        task="train_epoch",
        what="Starts every window from `init_state`, or drops the state that the model returns.",
        hint="Does the second window go on where the first one ended? Which state does it start from?",
        edits=((_READ, "logits, _ = model(data, repackage(state))"),),
    ),
    Mistake(
        id="B35t",
        task="train_epoch",
        what="Goes on with the state of the epoch before.",
        hint="A new epoch begins at the beginning of the text. Whose memory is that?",
        edits=(
            (
                _START,
                "state = getattr(model, 'memory', None)\n"
                "    if state is None or model.memory_size != source.shape[1]:\n"
                "        state = model.init_state(source.shape[1])",
            ),
            (
                "    return total / tokens",
                "    model.memory, model.memory_size = repackage(state), source.shape[1]\n    return total / tokens",
            ),
        ),
    ),
    Mistake(
        id="B36t",
        task="train_epoch",
        what="Asks for as many states as there are rows, not streams.",
        hint="Which axis of `source` counts the streams? How many states are needed?",
        edits=((_START, "state = model.init_state(len(source))"),),
    ),
    Mistake(
        id="B34",
        task="train_epoch",
        what="Shuffles the windows, while the state is carried from one to the next.",
        hint="Does the next window continue the one before?",
        edits=(
            (
                _WINDOWS,
                "for i in random.sample(range(0, len(source) - 1, bptt), len(range(0, len(source) - 1, bptt))):",
            ),
        ),
    ),
    Mistake(
        id="B14t",
        task="train_epoch",
        what="Flattens scores and targets in different orders.",
        hint="Which prediction sits in row 1 of the flattened scores, and which word in place 1 of the targets?",
        edits=((_LOSS, "loss = F.cross_entropy(logits.transpose(0, 1).flatten(0, 1), target)"),),
    ),
    Mistake(
        id="B15t",
        task="train_epoch",
        what="Reshapes the scores to (T, V, B) where the axes have to be moved.",
        hint="Cross-entropy wants the classes in dim 1. Does `view` move an axis, or only rename it?",
        edits=(
            (
                _LOSS,
                "loss = F.cross_entropy(logits.reshape(data.shape[0], -1, data.shape[1]), target.view(data.shape))",
            ),
        ),
    ),
    Mistake(
        id="B20t",
        task="train_epoch",
        what="NLLLoss on raw scores: the loss can be negative.",
        hint="Can surprise be negative? What does `nll_loss` expect: scores, or log-probabilities?",
        edits=((_LOSS, "loss = F.nll_loss(logits.flatten(0, 1), target)"),),
    ),
    Mistake(
        id="X623",
        task="train_epoch",
        what="A softmax before the cross-entropy, which brings its own.",
        hint="Cross-entropy applies the softmax itself. How often is it applied here?",
        edits=((_LOSS, "loss = F.cross_entropy(logits.flatten(0, 1).softmax(dim=1), target)"),),
    ),
    Mistake(
        id="X624",
        task="train_epoch",
        what="Takes what was read for what is to be predicted.",
        hint="What is the model asked to predict: the word it has just read, or the next one?",
        edits=((_LOSS, "loss = F.cross_entropy(logits.flatten(0, 1), data.flatten())"),),
    ),
    Mistake(
        id="B39",
        task="train_epoch",
        what="Adds up tensors with their graphs, and returns one.",
        hint="Add numbers, not graphs. What kind of thing is your total?",
        edits=((_ADD, "total += loss * len(target)"),),
    ),
    Mistake(
        id="B44t",
        task="train_epoch",
        what="The mean of the windows' means: a short last window weighs as much as a long one.",
        hint="Do three words deserve the weight of thirty? Weight each window by its words.",
        edits=((_ADD, "total += loss.item()"), ("tokens += len(target)", "tokens += 1")),
    ),
    Mistake(
        id="B46t",
        task="train_epoch",
        what="Divides by all words of the text, the first row among them, which nobody predicts.",
        hint="How many predictions were made? Is that as many as there are words?",
        edits=(("return total / tokens", "return total / source.numel()"),),
    ),
    Mistake(
        id="B47t",
        task="train_epoch",
        what="Drops the last window when it is short.",
        hint="Seven predictions in windows of three: what becomes of the last one?",
        edits=((_WINDOWS, "for i in range(0, len(source) - bptt, bptt):"),),
    ),
    Mistake(
        id="B48t",
        task="train_epoch",
        what="Cuts the windows before it shifts them: the first word of each is never predicted.",
        hint="Who predicts the first word of the second window?",
        edits=(
            (_WINDOWS, "for part in (w for w in source.split(bptt) if len(w) > 1):"),
            (_BATCH, "data, target = part[:-1], part[1:].flatten()"),
        ),
    ),
    Mistake(
        id="X625",
        task="train_epoch",
        what="Windows that overlap: moves on by one row instead of bptt.",
        hint="How often is each word predicted in one epoch? By how many rows does your loop move on?",
        edits=((_WINDOWS, "for i in range(len(source) - 1):"),),
    ),
    Mistake(
        id="X626",
        task="train_epoch",
        what="Leaves the model in the mode in which it came.",
        hint="Dropout is for training. Who switches it on?",
        edits=(("    model.train()\n", ""),),
    ),
    Mistake(
        id="X627",
        task="train_epoch",
        what="Gives `step` a loss without a graph: detached, a number in a tensor, or computed under no_grad.",
        hint="What does `step` need of the loss to be able to back-propagate?",
        edits=(("step(loss)", "step(loss.detach())"),),
    ),
    Mistake(
        id="X628",
        task="train_epoch",
        what="Gives `step` a Python number.",
        hint="Can a float be differentiated? What does `step` expect?",
        edits=(("step(loss)", "step(loss.item())"),),
    ),
    Mistake(
        id="X629",
        task="train_epoch",
        what="Gives `step` the sum over the window instead of its mean.",
        hint="Should the length of a window change the size of a step? Sum or mean?",
        edits=(("step(loss)", "step(loss * len(target))"),),
    ),
    Mistake(
        id="X630",
        task="train_epoch",
        what="Calls `backward` itself, and `step` does so again.",
        hint="Whose task is it to call `backward`: your loop's, or that of `step`?",
        edits=(("step(loss)", "loss.backward()\n        step(loss)"),),
    ),
    Mistake(
        id="X631",
        task="train_epoch",
        what="Never calls `step`.",
        hint="Which line of yours changes the model?",
        edits=(("        step(loss)\n", ""),),
    ),
    Mistake(
        id="X632",
        task="train_epoch",
        what="Calls `step` once, at the end, with the last window's loss.",
        hint="How often is the model to be updated in one epoch?",
        edits=(
            ("        step(loss)\n", ""),
            ("    return total / tokens", "    step(loss)\n    return total / tokens"),
        ),
    ),
    Mistake(
        id="X633",
        task="train_epoch",
        what="Returns the perplexity instead of the mean loss.",
        hint="Nats or perplexity: which of the two is asked for?",
        edits=(("return total / tokens", "return math.exp(total / tokens)"),),
    ),
    Mistake(
        id="X634",
        task="train_epoch",
        what="Returns the sum of all losses instead of their mean.",
        hint="Is your result that of a word, or that of the whole text?",
        edits=(("return total / tokens", "return total"),),
    ),
    Mistake(
        id="X635",
        task="train_epoch",
        what="Returns the loss of the last window.",
        hint="Over which windows is the mean to be taken?",
        edits=(("return total / tokens", "return loss.item()"),),
    ),
    Mistake(
        id="X636",
        task="train_epoch",
        what="Gives the model its ids with the streams first, (B, T).",
        hint="Which axis of the ids is time? Which shape does the model ask for?",
        edits=((_READ, "logits, state = model(data.T.contiguous(), repackage(state))"),),
    ),
    Mistake(
        id="X637",
        task="train_epoch",
        what="Cuts the graph at every row, inside the windows too.",
        hint="Inside a window, should the loss of the last row still reach the first one?",
        edits=(
            (
                _READ,
                "scores = []\n"
                "        for row in data:\n"
                "            logits, state = model(row[None], repackage(state))\n"
                "            scores.append(logits)\n"
                "        logits = torch.cat(scores)",
            ),
        ),
    ),
)

_SUM = 'total += F.cross_entropy(logits.flatten(0, 1), target, reduction="sum").item()'

EVALUATION: tuple[Mistake, ...] = (
    Mistake(
        id="B42",
        task="evaluate",
        what="Measures with dropout: `eval` is never called.",
        hint="Evaluate twice. Is it the same number?",
        edits=(("    model.eval()\n", ""),),
    ),
    Mistake(
        id="B43a",
        task="evaluate",
        what="Leaves the model in eval mode.",
        hint="Put the model back as you found it. In which mode was it?",
        edits=(("    model.train(was_training)\n", ""),),
    ),
    Mistake(
        id="B43b",
        task="evaluate",
        what="Puts the model into training mode at the end, whatever it was in before.",
        hint="Put the model back as you found it. Was it in training mode?",
        edits=(("model.train(was_training)", "model.train()"),),
    ),
    Mistake(
        id="B44e",
        task="evaluate",
        what="The mean of the windows' means: a short last window weighs as much as a long one.",
        hint="Weight each window by its words. Is the mean of means the mean of all?",
        edits=(
            (_SUM, "total += F.cross_entropy(logits.flatten(0, 1), target).item()"),
            ("tokens += len(target)", "tokens += 1"),
        ),
    ),
    Mistake(
        id="X641",
        task="evaluate",
        what="Weights every window as a full one, and divides by the words there are.",
        hint="How many words has the last window? Which weight do you give it?",
        edits=(
            (_SUM, "total += F.cross_entropy(logits.flatten(0, 1), target).item() * bptt * source.shape[1]"),
        ),
    ),
    Mistake(
        id="B46e",
        task="evaluate",
        what="Divides by all words of the text, the first row among them, which nobody predicts.",
        hint="How many predictions were made? Is that as many as there are words?",
        edits=(("return total / tokens", "return total / source.numel()"),),
    ),
    Mistake(
        id="X642",
        task="evaluate",
        what="Counts rows instead of words: the result is that of all streams together.",
        hint="How many words are predicted in one row of the text?",
        edits=(("tokens += len(target)", "tokens += len(data)"),),
    ),
    Mistake(
        id="B47e",
        task="evaluate",
        what="Drops the last window when it is short.",
        hint="Count the words that were scored. Are there as many as predictions in the text?",
        edits=(
            (_WINDOWS, "for i in range(0, len(source) - bptt, bptt):"),
            ("return total / tokens", "return total / max(1, tokens)"),
        ),
    ),
    Mistake(
        id="B48e",
        task="evaluate",
        what="Cuts the windows before it shifts them: the first word of each is never predicted.",
        hint="Who predicts the first word of the second window?",
        edits=(
            (_WINDOWS, "for part in (w for w in source.split(bptt) if len(w) > 1):"),
            (_BATCH, "data, target = part[:-1], part[1:].flatten()"),
            ("return total / tokens", "return total / max(1, tokens)"),
        ),
    ),
    Mistake(
        id="B51e",
        task="evaluate",
        what="Starts every window from `init_state`, or drops the state that the model returns.",
        hint="Should it change the score where the text is cut?",
        edits=(("logits, state = model(data, state)", "logits, _ = model(data, state)"),),
    ),
    Mistake(
        id="B35e",
        task="evaluate",
        what="Goes on with the state that the last call left.",
        hint="Evaluate twice. Whose memory does the second time start with?",
        edits=(
            (
                _START,
                "state = getattr(model, 'memory', None)\n"
                "    if state is None or model.memory_size != source.shape[1]:\n"
                "        state = model.init_state(source.shape[1])",
            ),
            (
                "    return total / tokens",
                "    model.memory, model.memory_size = state, source.shape[1]\n    return total / tokens",
            ),
        ),
    ),
    Mistake(
        id="B36e",
        task="evaluate",
        what="Asks for another number of states than there are streams.",
        hint="How many streams are there now? Which axis of `source` counts them?",
        edits=((_START, "state = model.init_state(len(source))"),),
    ),
    Mistake(
        id="B14e",
        task="evaluate",
        what="Flattens scores and targets in different orders.",
        hint="Which prediction sits in row 1 of the flattened scores, and which word in place 1 of the targets?",
        edits=((_SUM, _SUM.replace("logits.flatten", "logits.transpose(0, 1).flatten")),),
    ),
    Mistake(
        id="B15e",
        task="evaluate",
        what="Reshapes the scores to (T, V, B) where the axes have to be moved.",
        hint="Cross-entropy wants the classes in dim 1. Does `view` move an axis, or only rename it?",
        edits=(
            (
                _SUM,
                "scores = logits.reshape(data.shape[0], -1, data.shape[1])\n"
                '            total += F.cross_entropy(scores, target.view(data.shape), reduction="sum").item()',
            ),
        ),
    ),
    Mistake(
        id="B20e",
        task="evaluate",
        what="NLLLoss on raw scores: the result can be negative.",
        hint="Can surprise be negative? What does `nll_loss` expect: scores, or log-probabilities?",
        edits=((_SUM, _SUM.replace("cross_entropy", "nll_loss")),),
    ),
    Mistake(
        id="X643",
        task="evaluate",
        what="A softmax before the cross-entropy, which brings its own.",
        hint="Cross-entropy applies the softmax itself. How often is it applied here?",
        edits=((_SUM, _SUM.replace("flatten(0, 1)", "flatten(0, 1).softmax(dim=1)")),),
    ),
    Mistake(
        id="X644",
        task="evaluate",
        what="Takes what was read for what is to be predicted.",
        hint="What is the model asked to predict: the word it has just read, or the next one?",
        edits=((_SUM, _SUM.replace("target", "data.flatten()")),),
    ),
    Mistake(
        id="X645",
        task="evaluate",
        what="Builds a graph that nobody needs: `no_grad` is missing.",
        hint="What of a computation do you need only if you want to call `backward` afterwards?",
        edits=(("with torch.no_grad():", "if True:"),),
    ),
    Mistake(
        id="X646",
        task="evaluate",
        what="Returns the perplexity instead of the mean nats.",
        hint="Nats or perplexity: which of the two is asked for?",
        edits=(("return total / tokens", "return math.exp(total / tokens)"),),
    ),
    Mistake(
        id="X647",
        task="evaluate",
        what="Returns the sum of all nats instead of their mean.",
        hint="Is your result that of a word, or that of the whole text?",
        edits=(("return total / tokens", "return total"),),
    ),
    Mistake(
        id="X648",
        task="evaluate",
        what="Bits instead of nats.",
        hint="Which logarithm makes nats, which one makes bits?",
        edits=(("return total / tokens", "return total / tokens / math.log(2)"),),
    ),
    Mistake(
        id="X649",
        task="evaluate",
        what="Returns a tensor instead of a float.",
        hint="What does your function return: a number, or a tensor that holds one?",
        edits=((_SUM, _SUM.removesuffix(".item()")),),
    ),
    Mistake(
        id="X650",
        task="evaluate",
        what="Windows that overlap: moves on by one row instead of bptt.",
        hint="How often is each word predicted? By how many rows does your loop move on?",
        edits=((_WINDOWS, "for i in range(len(source) - 1):"),),
    ),
    Mistake(
        id="X651",
        task="evaluate",
        what="Returns the loss of the last window.",
        hint="Over which windows is the mean to be taken?",
        edits=(
            (_SUM, "total = F.cross_entropy(logits.flatten(0, 1), target).item()"),
            ("return total / tokens", "return total"),
        ),
    ),
    Mistake(
        id="X652",
        task="evaluate",
        what="Gives the model its ids with the streams first, (B, T).",
        hint="Which axis of the ids is time? Which shape does the model ask for?",
        edits=(("model(data, state)", "model(data.T.contiguous(), state)"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*STEP, *EPOCH, *EVALUATION)
