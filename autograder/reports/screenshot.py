"""Takes a picture of a report with headless Chromium: `python -m autograder.reports.screenshot PAGE.html PICTURE.png`.

The picture in this folder, `feedback.png`, is such a one: of the page of a student who got some tasks wrong, as
`autograder demo` writes it. Options: `--width`, `--height` (of the window, in pixels) and `--dark`.
"""

from __future__ import annotations

import argparse
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


def screenshot(page: Path, picture: Path, width: int = 1300, height: int = 1600, dark: bool = False) -> None:
    """Writes the upper part of a page, as large as the window, as PNG; `FileNotFoundError` without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError(f"none of {', '.join(BROWSERS)} is installed")
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *_QUIET, f"--user-data-dir={profile}", f"--window-size={width},{height}"]
        if dark:
            command.append("--blink-settings=preferredColorScheme=0")
        command += [f"--screenshot={picture.resolve()}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1300)
    parser.add_argument("--height", type=int, default=1600)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    try:
        screenshot(**vars(options))
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        sys.exit(f"no picture: {error}")


if __name__ == "__main__":
    main()
