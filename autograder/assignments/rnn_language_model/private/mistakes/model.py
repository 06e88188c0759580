"""Known mistakes in `RNNModel` and `repackage`."""

from autograder.grading.mistakes import Mistake

# What the edits replace.
_REFUSE = "if tie_weights and embed != hidden:"
_ERROR = "raise ValueError("
_BETWEEN = "between_layers = dropout if layers > 1 else 0.0"
_DROPOUT = "self.dropout = nn.Dropout(dropout)"
_EMBEDDING = "self.embedding = nn.Embedding(vocab_size, embed)"
_LSTM = "nn.LSTM(embed, hidden, layers, dropout=between_layers)"
_GRU = "nn.GRU(embed, hidden, layers, dropout=between_layers)"
_RNN = "nn.RNN(embed, hidden, layers, nonlinearity=nonlinearity, dropout=between_layers)"
_KINDS = '{"RNN_TANH": "tanh", "RNN_RELU": "relu"}[kind]'
_DECODER = "self.decoder = nn.Linear(hidden, vocab_size)"
_START_EMBEDDING = "init.uniform_(self.embedding.weight, -0.1, 0.1)"
_START_DECODER = "init.uniform_(self.decoder.weight, -0.1, 0.1)"
_START_BIAS = "init.zeros_(self.decoder.bias)"
_TIE = "self.decoder.weight = self.embedding.weight"
_EMBEDDED = "self.dropout(self.embedding(ids))"
_RUN = "outputs, state = self.rnn(embedded, state)"
_SCORES = "self.decoder(self.dropout(outputs)), state"
_ZEROS = "self.decoder.weight.new_zeros(self.layers, batch_size, self.hidden)"
_PAIR = 'return (zeros, zeros.clone()) if self.kind == "LSTM" else zeros'

_ONE_WEIGHT = "Train a step and compare again. How many parameters hold the two weights?"
_SOFTMAX = "Cross-entropy applies a softmax itself. What does your last line do to the scores?"
_WHERE = "In which three places should numbers be dropped, and where does your model do it?"
_EVAL = "Evaluate twice. Same number? How does a dropout know that training is over?"
_START = "Which values has a weight when its layer has just been made, and which ones should it have here?"
_SHAPE = "Which numbers are in the shape of a state, and in which order does the library want them?"
_PAST = "Cut the text in two. Same logits? What does the second half start from?"

