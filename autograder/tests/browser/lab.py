"""JupyterLab in a real browser, as a person uses it: opens a notebook, types into cells, runs them, takes pictures."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TOKEN = "a-token-of-this-test-alone"
PATIENCE = 120  # seconds, a backstop: what is waited for takes one or two
MISSING = (
    "There is no {names}, and what a student sees can only be tested in a browser: as root run `make browser`, which "
    "installs it from Debian; else install the packages chromium and chromium-driver."
)
# Nothing of the browser's own business: no network, no profile, no first-run pages.
FLAGS = (
    *(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
    ),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--force-device-scale-factor=1", "--hide-scrollbars"),
)


_MODEL = """
    const model = window.jupyterapp.shell.currentWidget.content.widgets
        .find(widget => widget.model.id === arguments[0]).model;
"""


class NoBrowser(RuntimeError):
    """Nothing can be shown here; the sentence says what to install."""


@contextlib.contextmanager
def jupyter(folder: Path, scratch: Path, *options: str, python_path: Path | None = None) -> Iterator[str]:
    """A Jupyter server on a folder, and its address; nothing of this machine's settings has a say."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUPYTER", "JPY", "PYTHON"))
        },
        "HOME": str(scratch),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"),
        "OMP_NUM_THREADS": "1",
        **({"PYTHONPATH": str(python_path)} if python_path else {}),
    }
    put_setting(scratch, "notification", fetchNews="false", checkForUpdates=False)  # no questions about news
    log = (scratch / "jupyter.log").open("wb")
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        "--expose-app-in-browser",
        *options,
    ]
    with log, subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, scratch / "jupyter.log")
            yield address
        finally:
            server.terminate()


def put_setting(scratch: Path, plugin: str, **values: Any) -> None:
    """One of JupyterLab's settings, as its settings editor would write it."""
    path = scratch / "settings" / "@jupyterlab" / "apputils-extension" / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _second in range(PATIENCE):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(1)
            break
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


@contextlib.contextmanager
def browser(scratch: Path, width: int = 1280, height: int = 900) -> Iterator[webdriver.Chrome]:
    """Headless Chromium with an empty profile; `NoBrowser` says what to install."""
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver_path = shutil.which("chromedriver")
    absent = [name for name, path in (("Chromium", binary), ("chromedriver", driver_path)) if path is None]
    if absent:
        raise NoBrowser(MISSING.format(names=" and no ".join(absent)))
    options = webdriver.ChromeOptions()
    options.binary_location = str(binary)
    for flag in (*FLAGS, f"--user-data-dir={scratch / 'profile'}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    try:
        # Without a window nobody gives the page the focus, and JupyterLab may then have no current notebook.
        driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        yield driver
    finally:
        driver.quit()


class Lab:
    """A notebook that is open in JupyterLab."""

    def __init__(self, driver: webdriver.Chrome, address: str, pictures: Path) -> None:
        self.driver = driver
        self.address = address
        self.pictures = pictures

    def log_in(self) -> None:
        """Opens JupyterLab, which remembers who one is: other pages of the server do not."""
        self.driver.get(f"{self.address}/lab?token={TOKEN}")
        self.wait_until("return window.jupyterapp !== undefined")

    def open(self, notebook: str) -> None:
        """Opens a notebook, and waits until its kernel is ready."""
        self.driver.get(f"{self.address}/lab/tree/{notebook}?token={TOKEN}")
        self.wait_until(
            "const panel = window.jupyterapp?.shell.currentWidget;"
            "return panel?.sessionContext?.session?.kernel?.status === 'idle' && panel.content.widgets.length > 0"
        )

    def wait_until(self, script: str, *arguments: Any) -> Any:
        """Waits until a script returns something true, and gives it back."""

        def holds(driver: webdriver.Chrome) -> Any:
            with contextlib.suppress(WebDriverException):
                return driver.execute_script(script, *arguments)
            return None

        return WebDriverWait(self.driver, PATIENCE, 0.2).until(holds, f"waited for: {script}")

    def command(self, name: str, **arguments: Any) -> None:
        """One of the commands of JupyterLab's menus."""
        self.driver.execute_async_script(
            "const [name, args, done] = arguments;"
            "window.jupyterapp.commands.execute(name, args).then(() => done(), error => done(String(error)))",
            name,
            arguments,
        )

    def go_to(self, cell: str) -> Any:
        """Scrolls to the cell of this id and makes it the active one; its element."""
        self.wait_until(
            """
            const content = window.jupyterapp.shell.currentWidget.content;
            const index = content.widgets.findIndex(widget => widget.model.id === arguments[0]);
            content.activeCellIndex = index;
            content.deselectAll();
            content.scrollToItem(index, 'start');
            const node = content.widgets[index]?.node;
            return node?.isConnected && node.querySelector('.jp-InputArea-editor') !== null
            """,
            cell,
        )
        return self.driver.execute_script(
            "return window.jupyterapp.shell.currentWidget.content.activeCell.node"
        )

    def fill(self, cell: str, source: str) -> None:
        """Puts another text into a cell: a click into its editor, everything selected, the new text pasted."""
        self.go_to(cell).find_element(By.CSS_SELECTOR, ".cm-content").click()
        editor = self.driver.switch_to.active_element
        editor.send_keys(Keys.CONTROL, "a")
        self.driver.execute_cdp_cmd("Input.insertText", {"text": source})

    def run(self, cell: str) -> str:
        """Runs a cell with Shift-Enter and waits for its end; the text of its output."""
        editor = self.go_to(cell).find_element(By.CSS_SELECTOR, ".cm-content")
        # A notebook that was run by another kernel may hold the number that comes next.
        self.driver.execute_script(f"{_MODEL} model.executionCount = null", cell)
        editor.click()
        self.driver.switch_to.active_element.send_keys(Keys.SHIFT, Keys.ENTER)
        self.wait_until(
            f"{_MODEL} return model.executionCount !== null && model.executionState !== 'running'", cell
        )
        return self.output(cell)

    def output(self, cell: str) -> str:
        """The text of a cell's output, as it is seen."""
        element = self.go_to(cell)
        return "\n".join(
            area.text for area in element.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output")
        )

    def linked(self, cell: str) -> bytes:
        """What a click on the link in a cell's output downloads."""
        link = self.go_to(cell).find_element(By.CSS_SELECTOR, ".jp-OutputArea-output a")
        encoded = self.driver.execute_async_script(
            """
            const [address, done] = arguments;
            fetch(address).then(answer => answer.blob()).then(blob => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result.split(',')[1]);
                reader.readAsDataURL(blob);
            });
            """,
            link.get_attribute("href"),
        )
        return base64.b64decode(encoded)

    def save(self) -> None:
        """Ctrl-S, and waits until the file is written."""
        self.driver.switch_to.active_element.send_keys(Keys.CONTROL, "s")
        self.wait_until("return !window.jupyterapp.shell.currentWidget.context.model.dirty")

    def theme(self, name: str) -> None:
        """Another of JupyterLab's themes, and waits until it is seen."""
        self.command("apputils:change-theme", theme=name)
        self.wait_until(
            "return document.body.dataset.jpThemeName === arguments[0]"
            " && document.querySelector('#jupyterlab-splash') === null",
            name,
        )

    def picture(self, name: str) -> Path:
        """A picture of the window as it is."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{name}.png"
        self.driver.save_screenshot(str(path))
        return path
