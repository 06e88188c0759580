"""Known mistakes in the tasks on gradients in time."""

from autograder.grading.mistakes import Mistake

_GRADIENTS = "gradients = torch.autograd.grad(states[-1].sum(), states)"
_NORMS = "return torch.stack([gradient.norm() for gradient in gradients])"
_QUANTITY = "Which quantity shrinks with distance: the gradient of a weight, or that of a state?"

NORMS: tuple[Mistake, ...] = (
    Mistake(
        id="A60a",
        task="state_gradient_norms",
        what="Norms of the gradients of the cell's parameters, not of the states.",
        hint=_QUANTITY,
        edits=((_GRADIENTS, "gradients = torch.autograd.grad(states[-1].sum(), list(cell.parameters()))"),),
    ),
    Mistake(
        id="A60b",
        task="state_gradient_norms",
        what="Norms of the gradients of the inputs, not of the states.",
        hint="The gradient of x_t has gone through the input matrix. Which matrix is the question about?",
        source="""
def state_gradient_norms(cell, x, h0):
    x, h = x.detach().clone().requires_grad_(), h0
    for x_t in x:
        h = cell(x_t, h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.flatten(1).norm(dim=1)
""",
    ),
    Mistake(
        id="X271",
        task="state_gradient_norms",
        what="Leaves out h_0: T entries instead of T + 1.",
        hint="How many states are there from h_0 to h_T, both included?",
        edits=(
            ("states = [h0.detach().requires_grad_()]", "h0 = h0.detach().requires_grad_()\n    states = []"),
            ("cell(x_t, states[-1])", "cell(x_t, states[-1] if states else h0)"),
        ),
    ),
    Mistake(
        id="X272",
        task="state_gradient_norms",
        what="Leaves out h_T: T entries instead of T + 1.",
        hint="What is the gradient of sum(h_T) for h_T itself, and where does it stand in your result?",
        edits=((_NORMS, "return torch.stack([gradient.norm() for gradient in gradients[:-1]])"),),
    ),
    Mistake(
        id="X273",
        task="state_gradient_norms",
        what="Counts the time backwards: entry 0 belongs to h_T.",
        hint="Which entry should be sqrt(B H) for every cell, the first or the last?",
        edits=((_NORMS, "return torch.stack([gradient.norm() for gradient in gradients[::-1]])"),),
    ),
    Mistake(
        id="X274",
        task="state_gradient_norms",
        what="Differentiates the sum of all states, not of the last one.",
        hint="Is the question about all states' sum, or about the last state's alone?",
        edits=(("states[-1].sum()", "torch.stack(states).sum()"),),
    ),
    Mistake(
        id="X275",
        task="state_gradient_norms",
        what="Differentiates the mean of the last state instead of its sum.",
        hint="What should the entry for h_T itself be, when sum(h_T) is differentiated?",
        edits=(("states[-1].sum()", "states[-1].mean()"),),
    ),
    Mistake(
        id="X276",
        task="state_gradient_norms",
        what="Detaches the state at every step: nothing goes further back than one step.",
        hint="Where is the graph cut in your loop? Which of your states does the last one still know?",
        source="""
def state_gradient_norms(cell, x, h0):
    h, states = h0.detach().requires_grad_(), []
    for x_t in x:
        states.append(h)
        h = cell(x_t, h).detach().requires_grad_()
    states.append(h)
    gradients = torch.autograd.grad(states[-1].sum(), states, allow_unused=True)
    return torch.stack([torch.zeros_like(h).norm() if g is None else g.norm() for g in gradients])
""",
    ),
    Mistake(
        id="X277",
        task="state_gradient_norms",
        what="Each step's own gradient, d sum(h_{t+1}) / d h_t, instead of the whole chain.",
        hint="From h_T back to h_0: do you multiply all the steps, or look at each one alone?",
        source="""
def state_gradient_norms(cell, x, h0):
    h, norms = h0.detach(), []
    for x_t in x:
        h = h.detach().requires_grad_()
        new = cell(x_t, h)
        norms.append(torch.autograd.grad(new.sum(), h)[0].norm())
        h = new
    return torch.stack([*norms, torch.ones_like(h).detach().norm()])
""",
    ),
    Mistake(
        id="X278",
        task="state_gradient_norms",
        what="The square of the norm: the root is missing.",
        hint="What is the last step from a sum of squares to a length?",
        edits=(("gradient.norm() for", "gradient.square().sum() for"),),
    ),
    Mistake(
        id="X279",
        task="state_gradient_norms",
        what="The mean over the batch of the rows' norms, not one norm of the whole matrix.",
        hint="The Frobenius norm treats the matrix as one long vector. What does yours do with its rows?",
        edits=(("gradient.norm() for", "gradient.norm(dim=1).mean() for"),),
    ),
    Mistake(
        id="X280",
        task="state_gradient_norms",
        what="Sums of the gradients, or of their absolute values, instead of their norm.",
        hint="How does one measure the length of a vector?",
        edits=(("gradient.norm() for", "gradient.abs().sum() for"),),
    ),
    Mistake(
        id="X281",
        task="state_gradient_norms",
        what="Switches requires_grad on for the caller's own h0, and leaves it on.",
        hint="Which tensor do you switch `requires_grad` on for: your own, or the caller's?",
        edits=(("h0.detach().requires_grad_()", "h0.requires_grad_()"),),
    ),
    Mistake(
        id="X282",
        task="state_gradient_norms",
        what="Calls backward and leaves .grad on the cell's parameters.",
        hint="`backward` fills the .grad of everything on its way. Is there a way to ask for some gradients only?",
        edits=(
            (
                _GRADIENTS,
                "for state in states[1:]:\n"
                "        state.retain_grad()\n"
                "    states[-1].sum().backward()\n"
                "    gradients = [state.grad for state in states]",
            ),
        ),
    ),
    Mistake(
        id="X283",
        task="state_gradient_norms",
        what="Asks for the .grad of states in the middle of the graph, which PyTorch does not keep.",
        hint="PyTorch keeps .grad for leaves only. What do you have to ask for, for a state in between?",
        edits=(
            (_GRADIENTS, "states[-1].sum().backward()\n    gradients = [state.grad for state in states]"),
        ),
    ),
)

