"""Code and text that is hard on whoever reads it: a notebook of it is read to its end, and has its row."""

from __future__ import annotations

import json

import pytest

from autograder.grading import code_similarity
from autograder.grading.integrity import integrity_notes
from autograder.grading.read import read_submission
from autograder.grading.repair import Repaired, repair
from autograder.reports import markup
from autograder.student.core.notebook import Notebook
from autograder.student.core.reach import reached

# So much of each that Python's own parser gives up, or all but does.
CODE = {
    "signs": "-" * 50_000 + "1",
    "nots": "not " * 20_000 + "1",
    "lambdas": "lambda:" * 10_000 + "1",
    "conditions": "1 if 1 else " * 10_000 + "1",
    "sums": "1" + "+1" * 50_000,
    "branches": "if 1: pass\n" + "elif 1: pass\n" * 5_000,
    "attributes": "a" + ".a" * 50_000,
    "calls": "a" + "()" * 50_000,
    "brackets": "[" * 190 + "]" * 190,
    "indents": "\n".join(f"{' ' * depth}def f{depth}():" for depth in range(99)) + "\n" + " " * 99 + "pass",
    "comparisons": "1" + "<1" * 20_000,
    "alternatives": "match x:\n case " + "1|" * 20_000 + "1: pass",
    "decorators": "@a\n" * 20_000 + "def f(): pass",
    "a number": "x = " + "9" * 50_000,
    "strings": "'a' " * 20_000,
    "half a letter": "x = '\ud800'",
    "a zero": "x = 1\0",
    "form feeds": "x = 1\f\n\f" * 1_000,
    "line separators": "x = '\u2028'\u2029y = 2\x85z = 3\x1c",
    "exec in exec": "exec('exec(\"rnn_step = 1\")')\n" * 500,
    "names that look the same": "ｅｘｅｃ(text)\n\ufb01 = 1",
}
TEXT = {
    "brackets": "[" * 20_000,
    "emphasis": "*a_" * 6_000,
    "quotations": ">" * 20_000,
    "lists in lists": "- " * 10_000,
    "backticks": "".join("`" * length + " " for length in range(190)),
    "links": "[a](" * 5_000,
    "tables": "|a" * 10_000 + "\n" + "|-" * 200,
    "formulas": r"$\frac{1}{2}$ " * 1_400,
    "roots in roots": "$" + r"\sqrt{" * 300 + "}" * 300 + "$",
    "folded": "<details><summary>" * 1_100,
    "accents": "a" + "\u0301" * 20_000,
    "links in formulas": r"$\href{javascript:attack()}{x} \style{a:b}{c} \text{<script>attack()</script>}$",
}


@pytest.mark.parametrize("name", CODE)
def test_code_that_is_hard_to_read_is_read(few_tasks: Notebook, name: str) -> None:
    """No reader of ours ends with an error, whatever the parser does; the honest cells beside it count."""
    cells = [
        {
            "id": cell.id,
            "cell_type": cell.kind,
            "source": cell.source,
            "metadata": {"nbgrader": dict(cell.nbgrader)},
        }
        for cell in few_tasks.cells
    ]
    own = {"id": "own", "cell_type": "code", "source": CODE[name], "metadata": {}}
    data = json.dumps({"cells": [own, *cells], "nbformat": 4}).encode()
    repaired: Repaired = repair(read_submission(data).notebook, few_tasks)
    notes = integrity_notes(repaired, few_tasks)
    assert bool(notes) == (name in ("exec in exec", "names that look the same"))
    assert code_similarity.fingerprints_of(repaired.notebook, few_tasks)
    assert "rnn_step" in reached([cell.source for cell in repaired.notebook.cells], "rnn_forward")


@pytest.mark.parametrize("name", TEXT)
def test_text_that_is_hard_to_show_is_shown(name: str) -> None:
    """As a page without anything that runs."""
    page = str(markup.markdown(TEXT[name]))
    assert page
    assert not any(word in page.lower() for word in ("<script", "javascript:", "style=", "onerror"))
