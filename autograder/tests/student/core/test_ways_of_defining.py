"""However a name is defined, everybody who reads code sees it alike: rules, repairs, advice, fingerprints."""

from __future__ import annotations

import pytest

from autograder.grading.repair import repair
from autograder.student.checking.forbidden import find_forbidden
from autograder.student.core.code import bound_names, fingerprints
from autograder.student.core.imports import MAX_PARTS
from autograder.student.core.notebook import Cell, Notebook
from autograder.student.core.reach import cells, reached
from autograder.student.core.spec import Rule

SETUP = "import sys, torch\nfrom torch import nn"
RULE = Rule(frozenset({"LSTM"}))
ANSWER = Cell("code", "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION", "f")
CHECK = Cell("code", 'check("f")', "check-f")
SOURCE = Notebook(
    tuple(
        Cell(cell.kind, cell.source, cell.id, nbgrader={"grade_id": cell.id, **flags})
        for cell, flags in ((ANSWER, {"solution": True}), (CHECK, {"grade": True, "points": 1}))
    )
)

WAYS = {
    "def": "def f(x):\n    return nn.LSTM",
    "async def": "async def f(x):\n    return nn.LSTM",
    "class": "class f(nn.LSTM):\n    pass",
    "assignment": "f = nn.LSTM",
    "tuple": "f, (g, *h) = nn.LSTM, (1, 2)",
    "annotation": "f: type = nn.LSTM",
    "lambda": "f = lambda x: nn.LSTM",
    "if": "if True:\n    def f(x): return nn.LSTM",
    "elif": "if False:\n    pass\nelif True:\n    f = nn.LSTM",
    "try": "try:\n    def f(x): return nn.LSTM\nexcept OSError:\n    pass",
    "except": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    f = nn.LSTM",
    "finally": "try:\n    pass\nfinally:\n    f = nn.LSTM",
    "except group": "try:\n    pass\nexcept* OSError:\n    f = nn.LSTM",
    "with": "with torch.no_grad():\n    f = nn.LSTM",
    "with as": "with nn.LSTM as f:\n    pass",
    "for": "for f in [nn.LSTM]:\n    pass",
    "for, inside": "for _ in range(1):\n    f = nn.LSTM",
    "else of a loop": "while False:\n    pass\nelse:\n    f = nn.LSTM",
    "match": "match 1:\n    case 1:\n        def f(x): return nn.LSTM",
    "match as": "match nn.LSTM:\n    case f:\n        pass",
    "match star": "match [nn.LSTM]:\n    case [*f]:\n        pass",
    "match rest": "match {1: nn.LSTM}:\n    case {**f}:\n        pass",
    "walrus": "print(f := nn.LSTM)",
    "walrus in a condition": "if (f := nn.LSTM):\n    pass",
    "walrus in a comprehension": "[f := each for each in [nn.LSTM]]",
    "global in a function": "def g():\n    global f\n    f = nn.LSTM",
    "setattr": "setattr(sys.modules[__name__], 'f', nn.LSTM)",
    "setattr of the module": "import __main__\nsetattr(__main__, 'f', nn.LSTM)",
    "attribute of the module": "import __main__\n__main__.f = nn.LSTM",
    "globals": "globals()['f'] = nn.LSTM",
    "globals().update": "globals().update(f=nn.LSTM)",
    "globals().update of a table": "globals().update({'f': nn.LSTM})",
    "import": "from torch.nn import LSTM as f",
    "exec": "exec('f = nn.LSTM')",
    "a magic beside it": "%matplotlib inline\nf = nn.LSTM",
}
OTHERS = {
    "a local name": "def g():\n    f = nn.LSTM",
    "a parameter": "g = lambda f: nn.LSTM",
    "a comprehension": "g = [f for f in [nn.LSTM]]",
    "a key of a table": "g = {}\ng['f'] = nn.LSTM",
    "an attribute": "g = torch.nn.Module()\ng.f = nn.LSTM",
    "a text": "g = 'f = nn.LSTM'",
    "a deletion": "f_ = 1\ndel f",
    "not Python": "f = nn.LSTM(",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_defining_is_seen_by_all_readers(way: str) -> None:
    """The rule finds what is behind the name, the repair the name, advice and fingerprints both."""
    source = WAYS[way]
    assert "f" in bound_names(source)
    found = find_forbidden([SETUP, source], "f", RULE)
    assert found is not None
    assert found.cell == 1
    assert repair(Notebook((Cell("code", source, "own"),)), SOURCE).missing == frozenset()
    assert "f" in reached([SETUP, source, "def g(x):\n    return f(x)"], "g")
    assert "f" in fingerprints([SETUP, source])
    assert fingerprints([source])["f"] != fingerprints([source.replace("LSTM", "GRU")])["f"]


@pytest.mark.parametrize("way", OTHERS)
def test_what_defines_nothing_is_seen_by_no_reader(way: str) -> None:
    """A right answer elsewhere is not mixed up with a name that only looks like it."""
    source = OTHERS[way]
    assert "f" not in bound_names(source)
    assert find_forbidden([SETUP, source], "f", RULE) is None
    assert repair(Notebook((Cell("code", source, "own"),)), SOURCE).missing == {"f"}
    assert "f" not in fingerprints([source])


def test_a_patch_is_no_definition_but_stands_behind_the_name() -> None:
    """A method put into a class from outside is the class's own."""
    sources = ["class f: pass", "f.forward = g", "def g(self): return nn.LSTM"]
    assert reached(sources, "f") == ["g"]
    assert "f" not in bound_names(sources[1])


def test_an_import_has_changed_if_another_thing_is_imported() -> None:
    """What is imported beside it, and in which order, makes no difference."""
    one, same, other = (
        fingerprints([source])["f"]
        for source in ("from a import f", "from a import g, f", "from b import f as f")
    )
    assert one == same != other


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x" + ".a" * 900,
        "import " + ".".join(["a"] * 900) + " as q\ndef f(x):\n    return q.b.c",
        "f" + ".a" * 900 + " = 1",
    ],
    ids=["a chain", "an import", "a patch"],
)
def test_names_without_end_are_read_to_a_limit(source: str) -> None:
    """Each of nine hundred parts would be read nine hundred times, and compared as often."""
    read = cells([source])
    found = [use.written for cell, statement in read.reached("f") for use in read.uses(cell, statement)]
    assert max(written.count(".") for written in found) <= MAX_PARTS
    assert len(fingerprints([source])["f"]) == 16 if "f" in bound_names(source) else True


def test_each_statement_is_read_once() -> None:
    """A thousand names of one statement do not bring it back a thousand times."""
    names = ", ".join(f"a{number}" for number in range(1000))
    read = cells([f"{names} = f", f"def f(): return {names}"])
    assert len(list(read.reached("f"))) == 2
