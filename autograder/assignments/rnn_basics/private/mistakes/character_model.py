"""Known mistakes in the tasks on the character model."""

from autograder.grading.mistakes import Mistake

_ZEROS = "h = self.b.new_zeros(ids.shape[1], len(self.b))"
_ONE_HOT = "x = F.one_hot(ids, self.W_xh.shape[1]).to(self.b.dtype)"
_RUN = "states, h = rnn_forward(x, h, self.W_xh, self.W_hh, self.b)"
_RETURN = "return self.decoder(states), h"
_UPDATE = "optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"

_MODEL_MISTAKES = (
    Mistake(
        id="A06b",
        task="CharRNN",
        what="The one-hot input, the default state, or both are float32, whatever the dtype of the weights.",
        hint="Of which dtype are the weights after model.double()? And the tensors that you make yourself?",
        edits=(
            (_ONE_HOT, "x = F.one_hot(ids, self.W_xh.shape[1]).float()"),
            (_ZEROS, "h = torch.zeros(ids.shape[1], len(self.b))"),
        ),
    ),
    Mistake(
        id="A06e",
        task="CharRNN",
        what="The default state has as many rows as there are steps.",
        hint="ids are (T, B). How many rows has the state, and which axis of ids tells it?",
        edits=((_ZEROS, "h = self.b.new_zeros(ids.shape[0], len(self.b))"),),
    ),
    Mistake(
        id="A08b",
        task="CharRNN",
        what="A given state is ignored: always starts from zeros.",
        hint="Which line reads h? Cut the text in two: does the second half remember the first?",
        edits=(("        if h is None:\n            h = ", "        h = "),),
    ),
    Mistake(
        id="A12d",
        task="CharRNN",
        what="Reads the text from its end.",
        hint="Change only the last letter. Which scores may move?",
        edits=((_RUN, "states, h = rnn_forward(x.flip(0), h, self.W_xh, self.W_hh, self.b)"),),
    ),
    Mistake(
        id="A09b",
        task="CharRNN",
        what="Takes ids for (B, T).",
        hint="Which axis of ids is time here? And of the scores that you return?",
        edits=(
            (_ONE_HOT, _ONE_HOT.replace("(ids,", "(ids.T,")),
            ("ids.shape[1]", "ids.shape[0]"),
            (_RETURN, "return self.decoder(states).transpose(0, 1), h"),
        ),
    ),
    Mistake(
        id="A64d",
        task="CharRNN",
        what="The scores go through a softmax.",
        hint="Your loss brings a softmax of its own. How low can it get if the scores lie between 0 and 1 already?",
        edits=((_RETURN, "return self.decoder(states).softmax(dim=-1), h"),),
    ),
    Mistake(
        id="A64e",
        task="CharRNN",
        what="The scores go through a log-softmax.",
        hint="What does the loss expect, raw scores or log-probabilities? Which of the two do you return?",
        edits=((_RETURN, "return self.decoder(states).log_softmax(dim=-1), h"),),
    ),
    Mistake(
        id="X181",
        task="CharRNN",
        what="Returns all states instead of the last one.",
        hint="Which shape has the second result under “Returns”?",
        edits=((_RETURN, "return self.decoder(states), states"),),
    ),
    Mistake(
        id="X182",
        task="CharRNN",
        what="Returns the state it started from.",
        hint="Which state does the next piece of text need: the one before this piece, or after it?",
        edits=((_RUN, "states, _ = rnn_forward(x, h, self.W_xh, self.W_hh, self.b)"),),
    ),
    Mistake(
        id="X183",
        task="CharRNN",
        what="Returns the scores of the last step only.",
        hint="How many letters were read? After how many of them are scores asked for?",
        edits=((_RETURN, "return self.decoder(h), h"),),
    ),
    Mistake(
        id="X184",
        task="CharRNN",
        what="The scores of each step are made from the state before it.",
        hint="Change ids[t]. Do the scores at t change?",
        edits=((_RUN, f"start = h\n        {_RUN}\n        states = torch.cat([start[None], states[:-1]])"),),
    ),
    Mistake(
        id="X185",
        task="CharRNN",
        what="Every letter is read from the initial state: no memory.",
        hint="Change the first letter. Do the later scores notice?",
        edits=(
            (_RUN, "states = torch.stack([rnn_step(x_t, h, self.W_xh, self.W_hh, self.b) for x_t in x])"),
        ),
    ),
    Mistake(
        id="X186",
        task="CharRNN",
        what="Detaches the state that is given.",
        hint="Can a loss on these scores still reach the state that was handed in?",
        edits=((_RUN, "states, h = rnn_forward(x, h.detach(), self.W_xh, self.W_hh, self.b)"),),
    ),
    Mistake(
        id="X187",
        task="CharRNN",
        what="The weights are plain tensors, not parameters: no optimiser finds them.",
        hint="What does list(model.parameters()) show? Which of your weights are missing there?",
        edits=(
            (
                "nn.Parameter(torch.empty(hidden_size, vocab_size).uniform_(-bound, bound))",
                "torch.empty(hidden_size, vocab_size).uniform_(-bound, bound)",
            ),
            (
                "nn.Parameter(torch.empty(hidden_size, hidden_size).uniform_(-bound, bound))",
                "torch.empty(hidden_size, hidden_size).uniform_(-bound, bound)",
            ),
            ("nn.Parameter(torch.zeros(hidden_size))", "torch.zeros(hidden_size)"),
        ),
    ),
    Mistake(
        id="X188",
        task="CharRNN",
        what="Dropout, which was not asked for.",
        hint="Call the model twice in training mode. Why do the scores differ?",
        edits=((_RETURN, "return self.decoder(F.dropout(states, 0.5, self.training)), h"),),
    ),
    Mistake(
        id="X189",
        task="CharRNN",
        what="The output layer is made anew at every call.",
        hint="Call the model twice. In which of your two methods must a layer be made, so that it can learn?",
        edits=((_RETURN, "return nn.Linear(*self.W_xh.shape)(states), h"),),
    ),
    Mistake(
        id="X190",
        task="CharRNN",
        what="Keeps its state from call to call, although none was given.",
        hint="Call the model twice with the same text and no state. Where does the second answer's past come from?",
        edits=(
            (_ZEROS, f'{_ZEROS} if getattr(self, "last", None) is None else self.last'),
            (_RETURN, "self.last = h.detach()\n        return self.decoder(states), h"),
        ),
    ),
    Mistake(
        id="X191",
        task="CharRNN",
        what="Returns the scores alone.",
        hint="How many results are named under “Returns”?",
        edits=((_RETURN, "return self.decoder(states)"),),
    ),
    Mistake(
        id="X192",
        task="CharRNN",
        what="Detaches the states between the steps, so that nothing can be learnt about memory.",
        hint="What does the loss at the last letter tell the first step? Is there a way back to it?",
        edits=(
            (
                _RUN,
                "states = []\n        for x_t in x:\n"
                "            h = rnn_step(x_t, h.detach(), self.W_xh, self.W_hh, self.b)\n"
                "            states.append(h)\n        states = torch.stack(states)",
            ),
        ),
    ),
    Mistake(
        id="X193",
        task="CharRNN",
        what="The scores are made from the input, not from the state.",
        hint="What does the last layer read: what came in, or what the network remembers?",
        edits=(
            ("self.decoder = nn.Linear(hidden_size", "self.decoder = nn.Linear(vocab_size"),
            (_RETURN, "return self.decoder(x), h"),
        ),
    ),
)

