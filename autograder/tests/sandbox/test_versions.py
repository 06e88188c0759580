"""What the doctor says of the bubblewrap and the Landlock of a machine."""

from __future__ import annotations

import pytest

from autograder.sandbox import bubblewrap, versions


@pytest.mark.parametrize(
    ("version", "is_good"),
    [("0.11.0", False), ("0.11.9", False), ("0.12.0", True), ("1.0", True), ("", False)],
)
def test_a_bubblewrap_with_a_known_hole_is_named(version: str, is_good: bool) -> None:
    """Below 0.12.0, by the number of the hole and what it means here."""
    notice = versions.about_bubblewrap(version)
    assert notice.is_good == is_good
    assert ("CVE-2026-87766" in notice.text) != is_good
    assert (version or "unknown") in notice.text


@pytest.mark.parametrize(
    ("abi", "words", "is_good"),
    [
        (0, "Linux 5.13", False),
        (1, "Linux 6.7 adds TCP", False),
        (3, "Linux 6.7 adds TCP", False),
        (4, "Linux 6.12 adds signals", False),
        (6, "signals and abstract sockets", True),
        (9, "signals and abstract sockets", True),
    ],
)
def test_a_landlock_says_what_it_covers(abi: int, words: str, is_good: bool) -> None:
    """And which kernel would cover more."""
    notice = versions.about_landlock(abi)
    assert words in notice.text
    assert notice.is_good == is_good


def test_this_machines_versions_are_read() -> None:
    """From the program itself and from the kernel."""
    texts = [notice.text for notice in versions.notices()]
    assert texts[-1].startswith("Landlock")
    program, _reason = bubblewrap.find()
    assert (len(texts) == 2) == bool(program)
    assert "unknown" not in texts[0]
