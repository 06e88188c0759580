"""Known mistakes in the tasks on the LSTM cell."""

from autograder.grading.mistakes import Mistake

_GATES = "i, f, g, o = "
_SUM = "(x @ W_x.T + b_x + h @ W_h.T + b_h)"
_C = "torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)"
_H = "torch.sigmoid(o) * torch.tanh(c)"
_ORDER = (
    "Match the order of your four chunks to the one that PyTorch's documentation gives. Which block is which?"
)
_LECTURE = "def lecture_to_torch(W, b):\n"

_STEP_MISTAKES = (
    Mistake(
        id="A16a",
        task="lstm_step",
        what="Gate order i, f, o, g (the lecture's, and CS231n's).",
        hint=_ORDER,
        edits=((_GATES, "i, f, o, g = "),),
    ),
    Mistake(
        id="A16b",
        task="lstm_step",
        what="Gate order f, i, g, o; or input and forget gate swapped in the update of c (A17): the same answers.",
        hint="Which gate multiplies the *old* memory? And which of the two stands first in PyTorch's order?",
        edits=((_GATES, "f, i, g, o = "),),
    ),
    Mistake(
        id="A16c",
        task="lstm_step",
        what="Gate order i, g, f, o.",
        hint=_ORDER,
        edits=((_GATES, "i, g, f, o = "),),
    ),
    Mistake(
        id="A16d",
        task="lstm_step",
        what="Gate order o, f, i, g.",
        hint=_ORDER,
        edits=((_GATES, "o, f, i, g = "),),
    ),
    Mistake(
        id="A16e",
        task="lstm_step",
        what="Gate order f, i, o, g.",
        hint=_ORDER,
        edits=((_GATES, "f, i, o, g = "),),
    ),
    Mistake(
        id="A18",
        task="lstm_step",
        what="The old memory is dropped: c = i * g.",
        hint="With f = 1 and i = 0, what should c do for 100 steps? Which of your lines reads the old c?",
        edits=((_C, "torch.sigmoid(i) * torch.tanh(g)"),),
    ),
    Mistake(
        id="A20",
        task="lstm_step",
        what="tanh squashes the stored c.",
        hint="c is not bounded; only its read-out is. Which of the two do you return?",
        edits=((_C, f"torch.tanh({_C})"), (_H, "torch.sigmoid(o) * c")),
    ),
    Mistake(
        id="A20b",
        task="lstm_step",
        what="tanh squashes the stored c, and the read-out once more.",
        hint="c is not bounded; only its read-out is. How often does a tanh touch your c?",
        edits=((_C, f"torch.tanh({_C})"),),
    ),
    Mistake(
        id="A21",
        task="lstm_step",
        what="h = o * c, without tanh.",
        hint="What squashes c on the way out?",
        edits=((_H, "torch.sigmoid(o) * c"),),
    ),
    Mistake(
        id="A22",
        task="lstm_step",
        what="h is read from the old c.",
        hint="Update first, then read. Which c does your h see?",
        edits=(("    c = torch", "    old, c = c, torch"), (_H, "torch.sigmoid(o) * torch.tanh(old)")),
    ),
    Mistake(
        id="A24a",
        task="lstm_step",
        what="The candidate goes through a sigmoid.",
        hint="Three gates decide how much, the candidate says what. Between which numbers may it lie?",
        edits=(("torch.tanh(g)", "torch.sigmoid(g)"),),
    ),
    Mistake(
        id="A24b",
        task="lstm_step",
        what="The candidate is not squashed.",
        hint="What squashes the candidate before it is written into c?",
        edits=(("torch.tanh(g)", "g"),),
    ),
    Mistake(
        id="A25a",
        task="lstm_step",
        what="Returns (c, h).",
        hint="Print max |h| of your first result. Can an h exceed 1?",
        edits=(("return h, c", "return c, h"),),
    ),
    Mistake(
        id="A25b",
        task="lstm_step",
        what="Returns c in the place of h.",
        hint="Print max |h| of your first result. Can an h exceed 1?",
        edits=(("return h, c", "return c, c"),),
    ),
    Mistake(
        id="A25c",
        task="lstm_step",
        what="Returns h alone.",
        hint="How many states has an LSTM, and how many do you return?",
        edits=(("return h, c", "return h"),),
    ),
    Mistake(
        id="X151",
        task="lstm_step",
        what="Returns the old c beside the new h.",
        hint="Which c does the next step need: the one you were given?",
        edits=(("    c = torch", "    old, c = c, torch"), ("return h, c", "return h, old")),
    ),
    Mistake(
        id="A26",
        task="lstm_step",
        what="The gates read c instead of h.",
        hint="Which state feeds the matrices?",
        edits=((_SUM, "(x @ W_x.T + b_x + c @ W_h.T + b_h)"),),
    ),
    Mistake(
        id="A01b",
        task="lstm_step",
        what="The gates do not see the old h.",
        hint="Feed the same x and c with two different h. Should the answers be equal?",
        edits=((_SUM, "(x @ W_x.T + b_x + b_h)"),),
    ),
    Mistake(
        id="A02b",
        task="lstm_step",
        what="b_h is left out.",
        hint="torch keeps two bias vectors. How many did you add?",
        edits=((_SUM, "(x @ W_x.T + b_x + h @ W_h.T)"),),
    ),
    Mistake(
        id="A02c",
        task="lstm_step",
        what="b_x is left out.",
        hint="torch keeps two bias vectors. How many did you add?",
        edits=((_SUM, "(x @ W_x.T + h @ W_h.T + b_h)"),),
    ),
    Mistake(
        id="A02d",
        task="lstm_step",
        what="Both biases are left out.",
        hint="With x and h all zero, what do the gates see? torch keeps two bias vectors.",
        edits=((_SUM, "(x @ W_x.T + h @ W_h.T)"),),
    ),
    Mistake(
        id="X152",
        task="lstm_step",
        what="The forget gate is used as 1 - f.",
        hint="With f = 1, is the old memory kept or lost?",
        edits=((_C, "(1 - torch.sigmoid(f)) * c + torch.sigmoid(i) * torch.tanh(g)"),),
    ),
    Mistake(
        id="X153",
        task="lstm_step",
        what="Input and forget gate are coupled: i = 1 - f.",
        hint="How many gates has the equation? Which block of rows does your code not use?",
        edits=((_C, "torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)"),),
    ),
    Mistake(
        id="X154",
        task="lstm_step",
        what="The output gate is left out.",
        hint="Which gate decides how much of the memory is shown?",
        edits=((_H, "torch.tanh(c)"),),
    ),
    Mistake(
        id="X155",
        task="lstm_step",
        what="The gates go through tanh instead of the sigmoid.",
        hint="A gate says how much to let through. Can it be negative?",
        edits=(
            (_C, "torch.tanh(f) * c + torch.tanh(i) * torch.tanh(g)"),
            (_H, "torch.tanh(o) * torch.tanh(c)"),
        ),
    ),
    Mistake(
        id="X156",
        task="lstm_step",
        what="The gates are not squashed at all.",
        hint="A gate says how much to let through. Between which two numbers must it lie?",
        edits=((_C, "f * c + i * torch.tanh(g)"), (_H, "o * torch.tanh(c)")),
    ),
    Mistake(
        id="A05p",
        task="lstm_step",
        what="Writes the new memory into the caller's c.",
        hint="Run the cell twice with the same inputs. Is the second answer the same?",
        edits=((f"    c = {_C}", f"    c.copy_({_C})"),),
    ),
    Mistake(
        id="X157",
        task="lstm_step",
        what="Detaches the old memory, so that no gradient flows along c.",
        hint="Your values are right. The way along c is what an LSTM was made for: can a gradient still take it?",
        edits=((_C, "torch.sigmoid(f) * c.detach() + torch.sigmoid(i) * torch.tanh(g)"),),
    ),
)

