"""Known mistakes in the tasks on the vanilla RNN and its backward pass."""

from autograder.grading.mistakes import Mistake

_STEP = "torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"
_STATE = "(d_states[t] + d_h) * (1 - states[t] ** 2)"
_W_XH = 'torch.einsum("tbh,tbd->hd", d_a, x)'
_W_HH = 'torch.einsum("tbh,tbk->hk", d_a, previous)'
_B = "d_a.sum(dim=(0, 1))"
_FORWARD = "def rnn_forward(x, h0, W_xh, W_hh, b):\n"
_BACKWARD = "def rnn_backward(x, h0, states, W_xh, W_hh, d_states):\n"

_STEP_MISTAKES = (
    Mistake(
        id="A01a",
        task="rnn_step",
        what="The term of the old state is missing.",
        hint="Feed the same x with two different pasts. Should the answers be equal?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T + b)"),),
    ),
    Mistake(
        id="A02a",
        task="rnn_step",
        what="The bias is missing.",
        hint="With x and h all zero, what should the new state be? What is yours?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T + h @ W_hh.T)"),),
    ),
    Mistake(
        id="A04a",
        task="rnn_step",
        what="W_hh is not transposed; it runs because W_hh is square.",
        hint="A square matrix fits either way round. Which index of W_hh belongs to the old state? Is it summed over?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T + h @ W_hh + b)"),),
    ),
    Mistake(
        id="A04b",
        task="rnn_step",
        what="W_xh is not transposed; it would run only with D = H.",
        hint="Write the shapes above the line: x is (B, D), W_xh is (H, D). Which sides have to meet?",
        edits=((_STEP, "torch.tanh(x @ W_xh + h @ W_hh.T + b)"),),
    ),
    Mistake(
        id="A05b",
        task="rnn_step",
        what="Writes the new state into the caller's h.",
        hint="Run the cell twice with the same inputs. Is the second answer the same?",
        edits=((f"return {_STEP}", f"h.copy_({_STEP})\n    return h"),),
    ),
    Mistake(
        id="X120",
        task="rnn_step",
        what="sigmoid instead of tanh.",
        hint="Between which two numbers lie your states? Which function of the lecture gives negative values too?",
        edits=((_STEP, "torch.sigmoid(x @ W_xh.T + h @ W_hh.T + b)"),),
    ),
    Mistake(
        id="X121",
        task="rnn_step",
        what="No tanh at all.",
        hint="What keeps the state from growing without bound?",
        edits=((_STEP, "x @ W_xh.T + h @ W_hh.T + b"),),
    ),
    Mistake(
        id="X122",
        task="rnn_step",
        what="The bias is added after the tanh.",
        hint="Print the largest |h|. Can a tanh exceed 1?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T + h @ W_hh.T) + b"),),
    ),
    Mistake(
        id="X123",
        task="rnn_step",
        what="Squashes the two terms one by one.",
        hint="How many tanh stand in the equation, and what is inside?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T) + torch.tanh(h @ W_hh.T + b)"),),
    ),
    Mistake(
        id="X124",
        task="rnn_step",
        what="Detaches the old state, so that no gradient flows back in time.",
        hint="How is the loss at the end to reach the first step, if the state forgets where it came from?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T + h.detach() @ W_hh.T + b)"),),
    ),
    Mistake(
        id="X125",
        task="rnn_step",
        what="Squashes the old state once more before the product.",
        hint="The old state was squashed when it was made. What does the equation multiply W_hh with?",
        edits=((_STEP, "torch.tanh(x @ W_xh.T + torch.tanh(h) @ W_hh.T + b)"),),
    ),
)

