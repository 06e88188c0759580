"""The parallel text: paragraphs of pages that exist in two languages, equally many, and translated."""

from __future__ import annotations

from pathlib import Path

from autograder.maintain.data.parallel import HEADER, pairs
from autograder.student import corpora

LONG = "This paragraph is long enough to be worth a comparison of two languages."
KOREAN = "이 단락은 두 언어를 비교할 만큼 충분히 깁니다."


def write(folder: Path, language: str, page: str, *paragraphs: str) -> None:
    path = folder / language / "gnome-help" / page
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    path.write_text(f'<page xmlns="http://projectmallard.org/1.0/">{body}</page>', encoding="utf-8")


def test_paragraphs_are_paired_by_their_place(tmp_path: Path) -> None:
    """Without markup; a short one, one that is not translated and a page that does not match are left out."""
    write(tmp_path, "C", "a.page", "Short.", LONG.replace("long", "<em>long</em>"), LONG.replace("two", "2"))
    write(tmp_path, "ko", "a.page", "짧다.", KOREAN, LONG)
    write(tmp_path, "C", "b.page", LONG, LONG)
    write(tmp_path, "ko", "b.page", KOREAN)
    write(tmp_path, "ko", "only.page", KOREAN)
    write(tmp_path, "C", "c.page", LONG)
    write(tmp_path, "ko", "c.page", KOREAN)  # the same pair again
    assert list(pairs(tmp_path)) == [(LONG, KOREAN)]


def test_the_file_that_ships_names_its_source_and_holds_both_languages() -> None:
    """Eight hundred pairs, in which each side is in its language."""
    assert corpora.PARALLEL.read_text(encoding="utf-8").startswith(HEADER)
    english, korean = corpora.parallel()
    assert len(english) == len(korean) > 800
    assert all(text.isascii() or not any("가" <= letter <= "힣" for letter in text) for text in english)
    assert all(any("가" <= letter <= "힣" for letter in text) for text in korean)