_SCALE = "gradient.mul_(max_norm / norm)"
_NORM = "norm = math.hypot(*(gradient.norm().item() for gradient in gradients))"
_IF = "    if norm > max_norm:\n        for gradient in gradients:\n            gradient.mul_(max_norm / norm)\n"

CLIPPING: tuple[Mistake, ...] = (
    Mistake(
        id="A61a",
        task="clip_gradients_",
        what="Clips every tensor by its own norm.",
        hint="One norm for the whole model. How many do you compute?",
        edits=(
            (
                _IF,
                "    for gradient in gradients:\n"
                "        if gradient.norm() > max_norm:\n"
                "            gradient.mul_(max_norm / gradient.norm())\n",
            ),
        ),
    ),
    Mistake(
        id="A61b",
        task="clip_gradients_",
        what="Clips by value: the direction changes.",
        hint="After clipping, does the gradient still point the same way?",
        edits=((_IF, "    for gradient in gradients:\n        gradient.clamp_(-max_norm, max_norm)\n"),),
    ),
    Mistake(
        id="A62",
        task="clip_gradients_",
        what="Always rescales: small gradients are blown up.",
        hint="What if the gradient was small already?",
        edits=((_IF, "    for gradient in gradients:\n        gradient.mul_(max_norm / norm)\n"),),
    ),
    Mistake(
        id="A62b",
        task="clip_gradients_",
        what="Always rescales, and guards the division with an epsilon.",
        hint="What if the gradient was small already?",
        edits=((_IF, "    for gradient in gradients:\n        gradient.mul_(max_norm / (norm + 1e-6))\n"),),
    ),
    Mistake(
        id="X284",
        task="clip_gradients_",
        what="Returns the norm after clipping.",
        hint="Which norm do you want to see in a training log: the one before, or the one you have just set?",
        edits=(("    return norm", "    return min(norm, max_norm)"),),
    ),
    Mistake(
        id="X285",
        task="clip_gradients_",
        what="Returns a tensor instead of a float.",
        hint="What is the type of your result?",
        edits=(("    return norm", "    return torch.tensor(norm)"),),
    ),
    Mistake(
        id="X286",
        task="clip_gradients_",
        what="Walks twice through the parameters: a generator is used up after the first time.",
        hint="How often can a generator such as `model.parameters()` be walked through?",
        source="""
def clip_gradients_(parameters, max_norm):
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in parameters if p.grad is not None))
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad *= max_norm / norm
    return norm
""",
    ),
    Mistake(
        id="X287",
        task="clip_gradients_",
        what="Stumbles over a parameter whose .grad is None.",
        hint="What is .grad of a parameter that took no part in the loss?",
        edits=((" if parameter.grad is not None", ""),),
    ),
    Mistake(
        id="X288",
        task="clip_gradients_",
        what="Adds the tensors' norms: they must be squared first.",
        hint="Two gradients of lengths 3 and 4, at right angles: how long is the whole?",
        edits=((_NORM, "norm = sum(gradient.norm().item() for gradient in gradients)"),),
    ),
    Mistake(
        id="X289",
        task="clip_gradients_",
        what="The square of the norm: the root is missing.",
        hint="What is the last step from a sum of squares to a length?",
        edits=((_NORM, "norm = float(sum(gradient.square().sum().item() for gradient in gradients))"),),
    ),
    Mistake(
        id="X290",
        task="clip_gradients_",
        what="The norm of the parameters, not of their gradients.",
        hint="Whose length should be bounded: the weights', or the gradients'?",
        edits=((_NORM, "norm = math.hypot(*(p.norm().item() for p in parameters))"),),
    ),
    Mistake(
        id="X291",
        task="clip_gradients_",
        what="Scales copies: the parameters keep their old gradients.",
        hint="After your loop, look at .grad again. Did you change it, or only a name of your own?",
        edits=((_SCALE, "gradient = gradient * (max_norm / norm)"),),
    ),
    Mistake(
        id="X292",
        task="clip_gradients_",
        what="Scales the parameters instead of their gradients.",
        hint="Clipping bounds the step. Should the weights themselves move?",
        source="""
def clip_gradients_(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    norm = math.hypot(*(p.grad.norm().item() for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.data.mul_(max_norm / norm)
    return norm
""",
    ),
    Mistake(
        id="X293",
        task="clip_gradients_",
        what="Multiplies by norm / max_norm, which makes large gradients larger.",
        hint="A gradient of norm 5 should get the norm 1. Is your factor above or below 1?",
        edits=((_SCALE, "gradient.mul_(norm / max_norm)"),),
    ),
    Mistake(
        id="X294",
        task="clip_gradients_",
        what="The greatest absolute value instead of the Euclidean norm.",
        hint="Which norm is meant: the largest entry, or the length?",
        edits=((_NORM, "norm = max((gradient.abs().max().item() for gradient in gradients), default=0.0)"),),
    ),
    Mistake(
        id="X295",
        task="clip_gradients_",
        what="The mean of the tensors' norms.",
        hint="One norm for the whole model. What would it be for one long vector of all gradients?",
        edits=(
            (
                _NORM,
                "norm = sum(gradient.norm().item() for gradient in gradients) / max(1, len(gradients))",
            ),
        ),
    ),
    Mistake(
        id="X296",
        task="clip_gradients_",
        what="Divides 0 by 0: gradients of zero become NaN.",
        hint="What happens in your function when the norm is exactly 0?",
        source="""
def clip_gradients_(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.tensor([gradient.norm() for gradient in gradients]).norm()
    for gradient in gradients:
        gradient.mul_(norm.clamp(max=max_norm) / norm)
    return norm.item()
""",
    ),
    Mistake(
        id="X297",
        task="clip_gradients_",
        what="Fails when no parameter has a gradient.",
        hint="What does your function do with an empty list of gradients?",
        edits=((_NORM, "norm = torch.cat([gradient.flatten() for gradient in gradients]).norm().item()"),),
    ),
)