_MODEL: tuple[Mistake, ...] = (
    Mistake(
        id="B18",
        task="RNNModel",
        what="A log-softmax over the batch.",
        hint="Why does row 0 care about row 1? Which axis does your softmax run over, and is one asked for?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs)).log_softmax(dim=1), state"),),
    ),
    Mistake(
        id="B19",
        task="RNNModel",
        what="A log-softmax over time.",
        hint="dim=0 is time here. Why do scores of the first word depend on the last, and is a softmax asked for?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs)).log_softmax(dim=0), state"),),
    ),
    Mistake(
        id="X570",
        task="RNNModel",
        what="A softmax before the scores are returned.",
        hint=_SOFTMAX,
        edits=((_SCORES, "self.decoder(self.dropout(outputs)).softmax(dim=-1), state"),),
    ),
    Mistake(
        id="X571",
        task="RNNModel",
        what="A log-softmax before the scores are returned.",
        hint=_SOFTMAX,
        edits=((_SCORES, "self.decoder(self.dropout(outputs)).log_softmax(dim=-1), state"),),
    ),
    Mistake(
        id="X572",
        task="RNNModel",
        what="A tanh or ReLU on the scores.",
        hint="Which scores can a loss ask for, and which can your last line return?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs)).relu(), state"),),
    ),
    Mistake(
        id="X573",
        task="RNNModel",
        what="A ReLU between the recurrent layers and the decoder.",
        hint="What does the decoder read: what the last layer says, or a part of it?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs.relu())), state"),),
    ),
    Mistake(
        id="X574",
        task="RNNModel",
        what="The scores are flattened to (T * B, V).",
        hint="Which shape is promised for the logits? Who flattens them, and when?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs)).flatten(0, 1), state"),),
    ),
    Mistake(
        id="X575",
        task="RNNModel",
        what="Returns the scores alone.",
        hint="How many results are named under “Returns”?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs))"),),
    ),
    Mistake(
        id="X576",
        task="RNNModel",
        what="Scores of the last word only.",
        hint="How many predictions does the model make for T words?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs[-1:])), state"),),
    ),
    Mistake(
        id="B22a",
        task="RNNModel",
        what="The decoder's weight is a copy of the embedding's, made once.",
        hint=_ONE_WEIGHT,
        edits=((_TIE, "self.decoder.weight = nn.Parameter(self.embedding.weight.detach().clone())"),),
    ),
    Mistake(
        id="B22b",
        task="RNNModel",
        what="The two weights share their numbers (`.data`), but they are two parameters with a gradient each.",
        hint="How many parameters hold these numbers? Which of their two gradients does an optimiser use?",
        edits=((_TIE, "self.decoder.weight.data = self.embedding.weight.data"),),
    ),
    Mistake(
        id="B23a",
        task="RNNModel",
        what="Tied first; then the decoder is made anew.",
        hint="Tie last: what happens to a tied layer if the layer itself is replaced?",
        edits=(
            (
                _TIE,
                f"{_TIE}\n            {_DECODER}\n            {_START_DECODER}\n            {_START_BIAS}",
            ),
        ),
    ),
    Mistake(
        id="B23b",
        task="RNNModel",
        what="The shared weight is drawn anew after tying, by the library's own rule.",
        hint="In which order do you tie and initialise? Which values does the shared weight have in the end?",
        edits=((_TIE, f"{_TIE}\n            self.decoder.reset_parameters()\n            {_START_BIAS}"),),
    ),
    Mistake(
        id="B24a",
        task="RNNModel",
        what="Tied weights of different sizes are not refused: the model breaks when it reads.",
        hint="Which shapes must agree before two layers can share a weight? Who finds out if they do not, and when?",
        edits=((_REFUSE, "if False:"),),
    ),
    Mistake(
        id="B24b",
        task="RNNModel",
        what="Where the sizes differ, tie_weights is ignored without a word.",
        hint="What should the model do if it was told to tie what cannot be tied?",
        edits=((_REFUSE, "tie_weights = tie_weights and embed == hidden\n        if False:"),),
    ),
    Mistake(
        id="B24c",
        task="RNNModel",
        what="Different sizes are refused by another exception than a ValueError.",
        hint="Which exception is promised for sizes that cannot be tied?",
        edits=((_ERROR, "raise RuntimeError("),),
    ),
    Mistake(
        id="B24d",
        task="RNNModel",
        what="Different sizes are refused even where nothing is to be tied.",
        hint="When must the two sizes agree: always, or only if a weight is shared?",
        edits=((_REFUSE, "if embed != hidden:"),),
    ),
    Mistake(
        id="X577",
        task="RNNModel",
        what="Tied whether it was asked for or not, if the sizes allow it.",
        hint="How many weights has an untied model whose two sizes happen to agree?",
        edits=(("        if tie_weights:\n", "        if embed == hidden:\n"),),
    ),
    Mistake(
        id="X578",
        task="RNNModel",
        what="tie_weights is ignored.",
        hint="Which of your lines reads tie_weights, and what does it change?",
        edits=(("        if tie_weights:\n", "        if False:\n"),),
    ),
    Mistake(
        id="B28",
        task="RNNModel",
        what="The state that is given is ignored.",
        hint=_PAST,
        edits=((_RUN, "outputs, state = self.rnn(embedded)"),),
    ),
    Mistake(
        id="B28b",
        task="RNNModel",
        what="Only h is carried: the c of an LSTM starts at 0 in every window.",
        hint="An LSTM's state is a pair. Which part of it does your recurrent layer get?",
        edits=(
            (
                _RUN,
                'state = (state[0], torch.zeros_like(state[1])) if self.kind == "LSTM" else state\n'
                "        outputs, state = self.rnn(embedded, state)",
            ),
        ),
    ),
    Mistake(
        id="B28c",
        task="RNNModel",
        what="Returns the state that came in.",
        hint=_PAST,
        edits=((_RUN, "outputs, _new = self.rnn(embedded, state)"),),
    ),
    Mistake(
        id="B28d",
        task="RNNModel",
        what="The model keeps the state itself, and goes on from it whatever it is given.",
        hint="Read the same text twice from zeros. Where does the second answer's past come from?",
        edits=(
            (
                _RUN,
                'state = getattr(self, "last", state)\n        outputs, state = self.rnn(embedded, state)\n'
                "        self.last = (\n"
                "            tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()\n"
                "        )",
            ),
        ),
    ),
    Mistake(
        id="B30a",
        task="RNNModel",
        what="The given state is detached inside the model: no gradient reaches it.",
        hint="Who cuts the graph between windows: the model, or the loop that trains it?",
        edits=(
            (
                _RUN,
                "given = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()\n"
                "        outputs, state = self.rnn(embedded, given)",
            ),
        ),
    ),
    Mistake(
        id="X579",
        task="RNNModel",
        what="The decoder reads detached outputs: nothing but the decoder learns.",
        hint="Which weights move in a training step? Where does the graph end on its way back from the loss?",
        edits=((_SCORES, "self.decoder(self.dropout(outputs.detach())), state"),),
    ),
    Mistake(
        id="X580",
        task="RNNModel",
        what="The embedding is frozen.",
        hint="Which parameters does the loss move? Does any of them not require a gradient?",
        edits=((_START_BIAS, f"{_START_BIAS}\n        self.embedding.weight.requires_grad_(False)"),),
    ),
    Mistake(
        id="X581",
        task="RNNModel",
        what="padding_idx=0: the embedding of “<unk>” gets no gradient.",
        hint="Is id 0 padding here? Which word has it, and may it learn?",
        edits=((_EMBEDDING, "self.embedding = nn.Embedding(vocab_size, embed, padding_idx=0)"),),
    ),
    Mistake(
        id="B36a",
        task="RNNModel",
        what="init_state remembers the first batch size it was asked for.",
        hint="How many streams now? Training and evaluation may use different batch sizes.",
        edits=(
            (
                "        zeros = self.decoder",
                '        batch_size = self.batch_size = getattr(self, "batch_size", batch_size)\n'
                "        zeros = self.decoder",
            ),
        ),
    ),
    Mistake(
        id="X582",
        task="RNNModel",
        what="The first state is float32, whatever the weights are.",
        hint="Of which dtype is a tensor that torch.zeros makes, and of which are the weights after model.double()?",
        edits=((_ZEROS, "torch.zeros(self.layers, batch_size, self.hidden)"),),
    ),
    Mistake(
        id="X583",
        task="RNNModel",
        what="The first state has one layer only.",
        hint=_SHAPE,
        edits=((_ZEROS, "self.decoder.weight.new_zeros(1, batch_size, self.hidden)"),),
    ),
    Mistake(
        id="X584",
        task="RNNModel",
        what="The first state is (B, L, H).",
        hint=_SHAPE,
        edits=((_ZEROS, "self.decoder.weight.new_zeros(batch_size, self.layers, self.hidden)"),),
    ),
    Mistake(
        id="X585",
        task="RNNModel",
        what="The first state has no axis for the layers.",
        hint=_SHAPE,
        edits=((_ZEROS, "self.decoder.weight.new_zeros(batch_size, self.hidden)"),),
    ),
    Mistake(
        id="X586",
        task="RNNModel",
        what="The first state is as wide as the embedding.",
        hint=_SHAPE,
        edits=(
            (
                _ZEROS,
                "self.decoder.weight.new_zeros(self.layers, batch_size, self.embedding.weight.shape[1])",
            ),
        ),
    ),
    Mistake(
        id="X587",
        task="RNNModel",
        what="The first state is one tensor for an LSTM too.",
        hint="How many parts has the state of an LSTM?",
        edits=((_PAIR, "return zeros"),),
    ),
    Mistake(
        id="X588",
        task="RNNModel",
        what="The first state is a pair for every kind.",
        hint="How many parts has the state of a GRU?",
        edits=((_PAIR, "return (zeros, zeros.clone())"),),
    ),
    Mistake(
        id="X589",
        task="RNNModel",
        what="The first state is drawn at random.",
        hint="What does the model know before the first word?",
        edits=(
            (
                _PAIR,
                'zeros = torch.randn_like(zeros)\n        return (zeros, zeros) if self.kind == "LSTM" else zeros',
            ),
        ),
    ),
    Mistake(
        id="X590",
        task="RNNModel",
        what="None stands for the first state.",
        hint="Of which type and shape is the state that is promised before the first word?",
        edits=((_PAIR, "return None"),),
    ),
    Mistake(
        id="B42a",
        task="RNNModel",
        what="Dropout by F.dropout without the mode: numbers are dropped in eval mode too.",
        hint=_EVAL,
        edits=(
            (_SCORES, "self.decoder(F.dropout(outputs, self.dropout.p)), state"),
            (_EMBEDDED, "F.dropout(self.embedding(ids), self.dropout.p)"),
        ),
    ),
    Mistake(
        id="B42b",
        task="RNNModel",
        what="The dropout on the output is F.dropout without the mode: numbers are dropped in eval mode too.",
        hint=_EVAL,
        edits=((_SCORES, "self.decoder(F.dropout(outputs, self.dropout.p)), state"),),
    ),
    Mistake(
        id="B42c",
        task="RNNModel",
        what="The dropout on the embedded words is F.dropout without the mode: numbers are dropped in eval mode too.",
        hint=_EVAL,
        edits=((_EMBEDDED, "F.dropout(self.embedding(ids), self.dropout.p)"),),
    ),
    Mistake(
        id="X591",
        task="RNNModel",
        what="Numbers are dropped in eval mode and not in training mode.",
        hint=_EVAL,
        edits=(
            (_SCORES, "self.decoder(F.dropout(outputs, self.dropout.p, not self.training)), state"),
            (_EMBEDDED, "F.dropout(self.embedding(ids), self.dropout.p, not self.training)"),
        ),
    ),
    Mistake(
        id="X596",
        task="RNNModel",
        what="Dropout between the layers only: the library's own.",
        hint=_WHERE,
        edits=((_SCORES, "self.decoder(outputs), state"), (_EMBEDDED, "self.embedding(ids)")),
    ),
    Mistake(
        id="X592",
        task="RNNModel",
        what="No dropout anywhere.",
        hint=_WHERE,
        edits=(
            (_SCORES, "self.decoder(outputs), state"),
            (_EMBEDDED, "self.embedding(ids)"),
            (_BETWEEN, "between_layers = 0.0"),
        ),
    ),
    Mistake(
        id="X593",
        task="RNNModel",
        what="No dropout on the embedded words.",
        hint=_WHERE,
        edits=((_EMBEDDED, "self.embedding(ids)"),),
    ),
    Mistake(
        id="X594",
        task="RNNModel",
        what="No dropout on the output.",
        hint=_WHERE,
        edits=((_SCORES, "self.decoder(outputs), state"),),
    ),
    Mistake(
        id="X595",
        task="RNNModel",
        what="No dropout between the layers.",
        hint=_WHERE,
        edits=((_BETWEEN, "between_layers = 0.0"),),
    ),
    Mistake(
        id="X597",
        task="RNNModel",
        what="The rate that is given is ignored: always a half is dropped.",
        hint="Which of your lines read dropout? What is dropped with dropout=0.0?",
        edits=((_DROPOUT, "self.dropout = nn.Dropout()"), (_BETWEEN, "between_layers = 0.5")),
    ),
    Mistake(
        id="X598",
        task="RNNModel",
        what="The rate between the layers is always a half.",
        hint="Which of your lines read dropout? What is dropped with dropout=0.0?",
        edits=((_BETWEEN, "between_layers = 0.5"),),
    ),
    Mistake(
        id="X599",
        task="RNNModel",
        what="dropout is taken for the share that is kept.",
        hint="With dropout 0.1, should one number in ten be dropped, or nine?",
        edits=((_DROPOUT, "self.dropout = nn.Dropout(1 - dropout)"),),
    ),
    Mistake(
        id="X5A0",
        task="RNNModel",
        what="Another default than 0.5 for dropout.",
        hint="How much is dropped if nothing is said? Look at the signature.",
        edits=(("dropout: float = 0.5", "dropout: float = 0.2"),),
    ),
    Mistake(
        id="X5A1",
        task="RNNModel",
        what="A mask of zeros and ones without the division by 1 - dropout: in eval mode everything is larger.",
        hint="How large is the sum of what the decoder reads, on average, in training and in eval mode?",
        edits=(
            (_SCORES, "self.decoder(self.dropout(outputs) * (1 - self.dropout.p * self.training)), state"),
        ),
    ),
    Mistake(
        id="X5A2",
        task="RNNModel",
        what="The state is dropped as well.",
        hint="What is carried to the next window: the state, or a part of it?",
        edits=(
            (
                _SCORES,
                "self.decoder(self.dropout(outputs)), "
                "(tuple(map(self.dropout, state)) if isinstance(state, tuple) else self.dropout(state))",
            ),
        ),
    ),
    Mistake(
        id="X5A3",
        task="RNNModel",
        what="The scores are dropped instead of what the decoder reads.",
        hint=_WHERE,
        edits=((_SCORES, "self.dropout(self.decoder(outputs)), state"),),
    ),
    Mistake(
        id="X5A4",
        task="RNNModel",
        what="Embedding and decoder start as the library makes them.",
        hint=_START,
        edits=((_START_EMBEDDING, "pass"), (_START_DECODER, "pass"), (_START_BIAS, "pass")),
    ),
    Mistake(
        id="X5A5",
        task="RNNModel",
        what="The embedding starts as the library makes it.",
        hint=_START,
        edits=((_START_EMBEDDING, "pass"),),
    ),
    Mistake(
        id="X5A6",
        task="RNNModel",
        what="The decoder's weight starts as the library makes it.",
        hint=_START,
        edits=((_START_DECODER, "pass"),),
    ),
    Mistake(
        id="X5A7",
        task="RNNModel",
        what="The decoder's bias starts as the library makes it.",
        hint="What does the bias of a model that knows nothing say about the words?",
        edits=((_START_BIAS, "pass"),),
    ),
    Mistake(
        id="X5A8",
        task="RNNModel",
        what="Uniform from 0 to 0.1: only positive values.",
        hint="Between which two numbers are the values to be drawn? Which are the smallest and the largest of yours?",
        edits=(
            (_START_EMBEDDING, "init.uniform_(self.embedding.weight, 0, 0.1)"),
            (_START_DECODER, "init.uniform_(self.decoder.weight, 0, 0.1)"),
        ),
    ),
    Mistake(
        id="X5A9",
        task="RNNModel",
        what="Normal values with a standard deviation of 0.1.",
        hint="Between which two numbers are the values to be drawn? Which are the smallest and the largest of yours?",
        edits=(
            (_START_EMBEDDING, "init.normal_(self.embedding.weight, std=0.1)"),
            (_START_DECODER, "init.normal_(self.decoder.weight, std=0.1)"),
        ),
    ),
    Mistake(
        id="X5B0",
        task="RNNModel",
        what="The embedding starts at zero: every word is the same.",
        hint="What tells two words apart if their vectors are equal?",
        edits=((_START_EMBEDDING, "init.zeros_(self.embedding.weight)"),),
    ),
    Mistake(
        id="X5B2",
        task="RNNModel",
        what="batch_first=True for ids that have time first.",
        hint="Which axis of ids is time? What does batch_first say to the layer?",
        edits=(
            (_LSTM, "nn.LSTM(embed, hidden, layers, dropout=between_layers, batch_first=True)"),
            (_GRU, "nn.GRU(embed, hidden, layers, dropout=between_layers, batch_first=True)"),
            (
                _RNN,
                "nn.RNN(embed, hidden, layers, nonlinearity=nonlinearity, dropout=between_layers, batch_first=True)",
            ),
        ),
    ),
    Mistake(
        id="X5B3",
        task="RNNModel",
        what="Bidirectional layers: the scores of a word know the words after it.",
        hint="Change only the last word. Which scores may move? May the model know the word it is to predict?",
        edits=(
            (_LSTM, "nn.LSTM(embed, hidden, layers, dropout=between_layers, bidirectional=True)"),
            (_GRU, "nn.GRU(embed, hidden, layers, dropout=between_layers, bidirectional=True)"),
            (
                _RNN,
                "nn.RNN(embed, hidden, layers, nonlinearity=nonlinearity, dropout=between_layers, bidirectional=True)",
            ),
            (_DECODER, "self.decoder = nn.Linear(2 * hidden, vocab_size)"),
            (_ZEROS, "self.decoder.weight.new_zeros(2 * self.layers, batch_size, self.hidden)"),
        ),
    ),
    Mistake(
        id="X5B4",
        task="RNNModel",
        what="Always one layer.",
        hint="Which of your lines read layers?",
        edits=(
            (_LSTM, "nn.LSTM(embed, hidden)"),
            (_GRU, "nn.GRU(embed, hidden)"),
            (_RNN, "nn.RNN(embed, hidden, nonlinearity=nonlinearity)"),
            (_ZEROS, "self.decoder.weight.new_zeros(1, batch_size, self.hidden)"),
        ),
    ),
    Mistake(
        id="X5B5",
        task="RNNModel",
        what="RNN_RELU is a tanh network.",
        hint="Which nonlinearity has nn.RNN if it is told nothing?",
        edits=((_KINDS, '{"RNN_TANH": "tanh", "RNN_RELU": "tanh"}[kind]'),),
    ),
    Mistake(
        id="X5B6",
        task="RNNModel",
        what="The two vanilla kinds are exchanged.",
        hint="Can a state of the kind RNN_RELU be negative? Is yours?",
        edits=((_KINDS, '{"RNN_TANH": "relu", "RNN_RELU": "tanh"}[kind]'),),
    ),
    Mistake(
        id="X5B7",
        task="RNNModel",
        what="GRU is not known, or taken for an LSTM.",
        hint="Which four kinds are there, and which layer does each of your branches make?",
        edits=((_GRU, "nn.LSTM(embed, hidden, layers, dropout=between_layers)"),),
    ),
    Mistake(
        id="X5B8",
        task="RNNModel",
        what="embed and hidden are exchanged in the embedding.",
        hint="How long is the vector that stands for a word, and how long is a state?",
        edits=(
            (_EMBEDDING, "self.embedding = nn.Embedding(vocab_size, hidden)"),
            (_LSTM, "nn.LSTM(hidden, hidden, layers, dropout=between_layers)"),
            (_GRU, "nn.GRU(hidden, hidden, layers, dropout=between_layers)"),
            (_RNN, "nn.RNN(hidden, hidden, layers, nonlinearity=nonlinearity, dropout=between_layers)"),
        ),
    ),
    Mistake(
        id="X5B9",
        task="RNNModel",
        what="A tanh or ReLU on the embedded words.",
        hint="What does the first layer read: the embedded words, or a function of them?",
        edits=((_EMBEDDED, "self.dropout(self.embedding(ids).tanh())"),),
    ),
    Mistake(
        id="X5C0",
        task="RNNModel",
        what="The embedded words are scaled by the root of their size.",
        hint="What does the first layer read: the embedded words, or a multiple of them?",
        edits=((_EMBEDDED, "self.dropout(self.embedding(ids) * self.embedding.embedding_dim**0.5)"),),
    ),
    Mistake(
        id="X5C1",
        task="RNNModel",
        what="The recurrent layers are made anew at every reading: they never learn.",
        hint="In which of your methods must a layer be made, so that it can learn?",
        edits=((_RUN, "self.rnn.reset_parameters()\n        outputs, state = self.rnn(embedded, state)"),),
    ),
    Mistake(
        id="X5C2",
        task="RNNModel",
        what="The layers stand in a plain list: an optimiser does not know them.",
        hint="What does model.parameters() list? How does a module notice its layers?",
        edits=(
            (_DROPOUT, f"{_DROPOUT}\n        self.hiding = []"),
            (_RUN, "outputs, state = self.hiding[0](embedded, state)"),
            (_START_BIAS, f"{_START_BIAS}\n        self.hiding.append(self.rnn)\n        del self.rnn"),
        ),
    ),
    Mistake(
        id="X5C3",
        task="RNNModel",
        what="The decoder reads the last state of every layer instead of the outputs.",
        hint="Which of the two results of a recurrent layer has an entry for every word?",
        edits=(
            (_SCORES, "self.decoder(self.dropout(state[0] if isinstance(state, tuple) else state)), state"),
        ),
    ),
    Mistake(
        id="X5C4",
        task="RNNModel",
        what="The new state goes back without its c.",
        hint="How many parts has the state of an LSTM, and how many did you return?",
        edits=(
            (_SCORES, "self.decoder(self.dropout(outputs)), state[0] if isinstance(state, tuple) else state"),
        ),
    ),
    Mistake(
        id="X5C5",
        task="RNNModel",
        what="h and c are exchanged in the state that is returned.",
        hint="In which order does the library want h and c, and in which do you return them?",
        edits=(
            (
                _SCORES,
                "self.decoder(self.dropout(outputs)), state[::-1] if isinstance(state, tuple) else state",
            ),
        ),
    ),
    Mistake(
        id="X5C6",
        task="RNNModel",
        what="The given state is changed in place.",
        hint="Read twice from the same state. Is it the same the second time?",
        edits=(
            (
                _SCORES,
                "self._keep(given, state, self.decoder(self.dropout(outputs)))",
            ),
            (_RUN, "given = state\n        outputs, state = self.rnn(embedded, state)"),
            (
                "    def init_state(",
                "    def _keep(self, given, state, logits):\n"
                "        pair = isinstance(state, tuple)\n"
                "        for old, new in zip(given if pair else [given], state if pair else [state]):\n"
                "            old.data.copy_(new.data)\n"
                "        return logits, state\n\n"
                "    def init_state(",
            ),
        ),
    ),
)

