"""Catalogues of an edition in another language: nothing is forgotten, nothing old is used, and code stays as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.assignments.sources import assignment_names, source_path
from autograder.maintain import texts, translation
from autograder.maintain.release.leaks import Leak, Secret, assert_nothing_leaks
from autograder.maintain.texts import notebook_texts, package_texts
from autograder.maintain.translation import (
    changed_code,
    lacking,
    read_catalogue,
    translated,
    update,
)

CODE = 'def f(x):\n    """Doubles a number."""\n    return 2 * x'


def notebook(title: str = "# Words", code: str = CODE) -> dict[str, Any]:
    cells = [("markdown", "title", title), ("code", "f", code)]
    return {
        "cells": [
            {"cell_type": kind, "id": name, "source": source.splitlines(keepends=True)}
            for kind, name, source in cells
        ]
    }


def translate(path: Path, **strings: str) -> None:
    """Fills in what a translator would: the text of each cell."""
    catalogue = read_catalogue(path, "ko")
    for message in catalogue:
        if message.context in strings:
            message.string = strings[message.context]
            message.flags.discard("fuzzy")
    with path.open("wb") as file:
        translation.write_po(file, catalogue)


def test_text_and_docstrings_are_translated_and_code_is_not(tmp_path: Path) -> None:
    """Cell by cell; what stands outside of them stays the same to the byte."""
    path = tmp_path / "n.ko.po"
    update(path, notebook_texts(notebook()), "ko")
    translate(path, title="# 낱말", f="수를 두 배로 한다.")
    catalogue = read_catalogue(path, "ko")
    assert lacking(catalogue, notebook_texts(notebook())) == []
    title, code = (("".join(cell["source"])) for cell in translated(notebook(), catalogue)["cells"])
    assert title == "# 낱말"
    assert code == CODE.replace("Doubles a number.", "수를 두 배로 한다.")


def test_a_cell_without_a_translation_is_named(tmp_path: Path) -> None:
    """And stays in English."""
    path = tmp_path / "n.ko.po"
    update(path, notebook_texts(notebook()), "ko")
    translate(path, title="# 낱말")
    catalogue = read_catalogue(path, "ko")
    assert lacking(catalogue, notebook_texts(notebook())) == ["`f`: is not translated."]
    assert "Doubles a number." in "".join(translated(notebook(), catalogue)["cells"][1]["source"])


def test_a_cell_that_has_changed_since_is_stale(tmp_path: Path) -> None:
    """Before the catalogue is updated it lacks the new text, after it the old translation is a proposal, not used."""
    path = tmp_path / "n.ko.po"
    update(path, notebook_texts(notebook()), "ko")
    translate(path, title="# 낱말", f="수를 두 배로 한다.")
    changed = notebook(title="# Something that is said in quite another way")
    assert lacking(read_catalogue(path, "ko"), notebook_texts(changed)) == ["`title`: is not translated."]
    update(path, notebook_texts(changed), "ko")
    catalogue = read_catalogue(path, "ko")
    assert lacking(catalogue, notebook_texts(changed)) == ["`title`: has changed since it was translated."]
    assert "낱말" in path.read_text(encoding="utf-8")
    assert "낱말" not in json.dumps(translated(changed, catalogue), ensure_ascii=False)
    translate(path, title="# 다른 말")
    assert lacking(read_catalogue(path, "ko"), notebook_texts(changed)) == []


def test_a_translation_that_changes_the_code_is_named(tmp_path: Path) -> None:
    """What is filled in may stand in another order, but nothing may be lost; nor may it be no Python any more."""
    path = tmp_path / "n.ko.po"
    source = notebook(code='print(f"{done} of {len(cells)} cells")')
    for said, is_wrong in {
        'f"셀 {len(cells)}개 가운데 {done}개"': False,
        'f"셀 {done}개"': True,
        'f"셀 {done} {len(cell)}"': True,
        '"셀"': True,
        'f"셀 {done} {len(cells)}': True,
    }.items():
        update(path, notebook_texts(source), "ko")
        translate(path, title="# 낱말", f=said)
        catalogue = read_catalogue(path, "ko")
        expected = ["`f`: the translation changes the code of the cell."] if is_wrong else []
        assert changed_code(source, catalogue) == expected, said


def test_a_sentence_that_loses_what_is_filled_in_is_named(tmp_path: Path) -> None:
    """Of one for one thing and one for many the second counts: it has the number."""
    path = tmp_path / "s.po"
    wanted: list[texts.Text] = [(None, "{name} is late."), (None, ("a day", "{count} days"))]
    for late, days, wrong in (
        ("{name}은(는) 늦었습니다.", "{count}일", []),
        ("늦었습니다.", "{count}일", ["“{name} is late.”"]),
        ("{name}은(는) 늦었습니다.", "{n}일", ["“a day”"]),
    ):
        update(path, wanted, "ko")
        catalogue = read_catalogue(path, "ko")
        catalogue.get("{name} is late.").string = late
        catalogue.get("a day").string = (days,)
        found = lacking(catalogue, wanted)
        assert found == [f"{place}: the names in braces are not those of the translation." for place in wrong]


@pytest.mark.parametrize("language", translation.languages())
@pytest.mark.parametrize("name", assignment_names())
def test_code_is_the_same_in_every_language(name: str, language: str) -> None:
    """Of each cell of each notebook nothing differs but its strings: the syntax trees without them are equal."""
    source = json.loads(source_path(name).read_text(encoding="utf-8"))
    edition = json.loads(translation.translated_notebook(name, language))
    changed = 0
    for cell, new in zip(source["cells"], edition["cells"], strict=True):
        assert {**cell, "source": None} == {**new, "source": None}
        before, after = ("".join(each["source"]) for each in (cell, new))
        if cell["cell_type"] == "code" and before != after:
            assert texts.code_of(after) == texts.code_of(before), cell["id"]
            changed += 1
    assert changed > 30


def test_sentences_titles_and_questions_are_found(tmp_path: Path) -> None:
    """Those of checks, of titles of tests, of hints, and both forms of what is counted."""
    texts = list(package_texts())
    found = {text for _context, text in texts}
    assert "{task}: {passed} of {tests} checks pass, {score:g} of {max_score:g} points" in found
    assert "The new state is the one that the equation gives." in found
    assert "Five arguments go in. Where does each of them stand in your line?" in found
    assert "Feed the same x with two different pasts. Should the answers be equal?" in found
    assert ("{count} day", "{count} days") in found
    assert {"en", "Your notebook", ("{count} more", "{count} more")} <= found  # of pages
    path = tmp_path / "s.po"
    update(path, texts, "ko")
    assert len(lacking(read_catalogue(path, "ko"), texts)) == len(found)


def test_an_edition_that_lacks_something_is_not_released(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of every notebook is asked for."""
    assert len(translation.missing("fr")) > 100 * len(assignment_names())
    monkeypatch.setattr(translation, "package_texts", lambda: iter(()))
    monkeypatch.setattr(translation, "file_texts", lambda _folder: iter(()))
    monkeypatch.setattr(translation, "assignment_names", list)
    assert translation.missing("fr") == []