_FILL = "fills[kind](gate)"
_FORGET = 'if isinstance(rnn, nn.LSTM) and name.startswith("bias_ih"):'

STARTS: tuple[Mistake, ...] = (
    Mistake(
        id="X301",
        task="init_recurrent_",
        what="Makes the whole stacked matrix orthogonal: its gates are not.",
        hint="How many matrices are stacked in `weight_hh_l0` of an LSTM? Which of them should be orthogonal?",
        edits=(
            (
                '            elif name.startswith("weight_hh"):\n                init.orthogonal_(gate)\n',
                '            elif name.startswith("weight_hh"):\n                init.orthogonal_(parameter)\n',
            ),
        ),
    ),
    Mistake(
        id="X302",
        task="init_recurrent_",
        what="Puts the forget bias into both of PyTorch's biases: the total is twice as large.",
        hint="PyTorch keeps two biases and adds them. What is their sum after your function?",
        edits=((_FORGET, 'if isinstance(rnn, nn.LSTM) and name.startswith("bias"):'),),
    ),
    Mistake(
        id="X303",
        task="init_recurrent_",
        what="Puts the forget bias into the wrong block: the input gate's.",
        hint="PyTorch's order is i, f, g, o. Which block of rows is the forget gate's?",
        edits=(("gates[1].fill_", "gates[0].fill_"),),
    ),
    Mistake(
        id="X304",
        task="init_recurrent_",
        what="Puts the forget bias into the wrong block: the output gate's, or the candidate's.",
        hint="PyTorch's order is i, f, g, o. Which block of rows is the forget gate's?",
        edits=(("gates[1].fill_", "gates[2].fill_"),),
    ),
    Mistake(
        id="X305",
        task="init_recurrent_",
        what="Leaves the biases as they were, but for the forget gate's one.",
        hint="What are the other biases after your function, all of them?",
        edits=(("gate.zero_()", "pass"),),
    ),
    Mistake(
        id="X306",
        task="init_recurrent_",
        what="Sets one of the two biases and leaves the other as it was.",
        hint="PyTorch keeps two biases and adds them. What is in the second one?",
        edits=(("            else:\n", '            elif name.startswith("bias_ih"):\n'),),
    ),
    Mistake(
        id="X307",
        task="init_recurrent_",
        what="Gives the second block of any layer the forget bias, a GRU's update gate too.",
        hint="Which of the three kinds of layer has a forget gate?",
        edits=((_FORGET, 'if len(gates) > 1 and name.startswith("bias_ih"):'),),
    ),
    Mistake(
        id="X308",
        task="init_recurrent_",
        what="Initialises the first layer only.",
        hint="Which parameters has a layer of depth two, in two directions? Print their names.",
        edits=(
            (
                "    for name, parameter in rnn.named_parameters():\n",
                "    for name, parameter in rnn.named_parameters():\n"
                "        if '_l0' not in name:\n            continue\n",
            ),
        ),
    ),
    Mistake(
        id="X309",
        task="init_recurrent_",
        what="Leaves the backward direction as it was.",
        hint="Which parameters has a layer that reads in two directions? Print their names.",
        edits=(
            (
                "    for name, parameter in rnn.named_parameters():\n",
                "    for name, parameter in rnn.named_parameters():\n"
                "        if 'reverse' in name:\n            continue\n",
            ),
        ),
    ),
    Mistake(
        id="X310",
        task="init_recurrent_",
        what="Fails for layers without biases.",
        hint="Which parameters are there with `bias=False`?",
        edits=(("    fills = {", "    rnn.bias_ih_l0.detach().zero_()\n    fills = {"),),
    ),
    Mistake(
        id="X311",
        task="init_recurrent_",
        what="Uses `kind` for the matrices on the state as well.",
        hint="Which matrices does `kind` speak of: those on the input, or those on the state?",
        edits=(("                init.orthogonal_(gate)\n", "                fills[kind](gate)\n"),),
    ),
    Mistake(
        id="X312",
        task="init_recurrent_",
        what="Exchanges the two groups: orthogonal on the input, `kind` on the state.",
        hint="`ih` and `hh`: which of the two acts on the input?",
        edits=(
            ('startswith("weight_ih")', 'startswith("weight_hh")'),
            ('elif name.startswith("weight_hh")', 'elif name.startswith("weight_ih")'),
        ),
    ),
    Mistake(
        id="X313",
        task="init_recurrent_",
        what="Xavier for kaiming and the other way round.",
        hint="Which of the two looks at the number of inputs only?",
        edits=(
            (
                '"xavier": init.xavier_normal_, "kaiming": init.kaiming_normal_',
                '"xavier": init.kaiming_normal_, "kaiming": init.xavier_normal_',
            ),
        ),
    ),
    Mistake(
        id="X314",
        task="init_recurrent_",
        what="Leaves the matrices on the input as they were.",
        hint="Print the spread of `weight_ih_l0` before and after. Did it change?",
        edits=((_FILL, "pass"),),
    ),
    Mistake(
        id="X315",
        task="init_recurrent_",
        what="Ignores `kind`: always xavier.",
        hint='Call it with "xavier" and with "kaiming". Where in your function do they part?',
        edits=((_FILL, 'fills["xavier"](gate)'),),
    ),
    Mistake(
        id="X316",
        task="init_recurrent_",
        what="Draws fresh tensors and never writes them into the layer.",
        hint="After your function, are the numbers in the layer itself new, or only those in a name of your own?",
        source="""
def init_recurrent_(rnn, kind, forget_bias):
    copies = {name: parameter.detach().clone() for name, parameter in rnn.named_parameters()}
    for name, parameter in copies.items():
        if name.startswith("weight_hh"):
            parameter = torch.cat([init.orthogonal_(gate) for gate in parameter.split(rnn.hidden_size)])
""",
    ),
    Mistake(
        id="X317",
        task="init_recurrent_",
        what="The forget gate's bias is always 1, whatever is asked for.",
        hint="Call it with forget_bias = 2. What is the total bias?",
        edits=(("gates[1].fill_(forget_bias)", "gates[1].fill_(1.0)"),),
    ),
    Mistake(
        id="X318",
        task="init_recurrent_",
        what="Writes into leaves that require a gradient: PyTorch refuses.",
        hint="An initialisation is no part of the model's computation. How do you tell PyTorch so?",
        edits=(("parameter.detach().split(", "parameter.split("), ("gate.zero_()", "gate.mul_(0)")),
    ),
)

