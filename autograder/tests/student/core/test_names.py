"""Every text has a file name of its own, on every file system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.core.names import safe_name

TEXT = st.text(st.characters(codec=None))


@given(TEXT)
def test_a_safe_name_is_one_path_component(text: str) -> None:
    """No separators, no leading dots or dashes, no more bytes than a file system takes."""
    name = safe_name(text)
    assert name
    assert not set(name) & set('/\\\0\n:*?"<>| ')
    assert name[0] not in ".-"
    assert len(name.encode("utf-8")) < 200


@pytest.mark.parametrize(
    "names",
    [
        ["a/b", "a_b", "a\\b", "../a_b", "", ".", "..", "a" * 300, "a" * 301],
        ["ada", "Ada", "ADA", "ada ", " ada", "ada (2)", "ada_(2)", "ada_2"],
        [
            "straße",
            "strasse",
            "STRASSE",
            "\N{LATIN SMALL LIGATURE FI}",
            "fi",
            "e\u0301",
            "\u00e9",
            "\u0131",
            "i",
        ],
        ["Ada Lovelace", safe_name("Ada Lovelace"), safe_name(safe_name("Ada Lovelace")), "Ada_Lovelace"],
        ["!!!", safe_name("!!!"), safe_name(safe_name("!!!"))],
    ],
)
def test_different_names_stay_different(names: list[str]) -> None:
    """Also where a disk ignores case, and where a student is called like a file that we have named."""
    assert len({safe_name(name).casefold() for name in names}) == len(names)


@given(TEXT, TEXT)
def test_no_two_texts_share_a_file(one: str, other: str) -> None:
    """Neither do a text and what was made of it."""
    for text in (other, safe_name(one), one.upper(), one.casefold()):
        assert text == one or safe_name(text).casefold() != safe_name(one).casefold()


@pytest.mark.parametrize("name", ["nul", "con.txt", "Aux", "com1.ipynb", "lpt9", "prn"])
def test_no_file_is_a_device_of_windows(name: str) -> None:
    """What is written to `nul.html` is lost, and with it that student's page."""
    assert safe_name(name).partition(".")[0].casefold() != name.partition(".")[0].casefold()
    assert safe_name("console") == "console"
