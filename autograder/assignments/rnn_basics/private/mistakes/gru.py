"""Known mistakes in the tasks on the GRU cells."""

from autograder.grading.mistakes import Mistake

_X = "x_r, x_z, x_n = "
_H = "h_r, h_z, h_n = "
_R = "r = torch.sigmoid(x_r + h_r)"
_Z = "z = torch.sigmoid(x_z + h_z)"
_N = "n = torch.tanh(x_n + r * h_n)"
_NEW = "return (1 - z) * n + z * h"
_CHUNKS = "torch packs r, z, n. Which block do you call which?"

_TORCH_MISTAKES = (
    Mistake(
        id="A29a",
        task="gru_step",
        what="z is reversed: it takes the new state.",
        hint="As z goes to 1, do you keep or replace? And PyTorch?",
        edits=((_NEW, "return z * n + (1 - z) * h"),),
    ),
    Mistake(
        id="A30a",
        task="gru_step",
        what="The reset gate acts before the matrix product (the original form, and the lecture's).",
        hint="PyTorch multiplies r *after* W_hn h + b_hn. Where do you multiply it?",
        edits=((_N, "n = torch.tanh(x_n + (r * h) @ W_h.chunk(3)[2].T + b_h.chunk(3)[2])"),),
    ),
    Mistake(
        id="A30b",
        task="gru_step",
        what="The bias b_hn stands outside of the reset.",
        hint="PyTorch multiplies r with W_hn h + b_hn. Does your r reach the bias?",
        edits=((_N, "n = torch.tanh(x_n + r * (h @ W_h.chunk(3)[2].T) + b_h.chunk(3)[2])"),),
    ),
    Mistake(
        id="A30c",
        task="gru_step",
        what="The whole of the lecture's convention: reset before the product, and z reversed.",
        hint="There are two conventions: this is the lecture's. In which two places does PyTorch's differ?",
        edits=(
            (_N, "n = torch.tanh(x_n + (r * h) @ W_h.chunk(3)[2].T + b_h.chunk(3)[2])"),
            (_NEW, "return (1 - z) * h + z * n"),
        ),
    ),
    Mistake(
        id="A30d",
        task="gru_step",
        what="The reset gate multiplies the input's part as well.",
        hint="What should a cell that forgets its past still hear: its past, or its input?",
        edits=((_N, "n = torch.tanh(r * (x_n + h_n))"),),
    ),
    Mistake(
        id="A32a",
        task="gru_step",
        what="Chunk order z, r, n.",
        hint=_CHUNKS,
        edits=((_X, "x_z, x_r, x_n = "), (_H, "h_z, h_r, h_n = ")),
    ),
    Mistake(
        id="A32b",
        task="gru_step",
        what="z is used as the reset gate.",
        hint="Two gates, two jobs: which one decides what the candidate hears of the past?",
        edits=((_N, "n = torch.tanh(x_n + z * h_n)"),),
    ),
    Mistake(
        id="A32c",
        task="gru_step",
        what="The reset gate is not used.",
        hint="Which of your lines reads r?",
        edits=((_N, "n = torch.tanh(x_n + h_n)"),),
    ),
    Mistake(
        id="A32d",
        task="gru_step",
        what="The update gate is not used: the new state is the candidate.",
        hint="Which of your lines reads z? What remains of the old state?",
        edits=((_NEW, "return n"),),
    ),
    Mistake(
        id="A32e",
        task="gru_step",
        what="The reset gate is used as the update gate.",
        hint="Two gates, two jobs: which one decides how much of the old state is kept?",
        edits=((_NEW, "return (1 - r) * n + r * h"),),
    ),
    Mistake(
        id="A02e",
        task="gru_step",
        what="b_h is left out.",
        hint="torch keeps two bias vectors. How many did you add?",
        edits=(("(h @ W_h.T + b_h)", "(h @ W_h.T)"),),
    ),
    Mistake(
        id="A02f",
        task="gru_step",
        what="b_x is left out.",
        hint="torch keeps two bias vectors. How many did you add?",
        edits=(("(x @ W_x.T + b_x)", "(x @ W_x.T)"),),
    ),
    Mistake(
        id="A02g",
        task="gru_step",
        what="Both biases are left out.",
        hint="With x and h all zero, what do the gates see? torch keeps two bias vectors.",
        edits=(("(x @ W_x.T + b_x)", "(x @ W_x.T)"), ("(h @ W_h.T + b_h)", "(h @ W_h.T)")),
    ),
    Mistake(
        id="A01c",
        task="gru_step",
        what="The gates do not see the old state.",
        hint="Feed the same x with two different pasts. Which of your gates may stay the same?",
        edits=((_R, "r = torch.sigmoid(x_r)"), (_Z, "z = torch.sigmoid(x_z)")),
    ),
    Mistake(
        id="X171",
        task="gru_step",
        what="The candidate goes through a sigmoid.",
        hint="Between which numbers may a state lie? Which function gives negative ones too?",
        edits=((_N, "n = torch.sigmoid(x_n + r * h_n)"),),
    ),
    Mistake(
        id="X172",
        task="gru_step",
        what="Adds the kept part without shrinking the new one: n + z h.",
        hint="The new state is a mixture of two. What do their two shares add up to?",
        edits=((_NEW, "return n + z * h"),),
    ),
    Mistake(
        id="X173",
        task="gru_step",
        what="Detaches the old state where it is kept.",
        hint="Your values are right. Can a gradient still pass along the kept part of the state?",
        edits=((_NEW, "return (1 - z) * n + z * h.detach()"),),
    ),
    Mistake(
        id="A05e",
        task="gru_step",
        what="Writes the new state into the caller's h.",
        hint="Run the cell twice with the same inputs. Is the second answer the same?",
        edits=((_NEW, "h.copy_((1 - z) * n + z * h)\n    return h"),),
    ),
)