_FIT_MISTAKES = (
    Mistake(
        id="X126",
        task="fit_hello",
        what="Predicts the letter that was just read.",
        hint="What is the model asked to predict: the letter it sees, or the next one?",
        edits=(("ids[1:])", "ids[:-1])"),),
    ),
    Mistake(
        id="X127",
        task="fit_hello",
        what="The loss is summed over the letters.",
        hint="Nats per letter: by what do you divide?",
        edits=(("ids[1:])", 'ids[1:], reduction="sum")'),),
    ),
    Mistake(
        id="X128",
        task="fit_hello",
        what="The loss is taken after the update.",
        hint="The loss of a step is what the model cost *before* it learnt from it. When do you measure it?",
        edits=(
            (
                "losses.append(loss.item())",
                "losses.append(F.cross_entropy(model(ids[:-1, None])[0][:, 0], ids[1:]).item())",
            ),
        ),
    ),
    Mistake(
        id="A65a",
        task="fit_hello",
        what="zero_grad is missing.",
        hint="Print the gradient's norm at each step. What does backward do to a gradient that is there already?",
        edits=(("        optimizer.zero_grad()\n", ""),),
    ),
    Mistake(
        id="A65b",
        task="fit_hello",
        what="The model never learns: zero_grad stands between backward and step, or step is missing.",
        hint="The losses do not fall. Does the optimiser make a step, and what does it find in the gradients then?",
        edits=((_UPDATE, "loss.backward()\n        optimizer.zero_grad()\n        optimizer.step()\n"),),
    ),
    Mistake(
        id="X129",
        task="fit_hello",
        what="A new optimiser at every step: Adam forgets its averages.",
        hint="Adam remembers past gradients. How old can its memory be in your loop?",
        edits=(
            (
                "optimizer.zero_grad()",
                "optimizer = torch.optim.Adam(model.parameters(), lr=lr)\n        optimizer.zero_grad()",
            ),
        ),
    ),
    Mistake(
        id="X139",
        task="fit_hello",
        what="SGD instead of Adam.",
        hint="Which optimiser does the task name?",
        edits=(("torch.optim.Adam", "torch.optim.SGD"),),
    ),
    Mistake(
        id="X148",
        task="fit_hello",
        what="lr is ignored: Adam's default is used.",
        hint="Which of your lines reads lr?",
        edits=((", lr=lr", ""),),
    ),
    Mistake(
        id="A64f",
        task="fit_hello",
        what="A softmax before the cross-entropy.",
        hint="Your loss stops at log(1 + (V - 1) / e). Why? What does cross_entropy do to the scores itself?",
        edits=(("F.cross_entropy(logits[:, 0]", "F.cross_entropy(logits[:, 0].softmax(dim=-1)"),),
    ),
    Mistake(
        id="X149",
        task="fit_hello",
        what="The letters are numbered by first appearance.",
        hint="Which number has the letter h in “hello”? In which order does the task number the letters?",
        edits=(("letters = sorted(set(text))", "letters = list(dict.fromkeys(text))"),),
    ),
    Mistake(
        id="X150",
        task="fit_hello",
        what="Wraps round: the first letter is to be predicted from the last.",
        hint="Which letter comes after the last one? How many predictions does a text of 5 letters have?",
        edits=(("ids[:-1, None]", "ids[:, None]"), ("ids[1:])", "ids.roll(-1))")),
    ),
    Mistake(
        id="X158",
        task="fit_hello",
        what="The losses are in bits.",
        hint="Which logarithm gives nats? What is the loss of a model that knows nothing about 4 letters?",
        edits=(("loss.item()", "loss.item() / math.log(2)"),),
    ),
    Mistake(
        id="X159",
        task="fit_hello",
        what="Collects the losses as tensors, graphs and all.",
        hint="Of which type are your losses? What hangs on each of them?",
        edits=(("loss.item()", "loss"),),
    ),
    Mistake(
        id="X170",
        task="fit_hello",
        what="Returns the last loss alone.",
        hint="How many losses are asked for?",
        edits=(("return losses", "return losses[-1]"),),
    ),
    Mistake(
        id="X175",
        task="fit_hello",
        what="Learns from the last letter's prediction only.",
        hint="How many letters of the text are predicted, and how many count in your loss?",
        edits=(("logits[:, 0], ids[1:])", "logits[-1], ids[-1:])"),),
    ),
    Mistake(
        id="X179",
        task="fit_hello",
        what="Carries the state, detached, from one step to the next.",
        hint="Each step reads the text from a fresh state. What does yours remember of the step before?",
        edits=(
            ("losses = []", "losses, h = [], None"),
            (
                "logits, _ = model(ids[:-1, None])",
                "logits, h = model(ids[:-1, None], h)\n        h = h.detach()",
            ),
        ),
    ),
    Mistake(
        id="X180",
        task="fit_hello",
        what="Feeds letter after letter without the state.",
        hint="What does the model know of “hel” if it is shown a lone “l”?",
        edits=(
            (
                "logits, _ = model(ids[:-1, None])",
                "logits = torch.cat([model(i.view(1, 1))[0] for i in ids[:-1]])",
            ),
        ),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_MODEL_MISTAKES, *_FIT_MISTAKES)
