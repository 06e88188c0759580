"""Where Python and its packages lie on this machine, and which parts workers must not see."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def import_path() -> list[Path]:
    """Where Python finds its standard library and the installed packages."""
    standard = [
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        sysconfig.get_config_var("DESTSHARED"),
    ]
    return [
        path
        for path in dict.fromkeys([*map(Path, filter(None, standard)), *_package_folders()])
        if path.is_dir()
    ]


def _package_folders() -> list[Path]:
    """The folders on our import path that hold installed packages."""
    installed = [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    named = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
    return [path for path in dict.fromkeys([*installed, *named]) if path.is_dir()]


def python_paths() -> list[Path]:
    """The folders that Python and its packages need, outermost only."""
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), *_package_folders()}
    wanted |= {path.resolve() for path in wanted}
    wanted |= {Path(sys.executable).parent, Path(os.path.realpath(sys.executable)).parent}
    return sorted(path for path in wanted if not any(other in path.parents for other in wanted))


def hidden_paths() -> list[Path]:
    """Our own package, which holds the hidden tests, and the whole repository if it runs from there; real paths.

    Both may be there at once: an installed copy, and a clone in which the tests are run.
    """
    package = _HERE.parent
    root = package.parent
    is_repository = any((root / name).exists() for name in ("pyproject.toml", ".git"))
    installed = [folder.resolve() / package.name for folder in _package_folders()]
    return list(
        dict.fromkeys([root if is_repository else package, *(path for path in installed if path.is_dir())])
    )


def view_without(folder: Path, hidden: Sequence[Path], view: Path) -> Path:
    """The folder itself, or if something hidden lies in it, a folder of links to everything else in it.

    Landlock cannot allow listing a folder without listing what lies beneath.
    """
    folder = folder.resolve()  # `hidden` are real paths
    if not any(folder in path.parents for path in hidden):
        return folder
    shutil.rmtree(view, ignore_errors=True)
    view.mkdir(parents=True)
    for entry in folder.iterdir():
        if entry not in hidden and not any(entry in path.parents for path in hidden):
            (view / entry.name).symlink_to(entry)
    return view
