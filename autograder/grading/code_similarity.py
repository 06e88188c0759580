"""Tells which answers of a class are nearly the same code, whatever their variables are called.

Every result keeps fingerprints of its answers, so that a class can be compared without its notebooks. They are made
by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003, the method of MOSS): of the hashes of all runs of
`RUN` tokens the smallest in every window is kept, so that any `RUN + WINDOW - 1` tokens in common are found.
Comments, docstrings, layout and the names of variables do not count, and neither does code that was released.

The same short answer is what a right answer looks like: a fingerprint that many have is evidence of nothing, and an
answer without enough unusual ones is not compared. (The package `copydetect` winnows too, but its hashes differ from
process to process, so that they cannot be kept, and it compares every pair: minutes a task in a class of 500.)
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import io
import itertools
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from autograder.grading.repair import released
from autograder.student.core import reach
from autograder.student.core.code import Statement, is_sentence, statements
from autograder.student.core.ipython_syntax import path_written
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result

KEPT = "answers"  # where in a result's provenance the fingerprints are
RUN = 10  # tokens
WINDOW = 4
LEAST = 12  # fingerprints of an answer that can be compared: about fifty tokens
MANY, MANY_SHARE = (
    5,
    0.05,
)  # a fingerprint that more answers have, and more than this share of them, is common
ALIKE = 0.8  # from this share of unusual fingerprints on, two answers are said to be nearly the same

_DIGITS = 8  # hexadecimal, of a hash
_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT})
_KEPT_NAMES = frozenset({*keyword.kwlist, *dir(builtins)})


def fingerprints_of(submitted: Notebook, source: Notebook) -> dict[str, str]:
    """What a result keeps of the answers, by task: sorted hashes of eight hexadecimal digits, one after the other.

    What an answer uses of a helper module is a part of it. Answers too short to be compared are left out.
    """
    stubs = {task: _hashes_of(released(cell)) for task, cell in source.answers().items()}
    found: defaultdict[str, list[Statement]] = defaultdict(list)
    all_sources = [cell.source if cell.kind == "code" else "" for cell in submitted.cells]
    read = reach.cells(all_sources)
    for cell in submitted.cells:
        if cell.is_answer and cell.grade_id in stubs:
            found[cell.grade_id] += statements(cell.source)
    kept = {}
    for task, said in found.items():
        said += [statement for number, statement in read.reached(task) if path_written(all_sources[number])]
        unusual = set(_winnowed(_hashes(_tokens(said)))) - set(stubs[task])
        if len(unusual) >= LEAST:
            kept[task] = "".join(sorted(unusual))
    return kept


@functools.lru_cache(maxsize=256)  # every submission is compared with the same released cells
def _hashes_of(source: str) -> tuple[str, ...]:
    return tuple(_hashes(tokens(source)))


def tokens(source: str) -> list[str]:
    """The tokens of a cell, without what a copy is easily told apart by; none if it is no Python.

    >>> tokens("total = sum(row.size() for row in rows)  # words")
    ['V', '=', 'sum', '(', 'V', '.', 'size', '(', ')', 'for', 'V', 'in', 'V', ')']
    """
    return _tokens(statements(source))


def _tokens(said: Iterable[Statement]) -> list[str]:
    text = "\n".join(statement.text for statement in said if not is_sentence(statement.node))
    try:
        found = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type not in _LAYOUT]
    except (SyntaxError, tokenize.TokenError):
        return []
    before = ["", *(token.string for token in found)]
    return [_plain(token, previous) for token, previous in zip(found, before, strict=False) if token.string]


def _plain(token: tokenize.TokenInfo, previous: str) -> str:
    """A token; a string without its letters, a variable without its name."""
    if token.type == tokenize.STRING:
        return "S"
    is_variable = token.type == tokenize.NAME and previous != "." and token.string not in _KEPT_NAMES
    return "V" if is_variable else token.string


def _hashes(found: Iterable[str]) -> list[str]:
    """The hashes of all runs of tokens, in order: the same in every process."""
    row = list(found)
    return [
        hashlib.blake2b(
            " ".join(row[at : at + RUN]).encode(errors="replace"), digest_size=_DIGITS // 2
        ).hexdigest()
        for at in range(len(row) - RUN + 1)
    ]


def _winnowed(hashes: Sequence[str]) -> list[str]:
    """The smallest hash of every window."""
    return [min(hashes[at : at + WINDOW]) for at in range(max(1, len(hashes) - WINDOW + 1)) if hashes]


def alike_answers(results: Sequence[Result]) -> dict[tuple[int, int], dict[str, float]]:
    """Nearly equal answers by the positions of two results, the lower first: the share in common, by task."""
    kept: defaultdict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    for number, result in enumerate(results):
        for task, text in result.provenance.get(KEPT, {}).items():
            kept[task][number] = frozenset(text[at : at + _DIGITS] for at in range(0, len(text), _DIGITS))
    pairs: defaultdict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    for task in sorted(kept):
        for pair, share in _alike(kept[task]).items():
            pairs[pair][task] = round(share, 2)
    return dict(pairs)


def _alike(answers: Mapping[int, frozenset[str]]) -> dict[tuple[int, int], float]:
    """The pairs among the answers to one task that are nearly the same, by what is unusual in them."""
    owners: defaultdict[str, list[int]] = defaultdict(list)
    for number in sorted(answers):
        for each in answers[number]:
            owners[each].append(number)
    most = max(MANY, MANY_SHARE * len(answers))
    unusual = {each: numbers for each, numbers in owners.items() if len(numbers) <= most}
    sizes = Counter(number for numbers in unusual.values() for number in numbers)
    shared = Counter(pair for numbers in unusual.values() for pair in itertools.combinations(numbers, 2))
    shares = {pair: count / max(sizes[number] for number in pair) for pair, count in shared.items()}
    return {
        pair: share
        for pair, share in shares.items()
        if share >= ALIKE and min(sizes[number] for number in pair) >= LEAST
    }
