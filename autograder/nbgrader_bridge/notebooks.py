"""Writes a repaired submission as the notebook nbgrader wants: every cell of the source once, with its metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_notebook

from autograder.student.core.notebook import Cell, Notebook

SUBMITTED_ID = "cell-"  # then the cell's place in the repaired notebook
# What a Markdown text can make a browser do: tags, links that lead to no address, links in formulas.
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_LINK = re.compile(r"\](?=[(:]\s*(?!https?://|mailto:|#)[^\s)]*[:&\\])")
_LINK_IN_FORMULA = re.compile(r"\\href(?![a-zA-Z])")


def notebook_for_nbgrader(repaired: Notebook, source: Notebook, released: Mapping[str, str]) -> NotebookNode:
    """The submission with one cell for every cell of the source that nbgrader knows, and all others without metadata.

    `released` has the text of those cells as students got it, by grade_id. Of copies the last one that was written
    into keeps the metadata; what is missing is put back where it stood.
    """
    keepers = _keepers(repaired, released)
    ours = {cell.source for cell in source.cells} | set(released.values())
    cells = [
        _node(
            cell,
            f"{SUBMITTED_ID}{place}",
            cell.source if cell.source in ours else _harmless(cell),
            keepers.get(cell.grade_id) == place,
        )
        for place, cell in enumerate(repaired.cells)
    ]
    after = 0  # where the next missing cell goes
    for number, origin in enumerate(source.cells):
        if origin.grade_id not in released:
            continue
        if origin.grade_id in keepers:
            identifier = f"{SUBMITTED_ID}{keepers[origin.grade_id]}"
            after = 1 + next(i for i, cell in enumerate(cells) if cell.id == identifier)
        else:
            cells.insert(after, _node(origin, f"added-{number}", released[origin.grade_id], True))
            after += 1
    return new_notebook(cells=cells)  # looks at every cell, so that none needs to be looked at alone


def _keepers(repaired: Notebook, released: Mapping[str, str]) -> dict[str, int]:
    """The place of the cell that keeps its metadata, by grade_id."""
    keepers: dict[str, int] = {}
    for place, cell in enumerate(repaired.cells):
        if cell.grade_id not in released:
            continue
        is_written = "".join(cell.source.split()) != "".join(released[cell.grade_id].split())
        if is_written or cell.grade_id not in keepers:
            keepers[cell.grade_id] = place
    return keepers


def _harmless(cell: Cell) -> str:
    """A student's text with its tags, and links to anything but an address, shown and not obeyed.

    formgrader shows Markdown as it is: a script in an answer would run as the instructor who reads it.
    """
    if cell.kind != "markdown":
        return cell.source
    text = _LINK.sub("] ", _TAG.sub("&lt;", cell.source))
    return _LINK_IN_FORMULA.sub(r"\\text", text)


def _node(cell: Cell, identifier: str, text: str, is_known: bool) -> NotebookNode:
    metadata: dict[str, object] = {"tags": sorted(cell.tags)} if cell.tags else {}
    if is_known:
        metadata["nbgrader"] = {**cell.nbgrader, "cell_type": cell.kind}
    node: dict[str, object] = {"id": identifier, "cell_type": cell.kind, "metadata": metadata, "source": text}
    if cell.kind == "code":
        node |= {"outputs": [], "execution_count": None}
    return from_dict(node)
