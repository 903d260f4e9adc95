"""The report opens in a browser, from the disk, with no network, and shows no unscrubbed text."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation import Workspace, build_dataset
from curation.report.pairs import marked


def test_what_stands_in_one_text_alone_is_marked_and_html_is_escaped() -> None:
    left, right = marked("I feel <b>bad today", "I feel <b>good today")
    assert left == "I feel &lt;b&gt;<mark>bad</mark> today"
    assert right == "I feel &lt;b&gt;<mark>good</mark> today"


@pytest.fixture
def page(example: Workspace) -> Path:
    return example.root / build_dataset(example).report


def test_the_page_names_no_address_to_load_from(page: Path) -> None:
    html = page.read_text()
    assert not re.search(r"""(src|href)=["'](?!#)""", html)
    assert "<script" not in html
    assert "url(" not in html
    assert "@import" not in html


@pytest.fixture
def browser(tmp_path: Path) -> Iterator["object"]:
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("chromium and chromedriver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    switches = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
    for switch in (*switches, "--no-first-run", f"--user-data-dir={tmp_path / 'chromium'}", "--window-size=1280,900"):
        options.add_argument(switch)
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.mark.slow
def test_a_browser_shows_every_section(page: Path, browser) -> None:  # type: ignore[no-untyped-def]
    browser.get(page.as_uri())
    text = browser.find_element("tag name", "body").text
    assert "65\nrecords read" in text
    assert "47\nitems" in text
    for heading in ("From records to items", "Duplicates", "Personal data", "Risk", "Quarantine"):
        assert heading in text
    assert "is blank after cleaning" in text
    assert "near-duplicate" in text
    marks = "return Array.from(document.querySelectorAll('mark'), mark => mark.textContent)"
    assert "profesional" in browser.execute_script(marks)
    for width in (1280, 400):
        browser.set_window_size(width, 900)
        overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(overflow) <= 0
    assert browser.get_log("browser") == []