_PART = "tuple(part.detach() for part in state)"
_ONE = "return state.detach()"

_REPACKAGE: tuple[Mistake, ...] = (
    Mistake(
        id="B31",
        task="repackage",
        what="Not detached: not at all, by a clone, or by a detach whose result is thrown away.",
        hint="detach returns; it does not change. What becomes of what it returned?",
        edits=(
            (f"return {_PART}", f"{_PART}\n        return state"),
            (_ONE, "state.detach()\n    return state"),
        ),
    ),
    Mistake(
        id="B32a",
        task="repackage",
        what="Only h is detached, not c.",
        hint="An LSTM's state is a pair. How far back does the graph of each part reach?",
        edits=((_PART, "(state[0].detach(), state[1])"),),
    ),
    Mistake(
        id="B32b",
        task="repackage",
        what="Only c is detached, not h.",
        hint="An LSTM's state is a pair. How far back does the graph of each part reach?",
        edits=((_PART, "(state[0], state[1].detach())"),),
    ),
    Mistake(
        id="X5D0",
        task="repackage",
        what="A pair comes back as a list.",
        hint="Of which type is the state that an LSTM of the library takes?",
        edits=((_PART, "[part.detach() for part in state]"),),
    ),
    Mistake(
        id="X5D1",
        task="repackage",
        what="One tensor is taken apart into its layers.",
        hint="Is a tensor (L, B, H) one thing, or L things? What does a loop over it make of it?",
        edits=(("if isinstance(state, tuple):", "if True:"),),
    ),
    Mistake(
        id="X5D2",
        task="repackage",
        what="A pair is stacked to one tensor.",
        hint="Of which type is the state that an LSTM of the library takes?",
        edits=((_PART, "torch.stack([part.detach() for part in state])"),),
    ),
    Mistake(
        id="X5D3",
        task="repackage",
        what="Pairs are not known: a tuple has no detach.",
        hint="Which type has the state of an LSTM, and does it have that method?",
        edits=(("if isinstance(state, tuple):", "if False:"),),
    ),
    Mistake(
        id="X5D4",
        task="repackage",
        what="The state begins at zero again.",
        hint="What should the next window know of this one? Which values does it start from?",
        edits=(
            (_PART, "tuple(torch.zeros_like(part) for part in state)"),
            (_ONE, "return torch.zeros_like(state)"),
        ),
    ),
    Mistake(
        id="X5D5",
        task="repackage",
        what="Detached in place: what was given loses its graph too.",
        hint="Who may still want to go back through the state that was given? What does an underscore say?",
        edits=((_PART, "tuple(part.detach_() for part in state)"), (_ONE, "return state.detach_()")),
    ),
    Mistake(
        id="X5D6",
        task="repackage",
        what="Only h comes back from a pair.",
        hint="How many parts has the state of an LSTM?",
        edits=((_PART, "state[0].detach()"),),
    ),
    Mistake(
        id="X5D7",
        task="repackage",
        what="h and c are exchanged.",
        hint="In which order does the library want h and c?",
        edits=((_PART, "tuple(part.detach() for part in state[::-1])"),),
    ),
    Mistake(
        id="X5D8",
        task="repackage",
        what="Goes through float32 or through numpy: the dtype changes.",
        hint="Of which dtype is the state that comes in, and of which the one that goes out?",
        edits=(
            (_PART, "tuple(torch.Tensor(part.tolist()) for part in state)"),
            (_ONE, "return torch.Tensor(state.tolist())"),
        ),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_MODEL, *_REPACKAGE)
