"""Known mistakes in the tasks on padding and batch sizes."""

from autograder.grading.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="X101",
        task="pad_batch",
        what="Pads on the left.",
        hint="Print ids[0] of a short row. At which end of the row does the text stand?",
        edits=(("row[: len(sequence)]", "row[len(row) - len(sequence) :]"),),
    ),
    Mistake(
        id="X102",
        task="pad_batch",
        what="Counts what differs from pad_id, so that real tokens of that id are not counted.",
        hint="How long is the sequence [7, 0, 7] if 0 is also the padding? What does your count say?",
        edits=(("return ids, lengths", "return ids, (ids != pad_id).sum(dim=1)"),),
    ),
    Mistake(
        id="X103",
        task="pad_batch",
        what="Pads with 0 whatever pad_id is.",
        hint="Which of your lines reads pad_id?",
        edits=(("pad_id, dtype", "0, dtype"),),
    ),
    Mistake(
        id="X104",
        task="pad_batch",
        what="Returns ids as floats.",
        hint="What is the dtype of a tensor that torch.zeros or torch.full makes when none is given? What is an id?",
        edits=(("return ids, lengths", "return ids.float(), lengths"),),
    ),
    Mistake(
        id="X105",
        task="pad_batch",
        what="Makes the caller's own lists longer.",
        hint="Print the list of sequences after the call. Whose lists did you extend?",
        source=(
            "def pad_batch(sequences, pad_id):\n"
            "    lengths = torch.tensor([len(sequence) for sequence in sequences])\n"
            "    for sequence in sequences:\n"
            "        while len(sequence) < max(lengths):\n"
            "            sequence.append(pad_id)\n"
            "    return torch.tensor(sequences), lengths\n"
        ),
    ),
    Mistake(
        id="X106",
        task="pad_batch",
        what="Takes the lengths after padding, so that all are equal.",
        hint="Print the lengths. Can three sequences of different lengths have the same one?",
        edits=(("return ids, lengths", "return ids, torch.full_like(lengths, ids.shape[1])"),),
    ),
    Mistake(
        id="X107",
        task="pad_batch",
        what="Returns (T, B), time first.",
        hint="Which axis of your result counts the sequences? Which one was asked for?",
        edits=(("return ids, lengths", "return ids.T, lengths"),),
    ),
    Mistake(
        id="X108",
        task="pad_batch",
        what="Gives an empty sequence the length 1.",
        hint="How many tokens has an empty sequence?",
        edits=(("return ids, lengths", "return ids, lengths.clamp(min=1)"),),
    ),
    Mistake(
        id="X109",
        task="pad_batch",
        what="Returns the lengths as a list.",
        hint="What kind of thing are the lengths in the line under “Returns”?",
        edits=(("return ids, lengths", "return ids, lengths.tolist()"),),
    ),
    Mistake(
        id="X110",
        task="pad_batch",
        what="Cuts every sequence to the shortest one instead of padding to the longest.",
        hint="Which row decides how wide your rectangle is? Where did the rest of the longer ones go?",
        source=(
            "def pad_batch(sequences, pad_id):\n"
            "    lengths = torch.tensor([len(sequence) for sequence in sequences])\n"
            "    return torch.tensor([sequence[: min(lengths)] for sequence in sequences]).long(), lengths\n"
        ),
    ),
    Mistake(
        id="X111",
        task="packed_batch_sizes",
        what="Counts a row as alive one step too long: >= instead of >.",
        hint="A row of length 1 has a token at step 0. Has it one at step 1?",
        edits=(("lengths > steps[:, None]", "lengths >= steps[:, None]"),),
    ),
    Mistake(
        id="X112",
        task="packed_batch_sizes",
        what="Has a step 0 .. T, one too many: the last entry is 0.",
        hint="How many steps does the longest row have? How many numbers do you return?",
        edits=(("int(lengths.max())", "int(lengths.max()) + 1"),),
    ),
    Mistake(
        id="X113",
        task="packed_batch_sizes",
        what="Starts at step 1, so that the first entry is missing.",
        hint="How many rows are alive at the very first step? Is that your first number?",
        edits=(("torch.arange(int", "torch.arange(1, int"),),
    ),
    Mistake(
        id="X114",
        task="packed_batch_sizes",
        what="Counts the rows of exactly that length instead of those at least as long.",
        hint="Is a row of length 3 not alive at the first step?",
        edits=(("lengths > steps[:, None]", "lengths == steps[:, None] + 1"),),
    ),
    Mistake(
        id="X115",
        task="packed_batch_sizes",
        what="Takes the first row for the longest one.",
        hint="The lengths come in any order. Where do you find the longest?",
        edits=(("lengths.max()", "lengths[0]"),),
    ),
    Mistake(
        id="X116",
        task="packed_batch_sizes",
        what="Counts a row of length 0 as if it had one token.",
        hint="At which steps is a row of length 0 alive?",
        edits=(("lengths > steps", "lengths.clamp(min=1) > steps"),),
    ),
    Mistake(
        id="X117",
        task="packed_batch_sizes",
        what="Returns a list of Python ints.",
        hint="What kind of thing is asked for under “Returns”: a list, or a tensor?",
        edits=(("is_alive.sum(dim=1)", "is_alive.sum(dim=1).tolist()"),),
    ),
    Mistake(
        id="X118",
        task="packed_batch_sizes",
        what="Sums over the wrong axis: gives the lengths back.",
        hint="Print the shape of your comparison. Over which of its axes do you count?",
        edits=(("is_alive.sum(dim=1)", "is_alive.sum(dim=0)"),),
    ),
    Mistake(
        id="A05a",
        task="packed_batch_sizes",
        what="Counts down in the caller's own lengths.",
        hint="Call your function twice with the same lengths. What has become of them?",
        source=(
            "def packed_batch_sizes(lengths):\n"
            "    sizes = []\n"
            "    while (lengths > 0).any():\n"
            "        sizes.append(int((lengths > 0).sum()))\n"
            "        lengths -= 1\n"
            "    return torch.tensor(sizes)\n"
        ),
    ),
    Mistake(
        id="X119",
        task="packed_batch_sizes",
        what="Returns floats.",
        hint="Can half a row be alive? Of which type is a count?",
        edits=(("is_alive.sum(dim=1)", "is_alive.float().sum(dim=1)"),),
    ),
)
