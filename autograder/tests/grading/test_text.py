"""Text of unknown origin is made fit to be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.text import clean, clean_line, clean_output


@given(st.text(st.characters(codec=None)), st.integers(1, 100))
def test_clean_text_is_printable_and_short(text: str, limit: int) -> None:
    """No control characters, no halves of surrogate pairs, never longer than allowed; cleaning twice is once."""
    result = clean(text, limit)
    assert len(result) <= limit
    assert all(
        letter in "\n\t" or letter.isprintable() or letter.isspace() or ord(letter) > 127 for letter in result
    )
    assert "\x1b" not in result
    result.encode("utf-8")
    assert clean(result, limit) == result
    assert "\n" not in clean_line(text, limit)


def test_escape_sequences_and_turned_text_are_removed() -> None:
    """Colours, titles, clear-screen, and letters that turn the direction."""
    assert clean("\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\u202ey\x9bz\u2028") == "red xyz"


def test_honest_text_stays() -> None:
    """Korean, accents, emoji, tabs and lines."""
    assert clean("안녕 é 👩‍🚀\n\tx") == "안녕 é 👩‍🚀\n\tx"


def test_output_is_what_a_terminal_would_show() -> None:
    """A progress bar leaves its last state, and a long line without one costs no time."""
    assert clean_output("a\r\n10%\r20%\r100%\nb") == "a\n100%\nb"
    assert len(clean_output("x" * 10**6)) == 64 * 2**10