_CUT = "state = (state[0].detach(), state[1].detach()) if isinstance(rnn, nn.LSTM) else state.detach()"

TRUNCATION: tuple[Mistake, ...] = (
    Mistake(
        id="B30",
        task="truncated_bptt",
        what="Never cuts the graph, or throws away what `detach` returns: every chunk reaches back to the beginning.",
        hint="How far back does the graph of the second chunk reach? If you call `detach`, what becomes of its result?",
        edits=((f"        {_CUT}\n", ""),),
    ),
    Mistake(
        id="B32",
        task="truncated_bptt",
        what="Cuts the graph of h, not of c.",
        hint="An LSTM's state is a pair. Which of the two still remembers?",
        edits=(("state[1].detach()", "state[1]"),),
    ),
    Mistake(
        id="X321",
        task="truncated_bptt",
        what="Cuts the graph of c, not of h.",
        hint="An LSTM's state is a pair. Which of the two still remembers?",
        edits=(("(state[0].detach(), state[1].detach())", "(state[0], state[1].detach())"),),
    ),
    Mistake(
        id="X322",
        task="truncated_bptt",
        what="Starts every chunk from zeros.",
        hint="What does the second chunk start from? Is truncation about the values, or about the graph?",
        edits=((_CUT, "state = None"),),
    ),
    Mistake(
        id="X323",
        task="truncated_bptt",
        what="Drops the last chunk when it is short.",
        hint="A sequence of seven steps in chunks of three: what happens to the last one?",
        edits=(("for part in x.split(chunk):", "for part in x[: len(x) // chunk * chunk].split(chunk):"),),
    ),
    Mistake(
        id="X324",
        task="truncated_bptt",
        what="Returns a list: all chunks are computed at once.",
        hint="In training the weights change between two chunks. When is your second chunk computed?",
        source="""
def truncated_bptt(rnn, x, chunk):
    return list(right_truncated_bptt(rnn, x, chunk))
""",
    ),
    Mistake(
        id="X325",
        task="truncated_bptt",
        what="Computes all chunks first and yields them afterwards.",
        hint="In training the weights change between two chunks. When is your second chunk computed?",
        source="""
def truncated_bptt(rnn, x, chunk):
    yield from list(right_truncated_bptt(rnn, x, chunk))
""",
    ),
    Mistake(
        id="X326",
        task="truncated_bptt",
        what="Detaches the state before it is yielded: a loss on the state has no graph.",
        hint="A loss may use the state. Does the one you yield still have a graph?",
        edits=(
            (
                f"        yield outputs, state\n        {_CUT}\n",
                f"        {_CUT}\n        yield outputs, state\n",
            ),
        ),
    ),
    Mistake(
        id="X327",
        task="truncated_bptt",
        what="Cuts the graph at every step, inside the chunks too.",
        hint="Inside a chunk, should the last step still know the first one?",
        source="""
def truncated_bptt(rnn, x, chunk):
    state = None
    for part in x.split(chunk):
        outputs = []
        for x_t in part.split(1):
            if state is not None:
                state = tuple(s.detach() for s in state) if isinstance(rnn, nn.LSTM) else state.detach()
            output, state = rnn(x_t, state)
            outputs.append(output)
        yield torch.cat(outputs), state
""",
    ),
    Mistake(
        id="X328",
        task="truncated_bptt",
        what="Computes without a graph at all.",
        hint="Each chunk is to be trained on. What does `no_grad` take away?",
        edits=(
            (
                "        outputs, state = rnn(part, state)\n",
                "        with torch.no_grad():\n            outputs, state = rnn(part, state)\n",
            ),
        ),
    ),
    Mistake(
        id="X329",
        task="truncated_bptt",
        what="Cuts x along the batch instead of along time.",
        hint="Which axis of x is time?",
        edits=(("x.split(chunk)", "x.split(chunk, dim=1)"),),
    ),
    Mistake(
        id="X330",
        task="truncated_bptt",
        what="Works for an LSTM only: takes a tensor for a pair.",
        hint="What is the state of an LSTM, and what is that of a GRU?",
        edits=((_CUT, "state = (state[0].detach(), state[1].detach())"),),
    ),
    Mistake(
        id="X331",
        task="truncated_bptt",
        what="Works for a single tensor only: an LSTM's pair has no detach.",
        hint="What is the state of a GRU, and what is that of an LSTM?",
        edits=((_CUT, "state = state.detach()"),),
    ),
    Mistake(
        id="X332",
        task="truncated_bptt",
        what="Yields the outputs without the state.",
        hint="What does the caller need beside the outputs?",
        edits=(("yield outputs, state", "yield outputs"),),
    ),
    Mistake(
        id="X333",
        task="truncated_bptt",
        what="Takes chunks that overlap by one step.",
        hint="How many outputs come back altogether, and how many steps has x?",
        edits=(
            (
                "for part in x.split(chunk):",
                "for part in (x[i : i + chunk + 1] for i in range(0, len(x), chunk)):",
            ),
        ),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*NORMS, *CLIPPING, *STARTS, *TRUNCATION)
