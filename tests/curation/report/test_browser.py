"""The page in a real browser: at a desk and on a telephone, by light and by dark, by keyboard, with no network."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation import Build
from tests.curation.report.test_page import hostile_page

pytestmark = pytest.mark.slow
Show = Callable[..., Any]


@pytest.fixture
def show(browser: Any) -> Show:
    """Opens a page, at a width and in a colour scheme."""

    def open_(page: Path, width: int = 1280, scheme: str = "light") -> Any:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme_is = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme_is)
        browser.get(page.as_uri())
        return browser

    return open_


def test_a_browser_shows_every_section(page: Path, show: Show) -> None:
    browser = show(page)
    text = browser.find_element("tag name", "body").text
    assert "65\nrecords read" in text
    assert "47\nitems" in text
    for heading in ("From records to items", "Duplicates", "Personal data", "Risk", "Review", "Quarantine", "Drift"):
        assert heading in text
    assert "is blank after cleaning" in text
    assert "near-duplicate" in text
    marks = "return Array.from(document.querySelectorAll('mark'), mark => mark.textContent)"
    assert "profesional" in browser.execute_script(marks)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(page: Path, show: Show, width: int) -> None:
    browser = show(page, width)
    browser.execute_script("document.querySelectorAll('details').forEach(details => (details.open = true))")
    overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(overflow) <= 0
    drawings = browser.find_elements("css selector", "svg.flow")
    assert [drawing.is_displayed() for drawing in drawings].count(True) == 1


def test_the_page_asks_nobody_for_anything(page: Path, show: Show) -> None:
    show(page).get_log("performance")  # what was before
    browser = show(page)
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("file:")] == []
    assert len(asked) == 1  # the page itself
    assert browser.get_log("browser") == []


def test_hostile_texts_run_nothing(built: Build, show: Show, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(hostile_page(built))
    browser = show(file)
    assert browser.execute_script("return window.hacked") is None
    assert browser.find_elements("tag name", "img") == []
    assert "onerror" in browser.find_element("id", "pairs").text
    assert browser.get_log("browser") == []


def test_the_slider_tells_by_keyboard_what_another_threshold_would_do(near: Build, show: Show) -> None:
    from selenium.webdriver.common.keys import Keys

    browser = show(near.folder / "report.html")
    slider, told = (browser.find_element("id", name) for name in ("threshold", "at-threshold"))
    assert "as in this build" in told.text
    for key, threshold in ((Keys.HOME, 70), (Keys.END, 100), (Keys.ARROW_LEFT, 99), (Keys.PAGE_DOWN, None)):
        slider.send_keys(key)
        at, removed = map(int, re.findall(r"At (\d+): (\d+) near-duplicates?", told.text)[0])
        assert at == threshold or threshold is None
        assert removed == near.manifest.removed_at[str(at)]
        assert slider.get_attribute("aria-valuetext") == f"{at}: {removed} removed"


def test_the_list_shows_what_the_slider_changes(near: Build, show: Show) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select

    browser = show(near.folder / "report.html")
    browser.find_element("id", "threshold").send_keys(Keys.END)
    Select(browser.find_element("id", "kind")).select_by_value("changed")
    shown = browser.find_elements("css selector", "#pairs > li")
    assert len(shown) == near.manifest.removed - near.manifest.removed_at["100"]
    assert all("would stay" in entry.text for entry in shown)
    Select(browser.find_element("id", "kind")).select_by_value("removed")
    browser.find_element("id", "threshold").send_keys(Keys.HOME)
    assert "removed" in browser.find_element("css selector", "#pairs > li").text


def test_pairs_are_found_by_source_and_by_word(page: Path, show: Show) -> None:
    from selenium.webdriver.support.ui import Select

    browser = show(page)

    def shown() -> list[str]:
        return [entry.text for entry in browser.find_elements("css selector", "#pairs > li")]

    every = len(shown())
    Select(browser.find_element("id", "source")).select_by_visible_text("chats")
    assert 0 < len(shown()) < every
    assert all("chats-" in text for text in shown())
    Select(browser.find_element("id", "source")).select_by_value("")
    browser.find_element("id", "words").send_keys("Prozac")
    assert [text for text in shown() if "zoloft → prozac" in text] == shown()
    assert browser.find_element("id", "matching").text == "1 of 1 pairs that match are listed."


def test_everything_is_reached_by_keyboard_and_told_by_name(page: Path, show: Show) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser = show(page)
    here = """const one = document.activeElement;
        return [one.tagName, one.id, one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent,
                getComputedStyle(one).outlineStyle, one.getBoundingClientRect().top]"""
    seen = []
    for _ in range(40):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        seen.append(browser.execute_script(here))
        if seen[-1][0] == "SUMMARY" and "near-duplicate" in seen[-1][2]:
            break
    assert seen[0][2] == "Skip to the funnel"
    assert {"threshold", "kind", "source", "order", "words"} <= {one[1] for one in seen}
    assert all(one[2].strip() for one in seen if one[1] != "threshold")  # it is told by its heading
    assert all(one[3] == "solid" for one in seen if one[0] in ("A", "SUMMARY", "INPUT", "SELECT", "DIV"))
    pair = browser.switch_to.active_element.find_element("xpath", "..")
    before = pair.get_attribute("open")
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    assert pair.get_attribute("open") != before


def test_more_pairs_are_shown_on_demand_and_the_first_of_them_is_where_the_reader_is(
    built: Build, show: Show, tmp_path: Path
) -> None:
    html = (built.folder / "report.html").read_text()
    [entries] = re.findall(r'<ol class="list" id="pairs"[^>]*>\n(.*?)</ol>', html, flags=re.DOTALL)
    many = tmp_path / "many.html"
    many.write_text(html.replace(entries, entries * 3))
    browser = show(many)
    listed = "#pairs > li"
    assert len(browser.find_elements("css selector", listed)) == 20
    button = browser.find_element("id", "more")
    button.click()
    assert len(browser.find_elements("css selector", listed)) == 30
    assert not button.is_displayed()
    place = "return [...document.querySelectorAll('#pairs summary')].indexOf(document.activeElement)"
    assert browser.execute_script(place) == 20


CONTRASTS = """
const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
const light = (colour) => {
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = parse(colour).map((part) => linear(part / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, other) => {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
const behind = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (parse(colour)[3] !== 0) return colour;
  }
};
document.querySelectorAll("details").forEach((details) => (details.open = true));
const poor = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
  if (element.closest("script, title, svg")) continue;
  const found = ratio(getComputedStyle(element).color, behind(element));
  if (found < 4.5) poor.push([element.outerHTML.slice(0, 80), found]);
}
const style = getComputedStyle(document.documentElement), body = getComputedStyle(document.body);
const probe = document.body.appendChild(document.createElement("i"));
const resolved = (name) => ((probe.style.color = `var(${name})`), getComputedStyle(probe).color);
const series = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => `--s${number}`);
for (const name of ["--kept", "--gone", "--fault", "--link", "--stale", ...series]) {
  const found = ratio(resolved(name), body.backgroundColor);
  if (found < 3) poor.push([name, found]);
}
const label = ratio(resolved("--ink"), resolved("--node"));
if (label < 4.5) poor.push(["--node", label]);
probe.remove();
return [poor, light(body.backgroundColor)];
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_drawings_stand_out_from_the_ground(page: Path, show: Show, scheme: str) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for text, 3 to 1 for what is drawn."""
    poor, ground = show(page, scheme=scheme).execute_script(CONTRASTS)
    assert poor == []
    assert ground > 0.9 if scheme == "light" else ground < 0.05
