"""Reads the gradebooks that Canvas and Moodle export as rosters, so that nobody has to make one by hand."""

from __future__ import annotations

_HEAD = ["id", "name", "email", "canvas", "login", "section"]  # of the roster that is made of one


def of_platform(rows: list[list[str]]) -> list[list[str]]:
    """The rows of a roster, head first; those of a platform's export with our columns and without marks.

    >>> of_platform([["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "rnn_basics (7)"],
    ...              ["    Points Possible", "", "", "", "", "60"],
    ...              ["Lovelace, Ada", "411", "2026001", "ada", "1", "58"]])[1]
    ['2026001', 'Lovelace, Ada', '', '411', 'ada', '1']
    """
    titles = [title.strip().casefold() for title in rows[0]] if rows else []
    if titles[:2] == ["student", "id"] and "section" in titles:
        to_line = _of_canvas
    elif {"first name", "email address"} <= set(titles) and "id" not in titles:
        to_line = _of_moodle
    else:
        return rows
    lines = (to_line(dict(zip(titles, map(str.strip, row), strict=False))) for row in rows[1:])
    return [_HEAD, *(line for line in lines if line)]


def _of_canvas(cells: dict[str, str]) -> list[str]:
    """A line of Canvas' gradebook; none for those that are not students: points possible, how marks are posted."""
    number, login = cells.get("id", ""), cells.get("sis login id", "")
    if not number.isdecimal():
        return []
    identifier = cells.get("sis user id") or login or number
    return [identifier, cells["student"], "", number, login, cells.get("section", "")]


def _of_moodle(cells: dict[str, str]) -> list[str]:
    """A line of Moodle's gradebook or of its participants; the address stands in for a missing ID number."""
    email = cells.get("email address", "")
    identifier = cells.get("id number") or email
    surname = cells.get("last name") or cells.get("surname", "")
    return [identifier, f"{cells['first name']} {surname}".strip(), email, "", "", ""] if identifier else []
