"""Known mistakes in the tasks on depth, direction and padding."""

from autograder.grading.mistakes import Mistake

_PACK = "packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)"
_RUN = "_, state = rnn(packed)"
_STATE = "h = state[0] if isinstance(rnn, nn.LSTM) else state"
_RETURN = "return torch.cat([h[-2], h[-1]], dim=1) if rnn.bidirectional else h[-1]"
_SHORT = "What did the network read after the last word of a short row?"

_RUN_OVER_PADS = """
def last_states(rnn, embedded, lengths):
    outputs, _state = rnn(embedded)
"""
_PACKED = """
def last_states(rnn, embedded, lengths):
    packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    outputs, _state = rnn(packed)
    outputs, _lengths = pad_packed_sequence(outputs, batch_first=True)
"""

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="A45",
        task="last_states",
        what="Takes the last column of the outputs of a padded batch.",
        hint=_SHORT,
        source=_RUN_OVER_PADS + "    return outputs[:, -1]\n",
    ),
    Mistake(
        id="A46",
        task="last_states",
        what="Takes the final state without packing: the network has read the padding too.",
        hint=_SHORT,
        edits=((_PACK, ""), (_RUN, "_, state = rnn(embedded)")),
    ),
    Mistake(
        id="A48",
        task="last_states",
        what="Sorts the rows by length and never puts them back.",
        hint="Whose state is row 0 now?",
        edits=(
            (
                _PACK,
                "lengths, order = lengths.sort(descending=True, stable=True)\n"
                "    packed = pack_padded_sequence(embedded[order], lengths, batch_first=True)",
            ),
        ),
    ),
    Mistake(
        id="A49",
        task="last_states",
        what="Packs unsorted lengths as if they were sorted: PyTorch refuses.",
        hint="PyTorch wants the longest row first unless told otherwise. Will you sort, or tell it that you did not?",
        edits=((", enforce_sorted=False", ""),),
    ),
    Mistake(
        id="A50",
        task="last_states",
        what="Brings the two directions together by a reshape, which mixes rows.",
        hint="A reshape never swaps axes. Which rows stand side by side after it?",
        edits=((_RETURN, "return h[-2:].reshape(len(embedded), -1) if rnn.bidirectional else h[-1]"),),
    ),
    Mistake(
        id="A52",
        task="last_states",
        what="Takes the outputs at each row's last word for both directions: the backward half has read one word.",
        hint="Where does the backward network finish: at the last word, or at the first?",
        source=_PACKED + "    return outputs[torch.arange(len(lengths)), lengths - 1]\n",
    ),
    Mistake(
        id="A53",
        task="last_states",
        what="Picks the right positions, but the backward direction ran over the padding first.",
        hint="The backward direction starts at the right edge. What stands there in a short row?",
        source=_RUN_OVER_PADS
        + """
    last = outputs[torch.arange(len(lengths)), lengths - 1]
    if not rnn.bidirectional:
        return last
    size = rnn.hidden_size
    return torch.cat([last[:, :size], outputs[:, 0, size:]], dim=1)
""",
    ),
    Mistake(
        id="X201",
        task="last_states",
        what="Returns the bottom layer's state instead of the top layer's.",
        hint="Two layers return two final states. Which of them has seen the other's work?",
        edits=((_RETURN, "return torch.cat([h[0], h[1]], dim=1) if rnn.bidirectional else h[0]"),),
    ),
    Mistake(
        id="X202",
        task="last_states",
        what="Returns the cell state c of an LSTM instead of h.",
        hint="An LSTM returns a pair. Which of the two is bounded by 1, and is what other layers see?",
        edits=((_STATE, "h = state[1] if isinstance(rnn, nn.LSTM) else state"),),
    ),
    Mistake(
        id="X203",
        task="last_states",
        what="Puts the backward direction before the forward one.",
        hint="Of the last two final states, which one belongs to the forward direction?",
        edits=(("[h[-2], h[-1]]", "[h[-1], h[-2]]"),),
    ),
    Mistake(
        id="X204",
        task="last_states",
        what="Returns one direction only of a bidirectional layer.",
        hint="How wide should the result be when the layer reads in two directions?",
        edits=((_RETURN, "return h[-1]"),),
    ),
    Mistake(
        id="X205",
        task="last_states",
        what="Treats an LSTM's pair of states as if it were one tensor.",
        hint="What does an LSTM return beside its outputs, and what does a GRU?",
        edits=((_STATE, "h = state"),),
    ),
    Mistake(
        id="X206",
        task="last_states",
        what="Looks one step beyond the last word of each row.",
        hint="A row of three words: at which index does its last one stand?",
        source=_RUN_OVER_PADS
        + """
    last = outputs[torch.arange(len(lengths)), lengths.clamp(max=outputs.shape[1] - 1)]
    if not rnn.bidirectional:
        return last
    size = rnn.hidden_size
    return torch.cat([last[:, :size], outputs[:, 0, size:]], dim=1)
""",
    ),
    Mistake(
        id="X207",
        task="last_states",
        what="Packs as if time came first.",
        hint="Which axis of `embedded` is time, and which one does packing expect unless it is told?",
        edits=((_PACK, "packed = pack_padded_sequence(embedded, lengths, enforce_sorted=False)"),),
    ),
    Mistake(
        id="X208",
        task="last_states",
        what="Looks at the class of the layer in a way that fits LSTMs only.",
        hint="Does your function work for a layer whose state is a single tensor?",
        edits=((_STATE, "h = state[0]"),),
    ),
    Mistake(
        id="X209",
        task="last_states",
        what="Returns all layers' states side by side, not the top layer's alone.",
        hint="Of a stack of layers, whose state was asked for?",
        edits=((_RETURN, "return torch.cat(list(h), dim=1)"),),
    ),
    Mistake(
        id="X210",
        task="last_states",
        what="Cuts the graph: the result cannot be trained through.",
        hint="What does `no_grad` (or `detach`) do to the layer that is to be trained?",
        edits=((_RUN, "with torch.no_grad():\n        _, state = rnn(packed)"),),
    ),
    Mistake(
        id="A54",
        task="masked_mean",
        what="Divides by the padded width T instead of the row's own length.",
        hint="How many words does a short row have? Divide by those.",
        edits=((".sum(dim=1) / lengths", ".mean(dim=1)"),),
    ),
    Mistake(
        id="A57a",
        task="masked_mean",
        what="The mask is inverted: sums the padding.",
        hint="How many positions should count in each row? Print the mask's sum over time.",
        edits=((">= lengths", "< lengths"),),
    ),
    Mistake(
        id="A57b",
        task="masked_mean",
        what="The mask keeps one position too many.",
        hint="How many positions should count in each row? Print the mask's sum over time.",
        edits=((">= lengths", "> lengths"),),
    ),
    Mistake(
        id="X211",
        task="masked_mean",
        what="Sums the padding too: no mask at all, but the right divisor.",
        hint="What do the padded positions add to your sum?",
        edits=((".masked_fill(is_padding[:, :, None], 0)", ""),),
    ),
    Mistake(
        id="X212",
        task="masked_mean",
        what="Divides by the longest length, or by the lengths of all rows together.",
        hint="Do all rows have the same number of words?",
        edits=((".sum(dim=1) / lengths", ".sum(dim=1) / lengths.max()"),),
    ),
    Mistake(
        id="X213",
        task="masked_mean",
        what="Plain mean over time, padding and all.",
        hint="Put a thousand into the padding. Should the mean of the words move?",
        source="def masked_mean(states, lengths):\n    return states.mean(dim=1)\n",
    ),
    Mistake(
        id="X214",
        task="masked_mean",
        what="Keeps the time axis: (B, 1, H).",
        hint="Which axis should have disappeared from the result?",
        edits=((".sum(dim=1) / lengths", ".sum(dim=1, keepdim=True) / lengths[:, None]"),),
    ),
    Mistake(
        id="A05d",
        task="masked_mean",
        what="Zeroes the padding of the caller's own states.",
        hint="Look at `states` after the call. Is it what it was before?",
        edits=(
            (
                "return states.masked_fill(",
                "with torch.no_grad():\n"
                "        states.masked_fill_(is_padding[:, :, None], 0)\n"
                "    return states.masked_fill(",
            ),
        ),
    ),
    Mistake(
        id="X215",
        task="masked_mean",
        what="Rebuilds the result from plain numbers: no gradient flows.",
        hint="Does a tensor that was built from Python numbers remember where they came from?",
        source=(
            "def masked_mean(states, lengths):\n"
            "    return right_masked_mean(states, lengths).detach().clone()\n"
        ),
    ),
)
