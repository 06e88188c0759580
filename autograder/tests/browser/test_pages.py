"""The pages that we write, in a browser: for everybody, at every width, light and dark, by keyboard, on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from autograder.assignments.sources import ROOT
from autograder.reports.class_report import class_page
from autograder.reports.feedback import ByHand, feedback_page
from autograder.reports.leaderboard import leaderboard_page, leaderboards
from autograder.student.core.notebook import read_notebook
from autograder.tests.browser.lab import PATIENCE, NoBrowser, browser
from autograder.tests.reports import samples
from autograder.tests.reports.classroom import ASSIGNMENT, MISTAKES, simulated

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

WIDTHS, SCHEMES = (390, 1300, 1300), ("dark", "light", "dark")


def pages() -> dict[str, str]:
    """Every kind of page."""
    results = simulated(40)
    before = {(result.student, result.assignment): ("graded", 40.0) for result in results[:9]}
    student = next(result for result in results if result.integrity)
    notebook = read_notebook(ROOT / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    by_hand = ByHand(41.5, 64.0, {"why": (3.0, 4.0)}, {"why": "Well thought."}, extra=1.0, late_penalty=2.0)
    others = replace(samples.result("other"), assignment="rnn_basics")
    return {
        "class": class_page(results, MISTAKES, before),
        "classes": class_page([*results, others], MISTAKES),
        "feedback": feedback_page(
            replace(student, repairs=("A cell was missing.",)), notebook, None, by_hand
        ),
        "feedback-states": feedback_page(samples.result(), samples.notebook(), samples.outcomes()),
        "feedback-ungradable": feedback_page(samples.ungradable()),
        "leaderboard": leaderboard_page(leaderboards(results, top=20)),
        "nobody": class_page([]),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages as files."""
    place = tmp_path_factory.mktemp("pages")
    for name, source in pages().items():
        (place / f"{name}.html").write_text(source, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def driver(folder: Path) -> Iterator[webdriver.Chrome]:
    """A browser for all of them."""
    try:
        with browser(folder) as found:
            found.set_script_timeout(PATIENCE)
            yield found
    except NoBrowser as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def show(
    driver: webdriver.Chrome, page: Path, width: int = 1300, scheme: str = "light", media: str = "screen"
) -> None:
    """Opens a page in a window of this width."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    driver.get(page.as_uri())


def picture(driver: webdriver.Chrome, path: Path) -> None:
    """A picture of the upper part of the page, much more than a window shows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = driver.execute_script("return [innerWidth, Math.min(document.body.scrollHeight, 5000)]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    path.write_bytes(base64.b64decode(taken["data"]))


@pytest.mark.parametrize("name", pages())
def test_everybody_can_read_it_at_any_width_in_any_light(
    name: str, driver: webdriver.Chrome, folder: Path, pictures: Path
) -> None:
    """axe-core finds nothing, with everything unfolded; and the page is never wider than the window."""
    for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
        show(driver, folder / f"{name}.html", width, scheme)
        picture(driver, pictures / f"{name}-{width}-{scheme}.png")
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        driver.execute_script("document.querySelectorAll('details').forEach(part => { part.open = true })")
        found: list[dict[str, Any]] = Axe().run(driver, options={"resultTypes": ["violations"]})["violations"]
        told = [(each["id"], each["nodes"][0]["html"][:200], len(each["nodes"])) for each in found]
        assert not told, (width, scheme)
    assert not driver.get_log("browser")


def rows(driver: webdriver.Chrome) -> list[str]:
    """The names in the table of a class, as they are seen from above."""
    found = driver.find_elements(By.CSS_SELECTOR, ".heat tbody tr:not([hidden]) th")
    return [cell.text for cell in found]


def test_a_class_is_sorted_and_filtered_by_keyboard_from_a_file(
    driver: webdriver.Chrome, folder: Path
) -> None:
    """By points from the best, then from the worst; who has none comes last. By name, by what is the matter."""
    show(driver, folder / "class.html")
    students = rows(driver)
    scores = {result.student: result.score for result in simulated(40) if result.status == "graded"}
    total = driver.find_elements(By.CSS_SELECTOR, ".heat thead button")[1]
    total.send_keys(Keys.ENTER)
    assert rows(driver)[0] == max(scores, key=lambda name: scores[name])
    assert driver.find_element(By.CSS_SELECTOR, "th[aria-sort]").get_attribute("aria-sort") == "descending"
    total.send_keys(Keys.ENTER)
    assert rows(driver)[0] == min(scores, key=lambda name: scores[name])
    assert not set(rows(driver)[-2:]) & scores.keys()
    search = driver.find_element(By.CSS_SELECTOR, "input[type=search]")
    search.send_keys("student-01")
    assert sorted(rows(driver)) == students[10:20]
    assert driver.find_element(By.TAG_NAME, "output").text == "10 of 40"
    search.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    Select(driver.find_element(By.TAG_NAME, "select")).select_by_value("late")
    late = {result.student for result in simulated(40) if result.late}
    assert set(rows(driver)) == late


def test_head_and_names_stay_in_sight(driver: webdriver.Chrome, folder: Path) -> None:
    """However far the table is scrolled, in both directions."""
    show(driver, folder / "class.html", width=390)
    seen = driver.execute_script(
        """
        const frame = document.querySelector('.scroll'), table = frame.querySelector('table');
        frame.scrollTo(300, 400);
        const [outer, head, name] = [frame, table.tHead.rows[0].cells[5], table.tBodies[0].rows[20].cells[0]]
            .map(part => part.getBoundingClientRect());
        return [frame.scrollLeft, frame.scrollTop, head.top - outer.top, name.left - outer.left];
        """
    )
    assert min(seen[:2]) > 100
    assert max(map(abs, seen[2:])) < 3


def test_the_printed_page_is_short(driver: webdriver.Chrome, folder: Path, pictures: Path) -> None:
    """Marks, what is not right and why, what was measured: two sheets at most, and no notebook."""
    show(driver, folder / "feedback.html", width=800, media="print")
    assert not driver.find_element(By.CLASS_NAME, "notebook").is_displayed()
    assert driver.find_element(By.CLASS_NAME, "unfinished").is_displayed()
    paper = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": False})
    data = base64.b64decode(paper["data"])
    (pictures / "feedback-printed.pdf").write_bytes(data)
    picture(driver, pictures / "feedback-printed.png")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type/Page/") <= 2
