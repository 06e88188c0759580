"""Takes a picture of a report with headless Chromium: `python -m autograder.reports.screenshot PAGE.html PICTURE.png`.

The picture in this folder, `feedback.png`, shows the page of a student who got some tasks wrong:

    autograder demo --out demo
    python -m autograder.reports.screenshot demo/graded/feedback/rnn_basics/emmy.html \\
        autograder/reports/feedback.png --task rnn_backward --height 1350
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing of the browser's own business: no network, no profile, no first-run pages.
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)


def screenshot(
    page: Path, picture: Path, width: int = 1300, height: int = 1600, task: str = "", dark: bool = False
) -> None:
    """Writes the top of a page, as much as fits into a window of this size, as PNG.

    With `task`, the only part of the notebook that is shown is the one that begins with this task's answer.
    `FileNotFoundError` without a browser.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError(f"none of {', '.join(BROWSERS)} is installed")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "page.html")
        copy.write_text(_only(page.read_text(encoding="utf-8"), task), encoding="utf-8")
        command = [browser, *_QUIET, f"--user-data-dir={folder}/profile", f"--window-size={width},{height}"]
        if dark:
            command.append("--blink-settings=preferredColorScheme=0")
        command += [f"--screenshot={picture.resolve()}", copy.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def _only(source: str, task: str) -> str:
    """The page with the parts of all other tasks hidden; its policy would not let the added style sheet in."""
    if not task:
        return source
    style = f"<style>.part:not(:has(#task-{task})) {{ display: none }}</style>"
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', style, source)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1300)
    parser.add_argument("--height", type=int, default=1600)
    parser.add_argument("--task", default="")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    try:
        screenshot(**vars(options))
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        sys.exit(f"no picture: {error}")


if __name__ == "__main__":
    main()
