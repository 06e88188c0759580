"""Packs what students get: release notebooks, the public part of this package, and the files that install both."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from autograder.assignments.sources import ROOT
from autograder.student.core.files import Date
from autograder.student.core.files import zipped as as_zip
from autograder.student.core.notebook import parse_notebook

PACKAGE = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).with_name("student")  # laid out as in the bundle
NAME = "recurrent-language-models"  # of the zip, and of the one folder in it
# By name, never "all but": a new file does not become public by itself.
PUBLIC = (
    "__init__.py",
    "student/**/*.py",
    "student/parallel.tsv",
    "student/core/locale/*/LC_MESSAGES/*.mo",
    "assignments/__init__.py",
    "assignments/*/__init__.py",
    "assignments/*/spec.py",
    "assignments/*/doubles.py",
    "assignments/*/tests/*.py",
    "assignments/*/recorded/*.json",
)
DATA_FILES = (
    "README.md",
    "manifest.json",
    "thresholds.json",
)  # the corpora themselves are packed by `corpora`

_ADDRESS = re.compile(r'^_COURSE = "https://github\.com/([^"]+?)/?"', re.MULTILINE)
_BADGE = (
    "- `{name}`: [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{repository}/blob/main/{name}.ipynb)"
)


def bundle_files(
    notebooks: Mapping[str, bytes],
    root: Path = ROOT,
    pages: Mapping[str, bytes] = MappingProxyType({}),
    packages: Sequence[str] = (),
) -> dict[str, bytes]:
    """Everything in the bundle, by its path there. The notebooks lie beside the package, so they find it.

    An edition in another language has its own `pages` instead of those of the templates, and may need more `packages`.
    """
    files = {f"{name}.ipynb": data for name, data in notebooks.items()}
    for pattern in PUBLIC:
        for path in sorted(PACKAGE.glob(pattern)):
            files[f"autograder/{path.relative_to(PACKAGE).as_posix()}"] = path.read_bytes()
    # There the command is the students' own.
    main = (PACKAGE / "__main__.py").read_bytes()
    files["autograder/__main__.py"] = main.replace(b"autograder.cli", b"autograder.student.cli")
    for path in sorted(TEMPLATES.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(TEMPLATES).as_posix()
            files[name] = pages.get(name) or path.read_bytes()
    files["README.md"] = _readme(files["README.md"].decode("utf-8"), notebooks).encode("utf-8")
    for name in DATA_FILES:
        files[f"data/{name}"] = (root / "data" / name).read_bytes()
    files["LICENSE"] = (root / "LICENSE").read_bytes()
    files["pyproject.toml"] = _pyproject(root / "pyproject.toml", packages).encode("utf-8")
    return dict(sorted(files.items()))


def zipped(files: Mapping[str, bytes], date: Date) -> bytes:
    """The files as a zip archive in one folder, all of this date; the same files give the same bytes."""
    return as_zip({f"{NAME}/{name}": data for name, data in files.items()}, date)


def unzipped(archive: Path) -> dict[str, bytes]:
    """The files in an archive, by name."""
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _readme(template: str, notebooks: Mapping[str, bytes]) -> str:
    """The students' README: a badge for every notebook whose first code cell says where the course is on GitHub."""
    badges = [
        _BADGE.format(name=name, repository=found[1])
        for name, data in notebooks.items()
        for cell in parse_notebook(json.loads(data)).cells
        if (found := _ADDRESS.search(cell.source))
    ]
    return template.replace("@BADGES@\n", "\n".join([*badges, ""]) + "\n" if badges else "")


def _pyproject(ours: Path, packages: Sequence[str]) -> str:
    """The students' pyproject.toml: name and version ranges are ours, of what they need, and further packages."""
    document = tomllib.loads(ours.read_text(encoding="utf-8"))
    project = document["project"]
    template = Path(__file__).with_name("pyproject.toml.template").read_text(encoding="utf-8")
    dependencies = "\n".join(
        f"    {json.dumps(package)}," for package in [*project["dependencies"], *packages]
    )
    return (
        template.replace("@BUILD@", json.dumps(document["build-system"]["requires"]))
        .replace("@NAME@", project["name"])
        .replace("@PYTHON@", project["requires-python"])
        .replace(
            "@DEPENDENCIES@",
            dependencies,
        )
    )