@pytest.mark.parametrize("language", translation.languages())
def test_what_is_read_at_a_desk_is_the_catalogue(language: str) -> None:
    """The compiled form is in git, since a desk has no Babel: `make messages` writes both."""
    compiled = translation.sentence_catalogue(language).with_suffix(".mo")
    assert compiled.read_bytes() == translation.compiled_sentences(language)


def test_a_compiled_catalogue_is_searched_like_any_other_file(tmp_path: Path) -> None:
    """What it says in another language may be a leak as well; and what is no catalogue is not let through."""
    path = translation.sentence_catalogue("ko", tmp_path)
    update(path, [(None, "Add the bias."), (None, "Look again.")], "ko")
    catalogue = read_catalogue(path, "ko")
    catalogue.get("Add the bias.").string = "return torch.tanh(x @ W_xh.T)"
    with path.open("wb") as file:
        translation.write_po(file, catalogue)
    translation.compile_sentences("ko", tmp_path)
    compiled = path.with_suffix(".mo").read_bytes()
    secret = Secret("returntorch.tanh(x@W_xh.T)", "solution rnn_step")
    with pytest.raises(Leak, match="solution rnn_step"):
        assert_nothing_leaks({"locale/ko.mo": compiled}, [secret])
    assert_nothing_leaks({"locale/ko.mo": compiled}, [])
    with pytest.raises(Leak, match="is not text"):
        assert_nothing_leaks({"locale/ko.mo": b"\xff\xfe0123456789012345678901234567"}, [])