_FORWARD_MISTAKES = (
    Mistake(
        id="A08",
        task="rnn_forward",
        what="h0 is ignored: starts from zeros.",
        hint="Which line reads h0?",
        edits=(("h, states = h0, []", "h, states = torch.zeros_like(h0), []"),),
    ),
    Mistake(
        id="A09",
        task="rnn_forward",
        what="Loops over the batch instead of time.",
        hint="Which axis is time in your tensor?",
        edits=(("for x_t in x:", "for x_t in x.transpose(0, 1):"),),
    ),
    Mistake(
        id="A10",
        task="rnn_forward",
        what="Stacks along the wrong axis and repairs the shape with view.",
        hint="view never swaps axes. Which function does?",
        edits=(("torch.stack(states)", "torch.stack(states, dim=1).view(len(x), *h0.shape)"),),
    ),
    Mistake(
        id="A12a",
        task="rnn_forward",
        what="Reads the sequence from its end.",
        hint="Change only the last input. Which outputs may move?",
        edits=(("for x_t in x:", "for x_t in x.flip(0):"),),
    ),
    Mistake(
        id="A12b",
        task="rnn_forward",
        what="Reads the sequence from its end and turns the states round again.",
        hint="Change only the last input. Which outputs may move?",
        edits=(
            ("for x_t in x:", "for x_t in x.flip(0):"),
            ("torch.stack(states)", "torch.stack(states[::-1])"),
        ),
    ),
    Mistake(
        id="A12c",
        task="rnn_forward",
        what="Reads forward but returns the states from last to first.",
        hint="Is states[0] the state after the first input, or after the last?",
        edits=(("torch.stack(states)", "torch.stack(states[::-1])"),),
    ),
    Mistake(
        id="X130",
        task="rnn_forward",
        what="Every step starts from h0 again.",
        hint="Print the state before each step. Does it ever change?",
        edits=(("h = rnn_step(x_t, h, W", "h = rnn_step(x_t, h0, W"),),
    ),
    Mistake(
        id="X131",
        task="rnn_forward",
        what="Returns h0 as the first of T + 1 states.",
        hint="How many inputs are there, and how many states do you return?",
        edits=(("h, states = h0, []", "h, states = h0, [h0]"),),
    ),
    Mistake(
        id="X132",
        task="rnn_forward",
        what="The states are those before each step: h0 first, the last one missing.",
        hint="states[t] is the state *after* reading x[t]. What is your states[0]?",
        source=(
            f"{_FORWARD}"
            "    states, h = right_rnn_forward(x, h0, W_xh, W_hh, b)\n"
            "    return torch.cat([h0[None], states[:-1]]), h\n"
        ),
    ),
    Mistake(
        id="X133",
        task="rnn_forward",
        what="Returns (B, T, H).",
        hint="Write down the shape that torch.stack gives. Which axis is new?",
        edits=(("torch.stack(states)", "torch.stack(states, dim=1)"),),
    ),
    Mistake(
        id="X134",
        task="rnn_forward",
        what="Concatenates along the batch instead of stacking along time.",
        hint="What is the difference between cat and stack? Which of the two makes a new axis?",
        edits=(("torch.stack(states)", "torch.cat(states)"),),
    ),
    Mistake(
        id="X135",
        task="rnn_forward",
        what="Returns the states alone.",
        hint="How many results are named under “Returns”?",
        edits=(("return torch.stack(states), h", "return torch.stack(states)"),),
    ),
    Mistake(
        id="X136",
        task="rnn_forward",
        what="Returns h0 in the place of h_T.",
        hint="Which state is the last one? Is it the one your function was given?",
        edits=(("torch.stack(states), h", "torch.stack(states), h0"),),
    ),
    Mistake(
        id="X137",
        task="rnn_forward",
        what="Detaches the state between the steps.",
        hint="The loss at the end has to reach the first input. Where is the way cut?",
        edits=(("states.append(h)", "states.append(h)\n        h = h.detach()"),),
    ),
    Mistake(
        id="X138",
        task="rnn_forward",
        what="Copies the states into a new tensor by their data, outside of the graph.",
        hint="Your values are right. Does a loss on `states` still know how the states were made?",
        edits=(("torch.stack(states), h", "torch.stack([state.data for state in states]), h"),),
    ),
    Mistake(
        id="A06a",
        task="rnn_forward",
        what="Collects the states in a float32 tensor.",
        hint="Which dtype has a tensor from torch.zeros? Which one has x?",
        edits=(("torch.stack(states), h", "torch.stack(states).float(), h"),),
    ),
)

