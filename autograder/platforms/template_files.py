"""Writes the files by which CI systems, containers, clusters and hubs run our commands."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).with_name("templates")
# For the instructor's private repository, the students' repositories, and a hub.
FOLDERS = ("class", "student", "jupyterhub")
# One script, under the name by which each calls it.
DESK_CHECK = ("student/.github/desk_check.py", "classroom50/autograder.py")


class WouldOverwrite(Exception):
    """A file of this name is there, and has other contents; its path."""


def template_files() -> dict[str, bytes]:
    """All templates, by their paths."""
    paths = [path for folder in FOLDERS for path in sorted((TEMPLATES / folder).rglob("*")) if path.is_file()]
    desk_check = (TEMPLATES / "desk_check.py").read_bytes()
    return {
        **{path.relative_to(TEMPLATES).as_posix(): path.read_bytes() for path in paths},
        **dict.fromkeys(DESK_CHECK, desk_check),
    }


def write_templates(out: Path) -> list[Path]:
    """Writes all templates below `out`; their paths. `WouldOverwrite` before anything is lost that was edited."""
    files = {out / name: data for name, data in template_files().items()}
    for path, data in files.items():
        if path.exists() and path.read_bytes() != data:
            raise WouldOverwrite(path)
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if data.startswith(b"#!") else 0o644)
    return sorted(files)
