"""What a training depends on, and what it does not."""

from __future__ import annotations

import pytest

from autograder.maintain.data.dependencies import dependencies

DEFINITIONS = [
    "import math, torch\nfrom a import b, c\ntorch.manual_seed(0)",
    'class Model(b):\n    """Docstring."""\n    size = WIDTH\n',
    "WIDTH: int = 3",
    "def generate(model):\n    return math.exp(1)",
    "class Model(Model):\n    pass",
]
TRAINING = ["model = Model()\nfor step in range(3):\n    model()"]


def with_change(old: str, new: str) -> list[str]:
    """The same after an edit."""
    edited = [source.replace(old, new) for source in (*DEFINITIONS, *TRAINING)]
    assert edited != [*DEFINITIONS, *TRAINING]
    return dependencies(edited[:-1], edited[-1:])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exp", "log"),
        ("Docstring", "Words"),
        ("import math, torch", "import math, random, torch"),
        ("b, c", "b, d"),
        ("model()", "model()  # a step"),
    ],
)
def test_an_edit_elsewhere_changes_nothing(old: str, new: str) -> None:
    """A function that the training never calls, a docstring, an import it does not use, a comment."""
    assert with_change(old, new) == dependencies(DEFINITIONS, TRAINING)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("= 3", "= 4"),  # two steps away
        ("seed(0)", "seed(1)"),  # defines nothing, so it always counts
        ("    pass", "    size = 5"),  # the later of two classes of one name
        ("size = WIDTH", "size = 7"),
        ("from a", "from e"),
        ("range(3)", "range(4)"),
    ],
)
def test_an_edit_of_what_is_used_changes_something(old: str, new: str) -> None:
    """What is called, what that uses, what stands alone, and the code itself."""
    assert with_change(old, new) != dependencies(DEFINITIONS, TRAINING)
