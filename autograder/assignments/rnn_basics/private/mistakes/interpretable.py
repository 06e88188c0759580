"""Known mistakes in the tasks on interpretable cells."""

from autograder.grading.mistakes import Mistake

_STEP = "_, h = model(symbol.view(1, 1), h)"

TRACE: tuple[Mistake, ...] = (
    Mistake(
        id="X341",
        task="hidden_trace",
        what="Starts every symbol from a zero state, or feeds the symbols as a batch of texts of one symbol.",
        hint="Does the second symbol start from the state after the first one?",
        edits=((_STEP, "_, h = model(symbol.view(1, 1))"),),
    ),
    Mistake(
        id="B43",
        task="hidden_trace",
        what="Leaves the model in eval mode.",
        hint="Watching is not training. In which mode was the model before, and in which is it now?",
        edits=(("    model.train(was_training)\n", ""),),
    ),
    Mistake(
        id="X342",
        task="hidden_trace",
        what="Puts the model into train mode, whatever it was in before.",
        hint="The model may have been in eval mode already. In which mode do you leave it?",
        edits=(("model.train(was_training)", "model.train()"),),
    ),
    Mistake(
        id="X343",
        task="hidden_trace",
        what="The trace carries the graph of the whole text.",
        hint="Nothing is trained here. What tells PyTorch not to remember the computation?",
        edits=(("with torch.no_grad():", "with torch.enable_grad():"),),
    ),
    Mistake(
        id="X344",
        task="hidden_trace",
        what="Collects the scores instead of the states.",
        hint="Which of the model's two results is the state? How many columns should the trace have?",
        edits=(
            (_STEP, "logits, h = model(symbol.view(1, 1), h)"),
            ("states.append(h[0])", "states.append(logits[0, 0])"),
        ),
    ),
    Mistake(
        id="X345",
        task="hidden_trace",
        what="Keeps the batch axis: (T, 1, H).",
        hint="One text is a batch of one. Which axis of the trace should go?",
        edits=(("states.append(h[0])", "states.append(h)"),),
    ),
    Mistake(
        id="X346",
        task="hidden_trace",
        what="Collects the state before each symbol instead of after it.",
        hint="Row 0 is the state after the first symbol. What is in yours?",
        edits=(
            ("h, states = None, []", "h, states = model(ids[:1, None])[1].detach() * 0, []"),
            (
                f"            {_STEP}\n            states.append(h[0])\n",
                f"            states.append(h[0])\n            {_STEP}\n",
            ),
        ),
    ),
    Mistake(
        id="X347",
        task="hidden_trace",
        what="Reads the text once and returns the last state only.",
        hint="How many rows should the trace of ten symbols have?",
        source="""
def hidden_trace(model, ids):
    with torch.no_grad():
        return model(ids[:, None])[1]
""",
    ),
)

_RETURN = "return index, r[index].item()"
_ABS = "r.abs().masked_fill(is_constant, -1).argmax()"
_R = "r = (a * b).sum(dim=1) / (a.norm(dim=1) * b.norm())"

CELL: tuple[Mistake, ...] = (
    Mistake(
        id="X351",
        task="find_cell",
        what="Takes the largest r, not the largest |r|: cells that go the other way are missed.",
        hint="A cell may go down where the feature goes up. Does it not follow it just as well?",
        edits=((_ABS, "r.masked_fill(is_constant, -2).argmax()"),),
    ),
    Mistake(
        id="X352",
        task="find_cell",
        what="Returns |r|: the sign is lost.",
        hint="Does your cell go up or down with the feature? Can one tell from what you return?",
        edits=((_RETURN, "return index, r[index].abs().item()"),),
    ),
    Mistake(
        id="X353",
        task="find_cell",
        what="Constant cells divide 0 by 0: NaN wins every comparison.",
        hint="What is the standard deviation of a cell that never changes, and what do you divide by?",
        edits=((_ABS, "r.abs().argmax()"),),
    ),
    Mistake(
        id="X354",
        task="find_cell",
        what="A constant cell counts as r = 0, and may come first.",
        hint="Which cells may be returned at all? And if all of those correlate weakly?",
        edits=(
            (_ABS, "r.nan_to_num(0).abs().argmax()"),
            (_RETURN, "return index, r.nan_to_num(0)[index].item()"),
        ),
    ),
    Mistake(
        id="X355",
        task="find_cell",
        what="The covariance: cells with large values win.",
        hint="What happens to your number when a cell is multiplied by 1000? And to a correlation?",
        edits=((_R, "r = (a * b).mean(dim=1)"),),
    ),
    Mistake(
        id="X356",
        task="find_cell",
        what="The cosine: the means are not taken off.",
        hint="Add 100 to a cell everywhere. Does its correlation change? Does yours?",
        edits=(
            ("a = cells - cells.mean(dim=1, keepdim=True)", "a = cells"),
            ("b = feature - feature.mean()", "b = feature"),
        ),
    ),
    Mistake(
        id="X357",
        task="find_cell",
        what="Divides by T in one place and by T - 1 in another.",
        hint="For a cell that equals the feature, r should be exactly 1. What do you get?",
        edits=((_R, "r = (a * b).mean(dim=1) / (a.std(dim=1) * b.std())"),),
    ),
    Mistake(
        id="X358",
        task="find_cell",
        what="Takes the mean of an integer (or bool) feature, which PyTorch refuses.",
        hint='Of which type is a feature such as "inside quotes"? Can one take its mean?',
        edits=(("    feature = feature.double()\n", ""),),
    ),
    Mistake(
        id="X359",
        task="find_cell",
        what="Returns the index as a tensor.",
        hint="What are the types of the two parts of your result?",
        edits=((_RETURN, "return torch.tensor(index), r[index].item()"),),
    ),
    Mistake(
        id="X360",
        task="find_cell",
        what="Returns r as a tensor.",
        hint="What are the types of the two parts of your result?",
        edits=((_RETURN, "return index, r[index]"),),
    ),
    Mistake(
        id="X361",
        task="find_cell",
        what="Of equally good cells takes the last.",
        hint="If two cells follow the feature equally well, which of them do you return?",
        edits=((f"int({_ABS})", f"len(r) - 1 - int({_ABS.replace('.argmax()', '.flip(0).argmax()')})"),),
    ),
    Mistake(
        id="X362",
        task="find_cell",
        what="Centres by the mean over the cells instead of over time.",
        hint="The mean of a cell: over which of the two axes?",
        edits=(("cells.mean(dim=1, keepdim=True)", "cells.mean(dim=0, keepdim=True)"),),
    ),
    Mistake(
        id="X363",
        task="find_cell",
        what="The feature's mean is not taken off, the cells' is; the length of the feature is then wrong.",
        hint="Add 100 to the feature everywhere. Does the correlation change? Does yours?",
        edits=(("b = feature - feature.mean()", "b = feature"),),
    ),
    Mistake(
        id="X364",
        task="find_cell",
        what="The square of r: how much is explained, not in which direction.",
        hint="r lies between -1 and 1. Can your number be negative?",
        edits=((_RETURN, "return index, r[index].item() ** 2"),),
    ),
    Mistake(
        id="X365",
        task="find_cell",
        what="Returns (r, index).",
        hint="In which order does the signature promise the two parts?",
        edits=((_RETURN, "return r[index].item(), index"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*TRACE, *CELL)
