"""A student's evening, in JupyterLab on the release bundle: a wrong answer, its hint, the right one, the hand-in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from autograder.tests.browser.lab import Lab

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

SIGNATURE = "def rnn_step(x, h, W_xh, W_hh, b):\n    return "
WRONG = SIGNATURE + "torch.tanh(x @ W_xh.T + h @ W_hh + b)"
RIGHT = SIGNATURE + "torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"


def test_a_student_mends_an_answer_and_hands_in(lab: Lab, bundle: Path) -> None:
    """Each step in words on the page, and a zip at its end."""
    lab.open("rnn_basics.ipynb")
    lab.driver.execute_script("window.jupyterapp.shell.collapseLeft()")
    lab.run("imports")

    lab.fill("rnn-step", WRONG)
    lab.run("rnn-step")
    said = lab.run("check-rnn-step")
    assert "✗" in said
    assert "0 of 2 tasks" not in said
    assert "?" in said, "a hint is a question"
    for theme in ("Dark", "Light"):
        lab.theme(f"JupyterLab {theme}")
        lab.go_to("rnn-step")
        lab.picture(f"failing-check-{theme.lower()}")
    lab.go_to("check-rnn-step").find_element(By.TAG_NAME, "summary").click()
    said_then = lab.output("check-rnn-step")
    assert len(said_then) > len(said), "a second question was folded"
    lab.picture("another-hint")

    lab.fill("rnn-step", RIGHT)
    lab.run("rnn-step")
    said = lab.run("check-rnn-step")
    assert "✗" not in said
    assert "So far 1 of 23 tasks" in said
    for theme in ("Dark", "Light"):
        lab.theme(f"JupyterLab {theme}")
        lab.go_to("rnn-step")
        lab.picture(f"passing-check-{theme.lower()}")

    said = lab.run("submit")
    assert "Your notebook is not saved: the file still has an older `rnn_step`".replace("`", "") in said
    lab.save()
    said = lab.run("submit")
    assert "not saved" not in said
    assert "22 tasks still hold" in said
    for theme in ("Dark", "Light"):
        lab.theme(f"JupyterLab {theme}")
        lab.go_to("hand-in")
        lab.picture(f"hand-in-{theme.lower()}")
    assert lab.linked("submit") == (bundle / "rnn_basics.zip").read_bytes()
    with zipfile.ZipFile(bundle / "rnn_basics.zip") as archive:
        receipt = json.loads(archive.read("receipt.json"))
        assert archive.read("rnn_basics.ipynb") == (bundle / "rnn_basics.ipynb").read_bytes()
    assert receipt["public_marks"]["rnn_step"]["status"] == "passed"
    assert receipt["public_marks"]["pad_batch"]["status"] == "failed"
