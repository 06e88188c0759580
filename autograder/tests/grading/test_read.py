"""Whatever bytes are handed in, they are read as a notebook or refused in one sentence."""

from __future__ import annotations

import base64
import bz2
import contextlib
import gzip
import json
import lzma
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grading import read as intake
from autograder.grading.read import Unreadable, read_submission
from autograder.student.core.notebook import MAX_FILE_BYTES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
SOURCE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"))
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]), "source": SOURCE, "id": SOURCE}
)


def notebook(*sources: str, **rest: Any) -> dict[str, Any]:
    """A notebook of code cells as a document."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **rest}


def read(document: Any, encoding: str = "utf-8") -> intake.Intake:
    """What intake makes of a document."""
    return read_submission(json.dumps(document).encode(encoding))


def sources(taken: intake.Intake) -> list[str]:
    """The texts of the cells."""
    return [cell.source for cell in taken.notebook.cells]


@settings(max_examples=300)
@given(st.binary())
def test_any_bytes_are_a_notebook_or_unreadable(data: bytes) -> None:
    """Bytes without any sense raise nothing but `Unreadable`."""
    with contextlib.suppress(Unreadable):
        read_submission(data)


@settings(max_examples=300)
@given(JSON, JSON, JSON)
def test_any_json_is_a_notebook_or_unreadable(cells: Any, metadata: Any, rest: Any) -> None:
    """JSON of any types in the places of a notebook raises nothing but `Unreadable`."""
    documents = [
        cells,
        {"cells": cells, "metadata": metadata},
        {"cells": [cells, {"cell_type": cells, "source": metadata, "metadata": rest, "id": rest}]},
        {"cells": [{"source": "x", "metadata": {"nbgrader": cells, "tags": metadata}}], "metadata": rest},
        {"worksheets": cells, "metadata": {"kernelspec": metadata}},
        {"worksheets": [{"cells": [{"input": cells, "cell_type": rest}]}, metadata]},
    ]
    for document in documents:
        with contextlib.suppress(Unreadable):
            "".join(sources(read(document))).encode("utf-8")


@settings(max_examples=100)
@given(st.lists(CELL))
def test_valid_notebooks_are_read_as_they_are(cells: list[dict[str, Any]]) -> None:
    """Kinds and texts of a valid notebook arrive unchanged, and nothing is reported."""
    taken = read({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    found = [(cell.kind, cell.source, cell.id) for cell in taken.notebook.cells]
    assert found == [(cell["cell_type"], cell["source"], cell["id"]) for cell in cells]
    assert taken.repairs == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_read(encoding: str) -> None:
    """Byte order marks and wider encodings cost nobody anything."""
    assert sources(read(notebook("안녕 = 1"), encoding)) == ["안녕 = 1"]


def test_bytes_outside_of_the_encoding_are_replaced() -> None:
    """A file saved in another code page is read but for the letters that cannot be."""
    data = json.dumps(notebook("x = 1  # 안녕"), ensure_ascii=False).encode("cp949")
    taken = read_submission(data)
    assert sources(taken)[0].startswith("x = 1  # \N{REPLACEMENT CHARACTER}")
    assert "UTF-8" in taken.repairs[0]


def test_an_old_format_is_converted() -> None:
    """nbformat 3 keeps its cells in worksheets, and code in `input`."""
    cells = [
        {"cell_type": "heading", "source": "Title"},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"]},
    ]
    taken = read({"nbformat": 3, "worksheets": [{"cells": cells}]})
    assert [(cell.kind, cell.source) for cell in taken.notebook.cells] == [
        ("markdown", "Title"),
        ("code", "x = 1\ny = 2"),
    ]
    assert "old format" in taken.repairs[0]


@pytest.mark.parametrize(
    "version", [{"nbformat": 5}, {"nbformat_minor": 99}, {"nbformat": "x"}, {"nbformat": None}]
)
def test_a_version_that_does_not_exist_yet_is_read(version: dict[str, Any]) -> None:
    """What has cells is a notebook, whatever number it bears."""
    assert sources(read(notebook("x = 1", **version))) == ["x = 1"]


def test_not_a_number_and_keys_that_stand_twice_are_read() -> None:
    """Outputs may hold NaN, and of two keys the last counts, as in a browser."""
    text = '{"cells": [], "cells": [{"cell_type": "code", "source": "x", "outputs": [NaN, -Infinity]}]}'
    assert sources(read_submission(text.encode())) == ["x"]


def test_cells_of_wrong_types_are_left_out_or_made_plain() -> None:
    """What is no cell is left out and counted; a cell of an unknown type is text."""
    document = notebook("x = 1")
    document["cells"] += [7, None, {"cell_type": "code", "source": 3}, {"cell_type": ["a"], "source": "y"}]
    taken = read(document)
    assert [(cell.kind, cell.source) for cell in taken.notebook.cells] == [("code", "x = 1"), ("raw", "y")]
    assert taken.repairs == ("3 cells could not be read and were left out.",)


def test_half_a_surrogate_pair_is_replaced() -> None:
    """JSON can hold what no encoding can write."""
    assert sources(read_submission(b'{"cells": [{"cell_type": "code", "source": "x = \\"\\ud800\\""}]}')) == [
        'x = "?"'
    ]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "breaks off"),
        (json.dumps(notebook("x = 1")).encode()[:-1], "breaks off"),
        (json.dumps(notebook("x = 1")).encode()[:50], "breaks off"),
        (b'{"cells": [;]}', "not valid JSON"),
        (b"[1, 2]", "not an object"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":' * 100_000, "too deep"),
        (b"9" * 100_000, "too large"),
        (b"[]," * 1_000_000 + b"[" * 2_000_000, "too many parts"),
        (b"x" * (MAX_FILE_BYTES + 1), "larger than"),
        (b'{"cells": [' + b",".join([b"{}"] * 100_000) + b"]}", "100000 cells"),
        (json.dumps(notebook("x" * 500_000)).encode(), "characters of code"),
    ],
    ids=[
        "nothing",
        "blank",
        "half",
        "all but the end",
        "a string that does not end",
        "a wrong sign",
        "list",
        "no cells",
        "deep list",
        "deep dict",
        "digits",
        "parts",
        "size",
        "cells",
        "code",
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(data: bytes, word: str) -> None:
    """Each kind of damage has its own words."""
    with pytest.raises(Unreadable, match=word):
        read_submission(data)


def test_a_foreign_language_is_reported_and_a_kernel_of_python_is_not() -> None:
    """Names of Python kernels vary; R is another language."""
    assert "“R”" in read(notebook(metadata={"kernelspec": {"language": "R"}})).repairs[0]
    for name in ("python3", "Python", "ipython", "conda-env-course-py", "xpython"):
        assert read(notebook(metadata={"kernelspec": {"name": name}})).repairs == ()


def test_reading_imports_neither_nbformat_nor_torch() -> None:
    """Both take seconds, and reading takes none."""
    code = "import sys, autograder.grading.many; print({'nbformat', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def packed(answer: Any) -> bytes:
    """A document as bytes."""
    return json.dumps(answer).encode()


ONE_CELL = notebook("x = 1")
ENCODED = base64.encodebytes(packed(ONE_CELL)).decode()
MERGED = packed(ONE_CELL).replace(b'"cells"', b'\n<<<<<<< HEAD\n"cells"\n=======\n"cell"\n>>>>>>> mine\n')


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<!DOCTYPE html>\n<html>", "web page"),
        (b"\xef\xbb\xbf\n<HTML lang='ko'>", "web page"),
        (b"<?xml version='1.0'?><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "Git LFS"),
        (MERGED, "merge markers"),
        (MERGED.replace(b"\n", b"\r\n"), "merge markers"),
        (b"<<<<<<< HEAD\n{\n=======\n[\n>>>>>>> mine\n", "merge markers"),
        (gzip.compress(packed(ONE_CELL)), "gzip"),
        (bz2.compress(packed(ONE_CELL)), "compressed"),
        (lzma.compress(packed(ONE_CELL)), "compressed"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"import torch\n", "Python file"),
        (b"https://colab.research.google.com/drive/1x\n", "a link"),
        (b"404: Not Found", "error message of a web server"),
        (b"\0" * 1000, "zeros"),
        (b"From nobody Mon Nov 23\nMIME-Version: 1.0", "not valid JSON"),
        (b"# %%\nx = 1\n", "Python file"),
        (packed({"encoding": "base64", "content": "abc"}), "damaged"),
    ],
)
def test_what_is_no_notebook_is_named_for_what_it_is(data: bytes, word: str) -> None:
    """Whatever its name says."""
    with pytest.raises(Unreadable, match=word):
        read_submission(data)


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "notebook", "format": "json", "name": "x.ipynb", "content": ONE_CELL},  # Jupyter's server
        {"type": "file", "encoding": "base64", "content": ENCODED, "sha": "1"},  # GitHub, a file or a blob
        {"type": "file", "format": "text", "content": json.dumps(ONE_CELL)},  # Jupyter's server, as text
    ],
)
def test_the_answer_of_a_web_interface_is_read(answer: dict[str, Any]) -> None:
    """The notebook is in it, as a whole."""
    taken = read(answer)
    assert sources(taken) == ["x = 1"]
    assert "web API" in taken.repairs[0]


@pytest.mark.parametrize("size", [pytest.param(40, marks=pytest.mark.slow), 50])
def test_large_outputs_cost_nothing(size: int) -> None:
    """Pictures of 40 MB, and a million brackets: they are left out before any bound is applied."""
    document = notebook("x = 1")
    document["cells"][0]["outputs"] = [{"data": {"image/png": "A" * (size * 2**20), "x": [[]] * 1_500_000}}]
    document["cells"].append({"cell_type": "markdown", "source": "y", "attachments": {"a": {"png": "]}"}}})
    assert sources(read(document)) == ["x = 1", "y"]


@settings(max_examples=200)
@given(JSON, SOURCE, SOURCE)
def test_leaving_out_outputs_changes_nothing_else(outputs: Any, source: str, other: str) -> None:
    """Whatever the outputs hold, and whatever else a string holds that looks like them."""
    cell = {"source": source, "outputs": outputs, "id": other, "metadata": {"x": '"outputs": ['}}
    left = json.loads(intake.without_outputs(json.dumps({"cells": [cell]}).encode()))["cells"][0]
    left.pop("outputs")
    cell.pop("outputs")
    assert left == cell


@given(st.text('"[]{}\\:, outpus', max_size=60))
def test_leaving_out_outputs_is_total(text: str) -> None:
    """Whatever is no JSON."""
    intake.without_outputs(f'"outputs": [{text}'.encode())


def test_leaving_out_outputs_takes_linear_time() -> None:
    """Strings that never end, and outputs within outputs."""
    intake.without_outputs(b'\\"' * 1_000_000)
    intake.without_outputs(b'"outputs": [' * 300_000)
