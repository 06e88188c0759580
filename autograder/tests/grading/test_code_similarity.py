"""Answers that are nearly the same code are found; what many write, or what was released, accuses nobody."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from autograder.grading.code_similarity import KEPT, LEAST, MANY, alike_answers, fingerprints_of, tokens
from autograder.student.core.notebook import Notebook, parse_notebook
from autograder.student.core.results import Result
from autograder.tests.reports.samples import cell

ANSWER = """def train_bpe(text, merges):
    \"\"\"The merges of a text.\"\"\"
    counts = {}
    for word in text.split():
        counts[tuple(word)] = counts.get(tuple(word), 0) + 1
    found = []
    while len(found) < merges:
        pairs = {}
        for word, count in counts.items():
            for pair in zip(word, word[1:]):
                pairs[pair] = pairs.get(pair, 0) + count
        if not pairs:
            break
        best = max(sorted(pairs), key=lambda pair: pairs[pair])
        found.append(best)
        counts = {merged(word, best): count for word, count in counts.items()}
    return found"""

OTHER = """def train_bpe(text, merges):
    words = Counter(text.split(" "))
    state = [[list(word.encode()), number] for word, number in words.most_common()]
    result = []
    for step in range(merges):
        table = defaultdict(int)
        for ids, number in state:
            for left, right in itertools.pairwise(ids):
                table[left, right] += number
        candidates = [(-number, pair) for pair, number in table.items() if number > 0]
        if len(candidates) == 0:
            return result
        winner = min(candidates)[1]
        result += [winner]
        state = [[replace_pair(ids, winner), number] for ids, number in state]
    return result"""

RENAMED = (
    ANSWER.replace("counts", "table").replace("word", "w").replace("pairs", "p2").replace("found", "rules")
    + "  # mine"
).replace('"""The merges of a text."""', '"""I wrote this."""\n    # all by myself')

STUB = "def train_bpe(text, merges):\n    ### BEGIN SOLUTION\n    return []\n    ### END SOLUTION"


def notebook(source: str) -> Notebook:
    """A notebook with one answer and its check."""
    check = cell("code", 'check("train_bpe")', "check-train_bpe", grade=True, locked=True, points=2.0)
    return parse_notebook({"cells": [cell("code", source, "train_bpe", solution=True), check]})


def result(student: str, source: str, stub: str = STUB) -> Result:
    """A result with what is kept of this answer."""
    kept = {KEPT: fingerprints_of(notebook(source), notebook(stub))}
    return Result(student, "words", "graded", 0.0, 60.0, provenance=kept)


def shares(*sources: str) -> dict[tuple[int, int], float]:
    """How much of the answers of a class is in common, by pairs."""
    found = alike_answers([result(str(number), source) for number, source in enumerate(sources)])
    return {pair: share for pair, tasks in found.items() for share in tasks.values()}


@pytest.mark.parametrize(
    "copy",
    [
        ANSWER,
        RENAMED,
        ANSWER.replace("        found.append(best)\n", "        print(best)\n        found.append(best)\n"),
        ANSWER.replace("\n    ", "\n\n      "),
    ],
)
def test_a_copy_is_found_in_any_dress(copy: str) -> None:
    """Identical; variables renamed, comments and docstring written anew; a line added; other layout."""
    assert set(shares(ANSWER, OTHER, copy)) == {(0, 2)}


def kept_beside(module: str, source: str) -> dict[str, str]:
    """What is kept of an answer beside a helper module."""
    helper = parse_notebook({"cells": [cell("code", f"%%writefile steps.py\n{module}", "")]})
    return fingerprints_of(Notebook((*helper.cells, *notebook(source).cells)), notebook(STUB))


def test_a_copy_in_a_helper_module_is_found() -> None:
    """What an answer imports is compared as if it stood in its cell; what it does not use is not."""
    unused = OTHER.replace("train_bpe", "unused")
    kept = kept_beside(f"{ANSWER}\n\n{unused}", "from steps import train_bpe")
    assert kept == fingerprints_of(notebook(f"from steps import train_bpe\n{ANSWER}"), notebook(STUB))


def test_a_helper_module_that_is_nested_too_deeply_is_compared_all_the_same() -> None:
    """Python reads more minus signs in a row than can be written down again."""
    deep = f"scale = {'-' * 700}1\ndef scaled(x):\n    return scale * x"
    answer = f"from steps import scaled\n{ANSWER.replace('+ count', '+ scaled(count)')}"
    assert set(kept_beside(deep, answer)) == {"train_bpe"}


def test_two_ways_to_the_same_end_are_not_alike() -> None:
    """Though both are right, and begin with the same line."""
    assert shares(ANSWER, OTHER) == {}


def test_what_many_write_accuses_nobody() -> None:
    """An answer that more than a few have is what a right answer looks like; a copy of an unusual one still tells."""
    assert len(shares(*[ANSWER] * MANY)) == MANY * (MANY - 1) // 2
    assert shares(*[ANSWER] * (MANY + 1)) == {}
    assert set(shares(*[ANSWER] * (MANY + 1), OTHER, OTHER)) == {(MANY + 1, MANY + 2)}


def test_released_code_and_short_answers_are_not_compared() -> None:
    """Everybody has the code that was handed out, and there are not many ways to write three lines."""
    given = ANSWER.replace("    counts = {}", "    counts = {}\n    ### BEGIN SOLUTION\n    ### END SOLUTION")
    assert alike_answers([result("a", ANSWER, given), result("b", ANSWER, given)]) == {}
    short = "def train_bpe(text, merges):\n    counts = Counter(text.split())\n    return counts.most_common(merges)"
    assert result("a", short).provenance[KEPT] == {}


def test_what_is_no_python_is_not_compared() -> None:
    """Nor does anything that a student writes stop a class: a syntax error, half a surrogate, a deep expression."""
    odd = [
        "def f(:",
        "x = '\ud800'",
        "x = " + "(" * 150 + "1" + ")" * 150,
        "-" * 5000 + "1",
        "%%bash\nls",
        "",
    ]
    assert all(not result("a", source).provenance[KEPT] for source in odd)
    assert tokens(r"x = '\ud800'") == ["V", "=", "S"]


def test_fingerprints_are_the_same_in_every_process() -> None:
    """They are compared with those of other machines and other days."""
    program = (
        "from autograder.tests.grading.test_code_similarity import *;"
        "print(fingerprints_of(notebook(ANSWER), notebook(STUB))['train_bpe'])"
    )
    here = fingerprints_of(notebook(ANSWER), notebook(STUB))["train_bpe"]
    there = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert there.stdout.strip() == here
    assert len(here) >= 8 * LEAST


def test_a_class_of_five_hundred_is_compared_at_once() -> None:
    """Work grows with the fingerprints and not with the pairs: each is looked up for those few who have it."""
    chance = random.Random(1)

    def kept(number: int) -> str:
        own = [f"{chance.randrange(2**32):08x}" for _each in range(60)]
        return "".join(sorted({*own, *(f"{each:08x}" for each in range(30))})) if number else ""

    copied = kept(1)
    class_of_500 = [
        Result(
            str(number),
            "words",
            "graded",
            0.0,
            60.0,
            provenance={KEPT: {"t": copied if number in (3, 444) else kept(number)}},
        )
        for number in range(500)
    ]
    assert alike_answers(class_of_500) == {(3, 444): {"t": 1.0}}
