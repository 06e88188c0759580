"""Rows in lists; a named tuple for the result."""

from collections import namedtuple

Window = namedtuple("Window", "data target")


def get_batch(source, i, bptt):
    rows = list(source)
    pairs = list(zip(rows[i:-1], rows[i + 1 :]))[:bptt]
    return Window(torch.stack([row for row, _ in pairs]), torch.cat([following for _, following in pairs]))
