"""What is translated of a notebook: its prose, its docstrings and the words that its cells show, and nothing else."""

from __future__ import annotations

import ast
import tomllib
from itertools import dropwhile
from typing import Any

import pytest

from autograder.maintain.texts import PACKAGE, ROOMS, code_of, notebook_texts, placeholders, places


def shown(source: str, **metadata: Any) -> list[str]:
    """The texts of a code cell."""
    return [place.text for place in places({"cell_type": "code", "source": [source], "metadata": metadata})]


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('print("the loss:", loss)', ['"the loss:"']),
        ('print(f"{name}: {loss:.2f} nats")', ['f"{name}: {loss:.2f} nats"']),
        ("print(f\"{'size':>7}{count:7}\")", ["f\"{'size':>7}{count:7}\""]),
        ('plots.curve({"clipped": losses})', ['"clipped"']),
        ('print("yes" if found else "no")', ['"yes"', '"no"']),
        ('raise ValueError("no such word: " "try another one")', ['"no such word: " "try another one"']),
        ('_table = {"your bigram": 7.0}\nprint(_table["your bigram"])', ['"your bigram"', '"your bigram"']),
        ('stages[f"{count} merges"] = 1', ['f"{count} merges"']),
        ('judge("always the largest", 1)', ['"always the largest"']),
    ],
)
def test_what_a_reader_sees_is_translated(source: str, texts: list[str]) -> None:
    """What is printed, drawn or raised, labels that are kept in names first, and a label where it is a key."""
    assert shown(source) == texts


@pytest.mark.parametrize(
    "source",
    [
        'lines = corpora.lines("sotu", "train")',
        'print(row["perplexity"])',
        "print(f\"{losses['valid']:.2f}\")",
        'words = "we the people".split()',
        'print("->", "%")',
        'if kind == "LSTM": pass',
        'sample(order="random")',
        "%time x = 1",
    ],
)
def test_what_code_needs_is_not(source: str) -> None:
    """Names of splits and columns, data, what has no word in it, and cells that only IPython understands."""
    assert shown(source) == []


def test_an_answer_keeps_its_words() -> None:
    """Of an answer and of the imports only docstrings are translated; what is given beside an answer is shown."""
    source = 'def f():\n    """Says a word."""\n    ### BEGIN SOLUTION\n    print("the word")\n    ### END SOLUTION'
    given = 'print("a label")'
    assert shown(f"{source}\n{given}") == ["Says a word.", '"a label"']
    assert shown(f"{given}\n{source}", tags=["setup"]) == ["Says a word."]


def test_places_are_found_behind_letters_of_any_size() -> None:
    """The syntax tree counts bytes, and a Korean syllable has three of them."""
    source = '한국어, é = 1, 2; print("two words", é)\nprint("a third")'
    cell = {"cell_type": "code", "source": [source]}
    assert [source[place.start : place.end] for place in places(cell)] == ['"two words"', '"a third"']


def test_a_text_that_stands_twice_is_asked_for_once() -> None:
    """In a cell; another cell may want another translation."""
    cell = {"cell_type": "code", "source": ['print("a word")\nprint("a word")']}
    document = {"cells": [{**cell, "id": "one"}, {**cell, "id": "two"}]}
    assert list(notebook_texts(document)) == [("one", '"a word"'), ("two", '"a word"')]


def test_code_is_what_is_left_without_strings() -> None:
    """Any word may change, and the order in an f-string; no name, no number, no call."""
    before = 'print(f"{done:3} of {len(cells)}", "cells")'
    assert code_of(before) == code_of('print(f"셀 {len(cells)}개 가운데 {done}", "개")')
    for other in (
        'print(f"{done} of {done}", "cells")',
        'print(f"{done} of {len(cells)}", cells)',
        'print(f"{done} of {len(cells)}")',
        'show(f"{done} of {len(cells)}", "cells")',
    ):
        assert code_of(before) != code_of(other)


def test_placeholders_count() -> None:
    """Each as often as it stands there, with its format; what is in a formula or a set is none."""
    assert placeholders("{a} and {a}, {b:.2f}, {b!r}") == {"{a}": 2, "{b:.2f}": 1, "{b!r}": 1}
    assert placeholders(("{count} thing", "{count} of {all} things")) == {"{count}": 1, "{all}": 1}
    assert not placeholders("W_{hh}$ {1, 2} {}".replace("{hh}", "{h h}"))


def test_every_room_whose_sentences_reach_a_page_is_searched() -> None:
    """Those of grading and reports, and those that they import: what the sandbox says of a cell stands in a result."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    below = dropwhile(lambda layer: "grading" not in layer, layers)
    assert set(ROOMS) == {room for layer in below for room in layer.split(" | ")}


def test_every_sentence_with_a_number_is_found() -> None:
    """`plural` is given both of its sentences where it is called: a name for one would hide it from translators."""
    calls = [
        (path, call)
        for room in ROOMS
        for path in (PACKAGE / room).rglob("*.py")
        if path.name != "language.py" and "private" not in path.parts
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "plural"
    ]
    assert calls
    assert [
        path for path, call in calls if not all(isinstance(each, ast.Constant) for each in call.args[:2])
    ] == []
