"""What code defines, uses, and whether it changed: by its syntax tree alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.core.code import definitions, fingerprints
from autograder.student.core.reach import reached

MODEL = "class Model:\n    def forward(self, x):\n        return scaled(x)"


@pytest.mark.parametrize(
    "other",
    [
        "class Model:\n    '''Scales.'''\n    def forward(self, x):  # (T, B)\n        return scaled( x )",
        "import torch\n\n" + MODEL + "\nmodel = Model()",
        "class Model:\n    pass\n" + MODEL,
    ],
    ids=["comments and layout", "other statements", "an older definition"],
)
def test_what_makes_no_difference_changes_no_hash(other: str) -> None:
    """Comments, docstrings, layout, what stands around it, and what it was before."""
    assert fingerprints([other])["Model"] == fingerprints([MODEL])["Model"]


@pytest.mark.parametrize(
    "other",
    [
        MODEL.replace("(x)", "(-x)"),
        MODEL.replace("self, x", "self, x, y=0"),
        MODEL.replace("scaled", "'scaled'"),
    ],
)
def test_what_is_computed_otherwise_has_another_hash(other: str) -> None:
    """A sign, a default, a text for a name."""
    assert fingerprints([other])["Model"] != fingerprints([MODEL])["Model"]


def test_a_body_of_nothing_but_a_docstring_is_kept() -> None:
    """And is the same as one that passes."""
    assert fingerprints(["def f():\n    '''Later.'''"]) == fingerprints(["def f():\n    pass"])


def test_a_parameter_is_not_the_function_of_that_name() -> None:
    """Only what is read as a global name is used."""
    sources = [
        MODEL,
        "def scaled(x, step=1):\n    return x * step",
        "def step():\n    other()",
        "def other(): ...",
    ]
    assert reached(sources, "Model") == ["scaled"]
    assert reached([*sources, "def scaled(x):\n    return step() * x"], "Model") == [
        "scaled",
        "step",
        "other",
    ]


def test_blocks_at_the_top_level_define_as_well() -> None:
    """`if`, `try` and `with` bind global names; a function inside a function does not."""
    source = "try:\n    def f(): ...\nexcept Exception:\n    def g():\n        def h(): ..."
    assert list(definitions([source, "not python ("])) == ["f", "g"]


def test_the_cases_of_a_match_define_as_well() -> None:
    """They are blocks of the top level like any other."""
    assert list(
        definitions(["match 1:\n    case 1:\n        def f(): ...\n    case _:\n        def g(): ..."])
    ) == [
        "f",
        "g",
    ]


@given(st.text(max_size=60))
def test_no_text_upsets_it(source: str) -> None:
    """A cell may hold anything."""
    assert isinstance(fingerprints([source]), dict)
