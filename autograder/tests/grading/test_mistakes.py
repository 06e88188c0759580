"""The format of known mistakes: what is read, how a patch is applied, and what is said when it does not fit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignments.sources import source_notebook
from autograder.grading.mistakes import Mistake, apply, mutate, parse_mistakes

TWO = """\
# A01: The first sentence
# goes on here.
? What is
? the sum?
 def f():
-    return 1
+    return 2
@@
+
+g = f

# A02b: Another one.
? Why?
-x
"""
WORDS = st.lists(st.from_regex(r"[^\s]+", fullmatch=True), min_size=1, max_size=4).map(" ".join)
CODE = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=8)
CHANGES = st.lists(st.tuples(st.sampled_from("-+"), CODE).map("".join), min_size=1, max_size=3)
HUNKS = st.tuples(st.lists(CODE.map(" {}".format), max_size=2), CHANGES).map(
    lambda parts: (*parts[0], *parts[1])
)
MISTAKES = st.builds(
    Mistake,
    st.from_regex(r"[A-Z][0-9]+[a-z]?", fullmatch=True),
    st.just("t"),
    WORDS,
    WORDS,
    st.lists(HUNKS, min_size=1, max_size=3).map(tuple),
)


def format_mistakes(mistakes: list[Mistake]) -> str:
    """The text of the file with these mistakes."""
    patches = ["\n@@\n".join("\n".join(hunk) for hunk in mistake.hunks) for mistake in mistakes]
    blocks = [
        f"# {m.id}: {m.what}\n? {m.hint}\n{patch}\n" for m, patch in zip(mistakes, patches, strict=True)
    ]
    return "\n".join(blocks)


def test_a_file_of_mistakes_is_read() -> None:
    """Long texts are joined, hunks are kept apart, a `+` alone is a blank line."""
    first, second = parse_mistakes(TWO, "f")
    assert first == Mistake(
        "A01",
        "f",
        "The first sentence goes on here.",
        "What is the sum?",
        ((" def f():", "-    return 1", "+    return 2"), ("+", "+g = f")),
    )
    assert second == Mistake("A02b", "f", "Another one.", "Why?", (("-x",),))


@given(st.lists(MISTAKES, max_size=3))
def test_what_is_written_is_read_again(mistakes: list[Mistake]) -> None:
    """Any list of mistakes comes back unchanged from its text."""
    assert list(parse_mistakes(format_mistakes(mistakes), "t")) == mistakes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-x\n+y\n", "f.diff, line 1: a mistake must begin with a line `# id: what is wrong`"),
        ("# No id here.\n? Why?\n-x\n", "f.diff, line 1: a mistake must begin with"),
        ("\n\n# A1: Wrong.\n-x\n", "f.diff, line 3: A1: a line `? ` with the tutor's question must follow"),
        (
            "# A1: Wrong.\n? Why?\nx = 1\n",
            "line 1: A1: a patch line must begin with a space, `-` or `+`: 'x = 1'",
        ),
        ("# A1: Wrong.\n? Why?\n", "line 1: A1: the patch is missing"),
        ("# A1: Wrong.\n? Why?\n-x\n@@\n y\n", "line 1: A1: a hunk has neither a `-` nor a `+` line"),
        ("# A1: Wrong.\n? Why?\n+x\n\n+y\n", "f.diff, line 5: a mistake must begin with"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(text: str, message: str) -> None:
    """The message names the file, the line and the rule."""
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_mistakes(text, "f")


def test_hunks_change_the_lines_they_name() -> None:
    """Their order does not matter; a block is looked for in the answer as it was; `+` lines alone go to the end."""
    lines = ["a", "b", "c", "b"]
    assert apply([("+end",), ("-c", "+b"), (" a", "+new", "-b")], lines) == ["a", "new", "b", "b", "end"]


@pytest.mark.parametrize(
    ("hunks", "message"),
    [
        ([("-b", "+x")], "this stands 2 times in the answer, not once:\nb"),
        ([(" a", "-c")], "this stands 0 times in the answer, not once:\na\nc"),
        ([(" a", "-b"), (" a", "+x")], "this overlaps with another hunk:\n a"),
    ],
)
def test_a_hunk_that_fits_nowhere_or_twice_is_refused(hunks: list, message: str) -> None:
    """The message shows the block."""
    with pytest.raises(ValueError, match=re.escape(message)):
        apply(hunks, ["a", "b", "c", "b"])


def test_a_mistake_that_does_not_fit_the_notebook_is_named() -> None:
    """The message names the file and the id; a task that the notebook does not have is an error too."""
    notebook = source_notebook("rnn_basics")
    with pytest.raises(ValueError, match=re.escape("rnn_step.diff: A1: this stands 0 times")):
        mutate(notebook, Mistake("A1", "rnn_step", "Wrong.", "Why?", (("-no such line",),)))
    with pytest.raises(
        ValueError, match=re.escape("old_name.diff: the notebook has no answer cell `old_name`")
    ):
        mutate(notebook, Mistake("A1", "old_name", "Wrong.", "Why?", (("+x = 1",),)))