_BACKWARD_MISTAKES = (
    Mistake(
        id="A34a",
        task="rnn_backward",
        what="dW_xh is overwritten at each step instead of added up.",
        hint="A weight used T times gets T contributions. How many does yours get?",
        edits=((_W_XH, "d_a[0].T @ x[0]"),),
    ),
    Mistake(
        id="A34b",
        task="rnn_backward",
        what="dW_hh is overwritten at each step instead of added up.",
        hint="A weight used T times gets T contributions. How many does yours get?",
        edits=((_W_HH, "d_a[0].T @ h0"),),
    ),
    Mistake(
        id="A34c",
        task="rnn_backward",
        what="db is overwritten at each step instead of added up.",
        hint="A bias used T times gets T contributions. How many does yours get?",
        edits=((_B, "d_a[0].sum(dim=0)"),),
    ),
    Mistake(
        id="A34d",
        task="rnn_backward",
        what="dW_xh, dW_hh and db are all overwritten at each step instead of added up.",
        hint="A weight used T times gets T contributions. How many do yours get?",
        edits=((_W_XH, "d_a[0].T @ x[0]"), (_W_HH, "d_a[0].T @ h0"), (_B, "d_a[0].sum(dim=0)")),
    ),
    Mistake(
        id="A36a",
        task="rnn_backward",
        what="The gradient that comes from step t + 1 is dropped.",
        hint="h_t has two children: its own loss, and h_(t+1). Do you sum what both send back?",
        edits=((_STATE, "d_states[t] * (1 - states[t] ** 2)"),),
    ),
    Mistake(
        id="A36b",
        task="rnn_backward",
        what="Only the last step's upstream gradient is used.",
        hint="Every step has a loss of its own. At which line do you read d_states[t] for t in the middle?",
        edits=(
            ("d_h = torch.zeros_like(h0)", "d_h = d_states[-1]"),
            (_STATE, "d_h * (1 - states[t] ** 2)"),
        ),
    ),
    Mistake(
        id="A37",
        task="rnn_backward",
        what="The loop runs forward in time.",
        hint="Who depends on whom: h_1 on h_2, or h_2 on h_1? Which gradient must be known first?",
        edits=(("reversed(range(len(x)))", "range(len(x))"),),
    ),
    Mistake(
        id="A38a",
        task="rnn_backward",
        what="tanh' is taken from the state before the step.",
        hint="Write tanh' in terms of its *output*. Which state is the output of step t?",
        edits=((_STATE, "(d_states[t] + d_h) * (1 - (states[t - 1] if t else h0) ** 2)"),),
    ),
    Mistake(
        id="A38b",
        task="rnn_backward",
        what="tanh' is 1 - h instead of 1 - h².",
        hint="Write tanh' in terms of its output. What is it where the output is -0.5? Can it exceed 1?",
        edits=((_STATE, "(d_states[t] + d_h) * (1 - states[t])"),),
    ),
    Mistake(
        id="A38c",
        task="rnn_backward",
        what="tanh' is left out.",
        hint="On the way back the gradient passes through the tanh. What is it multiplied by there?",
        edits=((_STATE, "d_states[t] + d_h"),),
    ),
    Mistake(
        id="A38d",
        task="rnn_backward",
        what="tanh' is that of the sigmoid, h (1 - h).",
        hint="h (1 - h) is the slope of another squashing function. Which one, and what is the slope of tanh?",
        edits=((_STATE, "(d_states[t] + d_h) * states[t] * (1 - states[t])"),),
    ),
    Mistake(
        id="A40",
        task="rnn_backward",
        what="Multiplies with W_hh the same way round as the forward pass.",
        hint="Forward used W; backward uses its transpose. Which of the two do you use on the way back?",
        edits=(("d_h = d_a[t] @ W_hh", "d_h = d_a[t] @ W_hh.T"),),
    ),
    Mistake(
        id="A41a",
        task="rnn_backward",
        what="db is averaged over the batch.",
        hint="Sum, unless the loss already averaged. What happens to your db if each row is given twice?",
        edits=((_B, "d_a.mean(dim=1).sum(dim=0)"),),
    ),
    Mistake(
        id="A41b",
        task="rnn_backward",
        what="The gradients of W_xh, W_hh and b are averaged over the batch.",
        hint="Sum, unless the loss already averaged. What happens to your gradients if each row is given twice?",
        edits=((_W_XH, f"{_W_XH} / len(h0)"), (_W_HH, f"{_W_HH} / len(h0)"), (_B, f"{_B} / len(h0)")),
    ),
    Mistake(
        id="A42",
        task="rnn_backward",
        what="h0 is taken for zero in the gradient of W_hh.",
        hint="What was the state before the first step? Where does your gradient of W_hh read it?",
        edits=(("torch.cat([h0[None]", "torch.cat([torch.zeros_like(h0)[None]"),),
    ),
    Mistake(
        id="X140",
        task="rnn_backward",
        what="The gradient of W_hh is formed with the state after each step instead of the one before.",
        hint="What was W_hh multiplied with at step t: h_t or h_(t-1)?",
        edits=(("torch.cat([h0[None], states[:-1]])", "states"),),
    ),
    Mistake(
        id="X141",
        task="rnn_backward",
        what="The gradient of W_hh is transposed.",
        hint="W_hh is square, so its shape says nothing. Which index of W_hh belongs to the new state?",
        edits=((_W_HH, 'torch.einsum("tbh,tbk->kh", d_a, previous)'),),
    ),
    Mistake(
        id="X142",
        task="rnn_backward",
        what="The gradient of h0 does not pass through W_hh.",
        hint="Between h0 and the first tanh stands a matrix. Does your gradient pass it?",
        edits=(('"h0": d_h', '"h0": d_a[0]'),),
    ),
    Mistake(
        id="X143",
        task="rnn_backward",
        what="The gradient of h0 passes through the tanh derivative of h0.",
        hint="h0 was given, not made by a tanh of yours. Which factors stand between h0 and the first state?",
        edits=(('"h0": d_h', '"h0": d_h * (1 - h0**2)'),),
    ),
    Mistake(
        id="X144",
        task="rnn_backward",
        what="The last step's upstream gradient is counted twice.",
        hint="d_states[-1] already includes what the loss sends to h_T. Where else do you add it?",
        edits=(("d_h = torch.zeros_like(h0)", "d_h = d_states[-1]"),),
    ),
    Mistake(
        id="A05c",
        task="rnn_backward",
        what="Adds what flows back into the caller's d_states.",
        hint="Call your function twice. Is d_states still what the caller gave you?",
        source=(
            f"{_BACKWARD}"
            "    for t in range(len(x) - 1, 0, -1):\n"
            "        d_states[t - 1] += (d_states[t] * (1 - states[t] ** 2)) @ W_hh\n"
            "    d_a = d_states * (1 - states**2)\n"
            "    previous = torch.cat([h0[None], states[:-1]])\n"
            '    return {"x": d_a @ W_xh, "h0": d_a[0] @ W_hh, "W_xh": torch.einsum("tbh,tbd->hd", d_a, x),\n'
            '            "W_hh": torch.einsum("tbh,tbk->hk", d_a, previous), "b": d_a.sum(dim=(0, 1))}\n'
        ),
    ),
    Mistake(
        id="X145",
        task="rnn_backward",
        what="The gradient of x is taken without W_xh's tanh factor: from the state, not from inside the tanh.",
        hint="x enters inside the tanh. Which gradient reaches that place: the one before or after the factor of tanh?",
        source=(
            f"{_BACKWARD}"
            "    result = right_rnn_backward(x, h0, states, W_xh, W_hh, d_states)\n"
            "    d_h, d_x = torch.zeros_like(h0), torch.empty_like(x)\n"
            "    for t in reversed(range(len(x))):\n"
            "        d_state = d_states[t] + d_h\n"
            "        d_x[t] = d_state @ W_xh\n"
            "        d_h = (d_state * (1 - states[t] ** 2)) @ W_hh\n"
            '    return result | {"x": d_x}\n'
        ),
    ),
    Mistake(
        id="X146",
        task="rnn_backward",
        what="The gradient of b keeps the batch axis.",
        hint="b is one vector for all rows. What happens to the contributions of the rows?",
        edits=((_B, "d_a.sum(dim=0)"),),
    ),
    Mistake(
        id="X194",
        task="rnn_backward",
        what="Clips the gradients to ±5, as min-char-rnn does before its update.",
        hint="Your gradients never exceed 5. Which line sees to that, and did the task ask for it?",
        source=(
            f"{_BACKWARD}"
            "    result = right_rnn_backward(x, h0, states, W_xh, W_hh, d_states)\n"
            "    return {name: gradient.clamp(-5, 5) for name, gradient in result.items()}\n"
        ),
    ),
    Mistake(
        id="X147",
        task="rnn_backward",
        what="The gradients of W_xh, W_hh and b are averaged over time.",
        hint="Sums, not means: how many steps does a weight's gradient add up, and by what do you divide?",
        edits=((_W_XH, f"{_W_XH} / len(x)"), (_W_HH, f"{_W_HH} / len(x)"), (_B, f"{_B} / len(x)")),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_STEP_MISTAKES, *_FORWARD_MISTAKES, *_BACKWARD_MISTAKES)
