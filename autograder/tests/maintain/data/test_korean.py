"""The Korean help pages: fetched by apt-get, proven by their checksums, read without being installed."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from autograder.maintain.data import korean
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.manifest import read_manifest, sha256
from autograder.maintain.data.prepare import prepare, problems

LONG = "문서를 저장하려면 파일 메뉴에서 저장을 누르고 이름을 입력한 다음 확인 단추를 다시 한 번 누릅니다."


def package(pages: dict[str, str]) -> bytes:
    """A Debian package with these files: an `ar` archive whose last member has them."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as files:
        for name, text in pages.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode("utf-8"))
            files.addfile(member, io.BytesIO(text.encode("utf-8")))
    members = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": data.getvalue()}
    archive = b"!<arch>\n"
    for name, content in members.items():
        archive += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        archive += content + b"\n" * (len(content) % 2)
    return archive


def write(folder: Path, pages: dict[str, str]) -> dict[str, Any]:
    """Writes that package, and returns what a manifest says of it."""
    content = package(pages)
    (folder / "help.deb").write_bytes(content)
    archive = {
        "package": "help",
        "version": "1",
        "sha256": sha256(content),
        "address": "https://example.org/",
    }
    return {"archives": [archive]}


def sentence(number: int) -> str:
    """A Korean sentence like no other."""
    syllables = "가나다라마바사아자차카타파하"
    return " ".join(syllables[(number + place) % 14] * (1 + number // 14) for place in range(5))


def test_paragraphs_are_read_without_markup() -> None:
    """From pages of both kinds; of wordings for several systems the default one."""
    both = (
        '<p>키를 <span hidden="true" class="MAC">명령</span><span hidden="true">제어</span> <b>누릅니다</b>'
        "\n 그리고 다시 놓습니다.</p>"
    )
    assert list(korean.documents({"a.html": f"<html>{both}</html>".encode()})) == [
        "키를 제어 누릅니다 그리고 다시 놓습니다."
    ]
    page = f'<page xmlns="http://projectmallard.org/1.0/"><p>{LONG[:8]}<em>{LONG[8:]}</em></p></page>'
    assert list(korean.documents({"a.page": page.encode()})) == [LONG]


def test_what_is_english_short_or_there_already_is_left_out() -> None:
    """Twelve words in a row are enough; a page of which nothing is left is no document."""
    first, again = f"<p>{LONG}</p>", f"<p>이제 {LONG} 그러면 됩니다.</p>"
    pages = {
        "a": first,
        "b": again,
        "c": "<p>Press the button to save your own file.</p><p>네 낱말은 너무 짧다.</p>",
    }
    found = korean.documents({f"{name}.html": text.encode() for name, text in pages.items()})
    assert list(found) == [LONG]


def test_pages_are_split_by_their_place(tmp_path: Path) -> None:
    """Of every ten the fifth validates and the tenth is hidden; other languages of the package are not read."""
    root = "./usr/share/libreoffice/help"
    pages = {f"{root}/ko/text/{number:02}.html": f"<p>{sentence(number)}</p>" for number in range(20)}
    source = write(tmp_path, {f"{root}/de/text/00.html": f"<p>{LONG}</p>", **pages})
    corpus = korean.read(tmp_path, source)
    assert corpus.valid.raw == [sentence(4), sentence(14)]
    assert corpus.hidden.raw == [sentence(9), sentence(19)]
    assert corpus.train.raw == [sentence(number) for number in range(20) if number % 5 != 4]


def test_another_package_is_refused(tmp_path: Path) -> None:
    """One sentence, with the address of the right one."""
    source = write(tmp_path, {"./usr/share/help/ko/a.page": "<page/>"})
    (tmp_path / "help.deb").write_bytes(package({}))
    with pytest.raises(
        DataError, match=r"has no file with the sha256 .* for help 1\. .* https://example\.org/\.$"
    ):
        korean.read(tmp_path, source)


def test_apt_downloads_these_versions_into_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And installs nothing; if it cannot, or is not there, the addresses are told."""
    source = read_manifest()["korean"]["source"]
    commands: list[tuple[list[str], Path]] = []

    def run(command: list[str], cwd: Path, **_options: object) -> subprocess.CompletedProcess[bytes]:
        commands.append((command, cwd))
        return subprocess.CompletedProcess(command, len(commands) - 1)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(korean.shutil, "which", lambda name: f"/bin/{name}")
    assert korean.fetch(source, tmp_path) == tmp_path
    packages = [f"{each['package']}={each['version']}" for each in source["archives"]]
    assert commands == [(["/bin/apt-get", "download", *packages], tmp_path)]
    for which in (lambda name: name, lambda _name: None):
        monkeypatch.setattr(korean.shutil, "which", which)
        with pytest.raises(
            DataError, match=r"^apt-get could not .* https://snapshot\.debian\.org/.* with --from\.$"
        ):
            korean.fetch(source, tmp_path)


def test_what_was_read_is_recorded_to_the_byte(tmp_path: Path) -> None:
    """Like the course's own corpus: the manifest has the checksums, and the same packages give the same files."""
    root = "./usr/share/libreoffice/help/ko/text"
    pages = {f"{root}/{number:02}.html": f"<p>{sentence(number)}</p>" for number in range(10)}
    entry = {"source": write(tmp_path, pages)}
    data = tmp_path / "data"
    data.mkdir()
    (data / "manifest.json").write_text(json.dumps({"corpora": {"korean": entry}}), encoding="utf-8")
    assert prepare("korean", tmp_path, data=data, update_manifest=True)
    assert problems("korean", data) == []
    assert prepare("korean", tmp_path, data=data)
    assert set(read_manifest(data)["korean"]["files"]) >= {"korean/train.txt", "hidden/korean/test.txt"}


def test_installed_pages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They lie where submissions can read them, the hidden ones as well."""
    monkeypatch.setattr(korean, "INSTALLED", [tmp_path / "ko"])
    assert korean.installed_sentence() == ""
    (tmp_path / "ko").mkdir()
    assert str(tmp_path / "ko") in korean.installed_sentence()