_LN = "n = torch.tanh(x_n + (r * h) @ W_hn.T + b_hn)"
_LNEW = "return (1 - z) * h + z * n"

_LECTURE_MISTAKES = (
    Mistake(
        id="A29b",
        task="gru_step_lecture",
        what="z keeps the old state, as in PyTorch.",
        hint="As z goes to 1, does the lecture keep the old state or replace it?",
        edits=((_LNEW, "return (1 - z) * n + z * h"),),
    ),
    Mistake(
        id="A30e",
        task="gru_step_lecture",
        what="The reset gate acts after the matrix product and its bias, as in PyTorch.",
        hint="Does the lecture's r meet h before or after the product with W_hn?",
        edits=((_LN, "n = torch.tanh(x_n + r * (h @ W_hn.T + b_hn))"),),
    ),
    Mistake(
        id="A30f",
        task="gru_step_lecture",
        what="The whole of PyTorch's convention.",
        hint="This is PyTorch's convention. In which two places does the lecture's differ?",
        edits=((_LN, "n = torch.tanh(x_n + r * (h @ W_hn.T + b_hn))"), (_LNEW, "return (1 - z) * n + z * h")),
    ),
    Mistake(
        id="A30g",
        task="gru_step_lecture",
        what="The reset gate acts after the product, but not on the bias.",
        hint="Does the lecture's r meet h before or after the product with W_hn?",
        edits=((_LN, "n = torch.tanh(x_n + r * (h @ W_hn.T) + b_hn)"),),
    ),
    Mistake(
        id="X176",
        task="gru_step_lecture",
        what="Mixes with r * h instead of h.",
        hint="Which old state is kept: the whole of it, or what the reset gate has left?",
        edits=((_LNEW, "return (1 - z) * (r * h) + z * n"),),
    ),
    Mistake(
        id="A32f",
        task="gru_step_lecture",
        what="Chunk order z, r, n, as the lecture's slide prints its gates.",
        hint="The rows of the weights stand in the same order as in gru_step: r, z, n. And yours?",
        edits=(
            ("x_r, x_z, x_n = ", "x_z, x_r, x_n = "),
            ("W_hr, W_hz, W_hn = ", "W_hz, W_hr, W_hn = "),
            ("b_hr, b_hz, b_hn = ", "b_hz, b_hr, b_hn = "),
        ),
    ),
    Mistake(
        id="A32g",
        task="gru_step_lecture",
        what="z is used as the reset gate.",
        hint="Two gates, two jobs: which one decides what the candidate hears of the past?",
        edits=((_LN, "n = torch.tanh(x_n + (z * h) @ W_hn.T + b_hn)"),),
    ),
    Mistake(
        id="A32h",
        task="gru_step_lecture",
        what="The reset gate is not used.",
        hint="Which of your lines reads r?",
        edits=((_LN, "n = torch.tanh(x_n + h @ W_hn.T + b_hn)"),),
    ),
    Mistake(
        id="A32i",
        task="gru_step_lecture",
        what="The update gate is not used: the new state is the candidate.",
        hint="Which of your lines reads z? What remains of the old state?",
        edits=((_LNEW, "return n"),),
    ),
    Mistake(
        id="A02h",
        task="gru_step_lecture",
        what="b_hn is left out of the candidate.",
        hint="How many biases does the candidate have? How many did you add?",
        edits=((_LN, "n = torch.tanh(x_n + (r * h) @ W_hn.T)"),),
    ),
    Mistake(
        id="A02i",
        task="gru_step_lecture",
        what="All of b_h is left out.",
        hint="The task gives two bias vectors. How many did you add?",
        edits=(
            (_LN, "n = torch.tanh(x_n + (r * h) @ W_hn.T)"),
            ("@ W_hr.T + b_hr", "@ W_hr.T"),
            ("@ W_hz.T + b_hz", "@ W_hz.T"),
        ),
    ),
    Mistake(
        id="X177",
        task="gru_step_lecture",
        what="The gates read r * h too, or h is overwritten by r * h before z is made.",
        hint="Which h do the gates see: the old state, or what the reset gate has left of it?",
        edits=(("z = torch.sigmoid(x_z + h @", "z = torch.sigmoid(x_z + (r * h) @"),),
    ),
    Mistake(
        id="A05f",
        task="gru_step_lecture",
        what="Writes the new state into the caller's h.",
        hint="Run the cell twice with the same inputs. Is the second answer the same?",
        edits=((_LNEW, "h.copy_((1 - z) * h + z * n)\n    return h"),),
    ),
    Mistake(
        id="X178",
        task="gru_step_lecture",
        what="Detaches the old state where it is kept.",
        hint="Your values are right. Can a gradient still pass along the kept part of the state?",
        edits=((_LNEW, "return (1 - z) * h.detach() + z * n"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_TORCH_MISTAKES, *_LECTURE_MISTAKES)
