"""Known mistakes in `batchify` and `get_batch`."""

from autograder.grading.mistakes import Mistake

# What the edits replace.
_LENGTH = "length = len(ids) // batch_size"
_CUT = "ids[: length * batch_size].view(batch_size, length)"
_TURNED = "return columns.T.contiguous()"

_DOWN = "Read down one column. Is it text?"
_REST = "Which ids are dropped, and how many? What does `len(ids) // batch_size` tell you?"

_BATCHIFY: tuple[Mistake, ...] = (
    Mistake(
        id="B08a",
        task="batchify",
        what="view(-1, batch_size): the text runs along the rows, the streams are interleaved.",
        hint=_DOWN,
        edits=((_TURNED, "return columns.reshape(length, batch_size)"),),
    ),
    Mistake(
        id="X544",
        task="batchify",
        what="Not transposed: the shape is (B, T).",
        hint="Which axis is time in this course: the first or the second?",
        edits=((_TURNED, "return columns.contiguous()"),),
    ),
    Mistake(
        id="X545",
        task="batchify",
        what="The rest is not dropped: a text that is not a multiple of the batch size is an error.",
        hint="Can 26 ids stand in 4 equal columns? Which of them have to go?",
        edits=((_CUT, "ids.view(batch_size, -1)"),),
    ),
    Mistake(
        id="X546",
        task="batchify",
        what="The rest is dropped at the beginning of the text instead of its end.",
        hint="Which id is the first of the text, and which the first of your first column?",
        edits=((_CUT, "ids[len(ids) - length * batch_size :].view(batch_size, length)"),),
    ),
    Mistake(
        id="X547",
        task="batchify",
        what="One row too few where the text is a multiple of the batch size.",
        hint="How many rows have 24 ids in 4 columns? Is anything left over?",
        edits=((_LENGTH, "length = (len(ids) - 1) // batch_size"),),
    ),
    Mistake(
        id="X548",
        task="batchify",
        what="The rest is not dropped but filled up with zeros.",
        hint=_REST,
        edits=(
            (_LENGTH, "length = -(-len(ids) // batch_size)"),
            (_CUT, "F.pad(ids, (0, length * batch_size - len(ids))).view(batch_size, length)"),
        ),
    ),
    Mistake(
        id="X550",
        task="batchify",
        what="The columns come in reverse order.",
        hint="Which piece of the text stands in the first column?",
        edits=((_TURNED, "return columns.flip(0).T.contiguous()"),),
    ),
    Mistake(
        id="X551",
        task="batchify",
        what="Returns a list of columns.",
        hint="Of which type and shape is the result that is asked for?",
        edits=((_TURNED, "return list(columns)"),),
    ),
    Mistake(
        id="X552",
        task="batchify",
        what="The ids become floats.",
        hint="Of which type are the ids that come in, and of which are those that go out?",
        edits=((_TURNED, "return columns.T.float()"),),
    ),
    Mistake(
        id="X553",
        task="batchify",
        what="batch_size is taken for the number of rows.",
        hint="How many columns should there be, and how many are there?",
        edits=(
            (_TURNED, "return columns.contiguous()"),
            (_CUT, "ids[: length * batch_size].view(length, batch_size).T"),
        ),
    ),
    Mistake(
        id="X554",
        task="batchify",
        what="Cuts with `chunk`, whose last piece is shorter, and pads or fails there.",
        hint="How long is the last piece that `chunk` or `split` gives, and how long are the others?",
        edits=((_CUT, "torch.stack(ids.chunk(batch_size))"),),
    ),
)

_ROWS = "rows = min(bptt, len(source) - 1 - i)"
_DATA = "data = source[i : i + rows]"
_TARGET = "source[i + 1 : i + 1 + rows].flatten()"
_RETURN = "return data, target"

_LAST = "Look at the final pair: which row is read, and which one is to be predicted?"
_ORDER = "Which number of data stands beside the first number of your target once both are flattened? And the second?"