_LECTURE_MISTAKES = (
    Mistake(
        id="X160",
        task="lecture_to_torch",
        what="The blocks stay in the lecture's order: input, forget, output, candidate.",
        hint="The third block of the lecture is the output gate. What is the third block of PyTorch?",
        edits=(("order = [0, 1, 3, 2]", "order = [0, 1, 2, 3]"),),
    ),
    Mistake(
        id="X161",
        task="lecture_to_torch",
        what="Takes the columns for [x, h] instead of [h, x].",
        hint="The lecture's matrix acts on [h, x]. Which columns meet h: the first or the last?",
        source=(
            f"{_LECTURE}"
            "    hidden_size = len(b) // 4\n"
            "    inputs = W.shape[1] - hidden_size\n"
            "    W_x, W_h, b_x, b_h = right_lecture_to_torch(torch.cat([W[:, inputs:], W[:, :inputs]], dim=1), b)\n"
            "    return W_x, W_h, b_x, b_h\n"
        ),
    ),
    Mistake(
        id="X162",
        task="lecture_to_torch",
        what="Returns W_h before W_x.",
        hint="In which order are the four results named under “Returns”?",
        edits=(
            (
                "return W[:, hidden_size:].clone(), W[:, :hidden_size].clone(), b,",
                "return W[:, :hidden_size].clone(), W[:, hidden_size:].clone(), b,",
            ),
        ),
    ),
    Mistake(
        id="X163",
        task="lecture_to_torch",
        what="The whole bias stands in both results, so that it counts twice.",
        hint="PyTorch adds its two bias vectors. What is the sum of yours?",
        edits=(("b, torch.zeros_like(b)", "b, b.clone()"),),
    ),
    Mistake(
        id="X164",
        task="lecture_to_torch",
        what="The blocks of the bias are not re-ordered.",
        hint="You moved the rows of W. What else has one entry per row?",
        edits=(("torch.cat([b.chunk(4)[block] for block in order])", "b.clone()"),),
    ),
    Mistake(
        id="A33a",
        task="lecture_to_torch",
        what="b_h is made by a slice of b: it shares the caller's memory.",
        hint="Set W and b to zero after the call. What becomes of your result? Is a slice a copy?",
        source=(
            f"{_LECTURE}"
            "    W_x, W_h, b_x, b_h = right_lecture_to_torch(W, b)\n"
            "    hidden_size = len(b) // 4\n"
            "    b[2 * hidden_size :] = b_x[2 * hidden_size :]\n"
            "    return W_x, W_h, b, b_h\n"
        ),
    ),
    Mistake(
        id="A33b",
        task="lecture_to_torch",
        what="Re-orders the caller's W in place and returns slices of it: they share its memory.",
        hint="Set W to zero after the call. What becomes of your result? Clone before you copy.",
        source=(
            f"{_LECTURE}"
            "    hidden_size = len(b) // 4\n"
            "    W_x, W_h, b_x, b_h = right_lecture_to_torch(W, b)\n"
            "    W[:] = torch.cat([W_h, W_x], dim=1)\n"
            "    return W[:, hidden_size:], W[:, :hidden_size], b_x, b_h\n"
        ),
    ),
    Mistake(
        id="X165",
        task="lecture_to_torch",
        what="b_h is made of float32 zeros, whatever the dtype of b.",
        hint="Which dtype has a tensor from torch.zeros? Which one has b?",
        edits=(("torch.zeros_like(b)", "torch.zeros(len(b))"),),
    ),
    Mistake(
        id="X166",
        task="lecture_to_torch",
        what="Takes half of the columns for H: right only if H = D.",
        hint="How many of the columns belong to h? From which size can you read that, if D is not H?",
        edits=(("hidden_size = len(b) // 4", "hidden_size = W.shape[1] // 2"),),
    ),
    Mistake(
        id="X167",
        task="lecture_to_torch",
        what="Forget and input blocks are swapped as well.",
        hint="The first two blocks of the lecture are input and forget. And PyTorch's?",
        edits=(("order = [0, 1, 3, 2]", "order = [1, 0, 3, 2]"),),
    ),
    Mistake(
        id="X168",
        task="lecture_to_torch",
        what="Puts the candidate first, the order i, g, f, o.",
        hint="In which order does PyTorch stack i, f, g and o? Where does the lecture keep its candidate?",
        edits=(("order = [0, 1, 3, 2]", "order = [0, 3, 1, 2]"),),
    ),
    Mistake(
        id="X169",
        task="lecture_to_torch",
        what="The matrices are transposed.",
        hint="Which shape has W_x under “Returns”: is 4H its first size or its second?",
        source=(
            f"{_LECTURE}"
            "    W_x, W_h, b_x, b_h = right_lecture_to_torch(W, b)\n"
            "    return W_x.T, W_h.T, b_x, b_h\n"
        ),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_STEP_MISTAKES, *_LECTURE_MISTAKES)