_GET_BATCH: tuple[Mistake, ...] = (
    Mistake(
        id="B10",
        task="get_batch",
        what="The target is the input.",
        hint="What is the model asked to predict: the word it reads, or the next one?",
        edits=((_TARGET, "source[i : i + rows].flatten()"),),
    ),
    Mistake(
        id="B10b",
        task="get_batch",
        what="The target is the id before.",
        hint="In which direction does the text run: which id comes after the one that was read?",
        edits=((_TARGET, "source.roll(1, 0)[i : i + rows].flatten()"),),
    ),
    Mistake(
        id="B11a",
        task="get_batch",
        what="The target is shifted by two.",
        hint=_LAST,
        edits=(
            (_ROWS, "rows = min(bptt, len(source) - 2 - i)"),
            (_TARGET, "source[i + 2 : i + 2 + rows].flatten()"),
        ),
    ),
    Mistake(
        id="B11b",
        task="get_batch",
        what="Wraps round: the first row is to be predicted from the last one.",
        hint=_LAST,
        edits=(
            (_ROWS, "rows = min(bptt, len(source) - i)"),
            (_TARGET, "source.roll(-1, 0)[i : i + rows].flatten()"),
        ),
    ),
    Mistake(
        id="B12a",
        task="get_batch",
        what="The last window overruns: its last row has no target.",
        hint="How many rows has the last window, and how many of them have a next one?",
        edits=((_ROWS, "rows = bptt"),),
    ),
    Mistake(
        id="B12b",
        task="get_batch",
        what="The last pair is lost.",
        hint=_LAST,
        edits=((_ROWS, "rows = min(bptt, len(source) - 2 - i)"),),
    ),
    Mistake(
        id="B12c",
        task="get_batch",
        what="A window that would be shorter than bptt is left out.",
        hint="What is the sum of the lengths of all windows? How many rows have a next one?",
        edits=((_ROWS, "rows = bptt if i + bptt < len(source) else 0"),),
    ),
    Mistake(
        id="B12d",
        task="get_batch",
        what="A window that would be shorter than bptt begins earlier, so that it is full: ids are predicted twice.",
        hint="How often is each id predicted in one pass?",
        edits=((_ROWS, "rows = bptt\n    i = min(i, len(source) - 1 - bptt)"),),
    ),
    Mistake(
        id="X555",
        task="get_batch",
        what="The target is not flattened.",
        hint="How many dimensions should the target have?",
        edits=((_TARGET, "source[i + 1 : i + 1 + rows]"),),
    ),
    Mistake(
        id="B14",
        task="get_batch",
        what="The target is flattened column by column, the data row by row.",
        hint=_ORDER,
        edits=((_TARGET, "source[i + 1 : i + 1 + rows].T.flatten()"),),
    ),
    Mistake(
        id="X556",
        task="get_batch",
        what="i is taken for the number of the window.",
        hint="What does i count: windows, or rows?",
        edits=((_ROWS, "i = i * bptt\n    rows = min(bptt, len(source) - 1 - i)"),),
    ),
    Mistake(
        id="X557",
        task="get_batch",
        what="Returns (target, data).",
        hint="In which order are the two results named under “Returns”?",
        edits=((_RETURN, "return target, data"),),
    ),
    Mistake(
        id="X558",
        task="get_batch",
        what="The data are flattened too.",
        hint="Which shape does the model read?",
        edits=((_RETURN, "return data.flatten(), target"),),
    ),
    Mistake(
        id="X559",
        task="get_batch",
        what="The data are turned: (B, rows).",
        hint="Which axis is time in what the model reads?",
        edits=((_RETURN, "return data.T, target"),),
    ),
    Mistake(
        id="X560",
        task="get_batch",
        what="The target is the row after the window only.",
        hint="How many predictions does the model make in a window of bptt rows?",
        edits=((_TARGET, "source[i + rows]"),),
    ),
    Mistake(
        id="X561",
        task="get_batch",
        what="Windows are cut out of the columns instead of the rows.",
        hint="Which axis of source is time?",
        edits=(
            (_ROWS, "rows = min(bptt, source.shape[1] - 1 - i)"),
            (_DATA, "data = source[:, i : i + rows]"),
            (_TARGET, "source[:, i + 1 : i + 1 + rows].flatten()"),
        ),
    ),
    Mistake(
        id="B48a",
        task="get_batch",
        what="The window is cut before it is shifted: its last row is a target only, and one target a window is lost.",
        hint="Who predicts the first word of the next window? How many targets are there in one pass?",
        edits=((_ROWS, "rows = min(bptt, len(source) - i) - 1"),),
    ),
    Mistake(
        id="X563",
        task="get_batch",
        what="Returns a list.",
        hint="Of which type is the result that is asked for?",
        edits=((_RETURN, "return [data, target]"),),
    ),
    Mistake(
        id="X564",
        task="get_batch",
        what="The targets are floats.",
        hint="Of which type must a target be that stands for a class?",
        edits=((_RETURN, "return data, target.float()"),),
    ),
    Mistake(
        id="X565",
        task="get_batch",
        what="`view` on a text that batchify transposed and never made contiguous: an error as soon as both meet.",
        hint="What does `view` ask of a tensor's memory, and what does a transposition leave behind?",
        source="def batchify(ids, batch_size):\n"
        "    length = len(ids) // batch_size\n"
        "    return ids[: length * batch_size].view(batch_size, length).t()\n\n\n"
        "def get_batch(source, i, bptt):\n"
        "    rows = min(bptt, len(source) - 1 - i)\n"
        "    return source[i : i + rows], source[i + 1 : i + 1 + rows].view(-1)\n",
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_BATCHIFY, *_GET_BATCH)
