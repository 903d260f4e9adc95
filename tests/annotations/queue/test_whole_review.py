"""The review as a team does it: 300 items on a real server, by the API and by hotkeys in a real browser."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from annotations import Ledger, adjudicate, policy_of, pull, push, standings, status, verify
from curation import Workspace, open_build
from schemas.review_config import RISKY
from tests.annotations.conftest import Reviewer, borrow, made, real_pairs
from tests.browser import chromium

pytestmark = [pytest.mark.slow, pytest.mark.server]

TEAM = {**dict.fromkeys(("clin-1", "clin-2", "clin-3", "clin-4"), "reviewer"), "senior-1": "adjudicator"}
BY_HOTKEYS = "clin-4"
IN_THE_BROWSER = 30
"""So many items are decided by hotkeys; the rest of that reviewer's stays open."""


class Said(NamedTuple):
    """What a reviewer says of an item."""

    verdict: str
    flags: tuple[str, ...] = ()
    points: int | None = None
    edited: str | None = None


def opinion(alias: str, item_id: str) -> Said:
    """What a reviewer says of an item: most accept, and they differ in all ways that there are."""
    drawn = hashlib.sha256(f"{alias} {item_id}".encode()).digest()
    if alias == BY_HOTKEYS:  # no words are typed there
        return Said("reject") if drawn[0] < 40 else Said("accept", ("risk_unaddressed",) if drawn[1] < 20 else ())
    if drawn[0] < 30:
        return Said("reject", points=1 + drawn[1] % 5)
    if drawn[0] < 60:
        return Said("edit", edited=f"Better words, number {drawn[1] % 2}.")
    return Said(
        "accept", ("stigma",) if drawn[2] < 20 else ("missing_referral",) if drawn[2] > 240 else (), 3 + drawn[1] % 3
    )


def expected(said: dict[str, Said], final: Said | None, needed: int) -> str:
    """Where an item stands by the policy, in other words than the policy's own code."""
    if final is not None:
        return "rejected" if final.verdict == "reject" else "approved"
    if not said:
        return "waiting"
    verdicts = {one.verdict for one in said.values()}
    if verdicts == {"reject"}:
        return "rejected" if len(said) >= needed else "waiting"
    points = [one.points for one in said.values() if one.points is not None]
    unsafe = {"risk_unaddressed", "missing_referral"} & {flag for one in said.values() for flag in one.flags}
    one_text = len({(one.verdict, one.edited) for one in said.values()}) == 1
    if not one_text or unsafe or (points and max(points) - min(points) >= 2):
        return "disputed"
    return "approved" if len(said) >= needed else "waiting"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    with chromium(tmp_path / "chromium", "1440,900") as driver:
        yield driver


def by_hotkeys(browser: Any, one: Reviewer, count: int) -> dict[str, Said]:
    """Works through the label stream with keys alone: the verdict's, a flag's, and the one that submits."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    wait = WebDriverWait(browser, 60, poll_frequency=0.1)
    browser.get(f"{one.connection.url}/user/login/")
    browser.find_element("name", "email").send_keys(one.account.email)
    browser.find_element("name", "password").send_keys(one.account.password + Keys.ENTER)
    wait.until(lambda page: "/user/login" not in page.current_url)
    [project] = one.projects()
    ids = {task["data"]["item_id"] for task in one.tasks()}
    browser.get(project.link(one.connection.url))

    def shown(before: str | None, _: object) -> str | bool:
        """The id of the item on the page, once it is another one and nothing is chosen yet."""
        line = browser.execute_script(
            "return document.querySelector('.lsf-main-view, .lsf-editor')?.innerText ?? document.body.innerText"
        )
        here = [word for word in str(line).split() if word in ids]
        chosen = browser.execute_script("return document.querySelectorAll('input:checked').length")
        return here[0] if here and here[0] != before and not chosen else False

    said: dict[str, Said] = {}
    before: str | None = None
    for _ in range(count):
        item_id = str(wait.until(partial(shown, before)))
        said[item_id] = opinion(one.alias, item_id)
        time.sleep(0.3)  # as a person would
        ActionChains(browser).send_keys({"accept": "a", "reject": "r"}[said[item_id].verdict]).perform()
        if said[item_id].flags:
            ActionChains(browser).send_keys("1").perform()
        ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
        before = item_id
    wait.until(partial(shown, before))  # the last one is saved when the next one is there
    return said


def test_what_is_approved_is_what_the_policy_says_item_by_item(
    tmp_path: Path, own_server: Workspace, browser: Any
) -> None:
    workspace = made(tmp_path, real_pairs(330), reviewers=TEAM, double=0.2)
    items = open_build(workspace).items().slice(0, 300)
    levels = dict(zip(items["item_id"].to_pylist(), items["risk_level"].to_pylist(), strict=True))
    assert len(levels) == 300
    borrow(workspace, own_server)
    pushed = push(workspace)
    assert pushed.added > 300  # the risky ones and a fifth of the others twice

    said: dict[str, dict[str, Said]] = defaultdict(dict)
    asked: dict[str, list[str]] = defaultdict(list)
    for alias in ("clin-1", "clin-2", "clin-3"):
        one = Reviewer(workspace, alias)
        for task in one.tasks():
            item_id = task["data"]["item_id"]
            asked[item_id].append(alias)
            words = opinion(alias, item_id)
            scales = {"empathy": words.points} if words.points else {}
            edited = {"answer": words.edited, "question": task["data"]["question"]} if words.edited else {}
            one.decide(task, words.verdict, flags=words.flags, scales=scales, edited=edited, seconds=20 + len(item_id))
            said[item_id][alias] = words
    one = Reviewer(workspace, BY_HOTKEYS)
    for task in one.tasks():
        asked[task["data"]["item_id"]].append(BY_HOTKEYS)
    for item_id, words in by_hotkeys(browser, one, IN_THE_BROWSER).items():
        said[item_id][BY_HOTKEYS] = words

    needed = {item_id: len(aliases) for item_id, aliases in asked.items()}
    assert all(needed[item_id] == 2 for item_id, level in levels.items() if level in RISKY)
    assert set(needed.values()) == {1, 2}
    decisions = sum(map(len, said.values()))
    assert pull(workspace).written == decisions

    before = {item_id: expected(said[item_id], None, needed[item_id]) for item_id in needed}
    assert states(workspace) == before
    assert {"approved", "rejected", "disputed", "waiting"} <= set(before.values())

    adjudicate(workspace)
    senior = Reviewer(workspace, "senior-1")
    final: dict[str, Said] = {}
    for number, task in enumerate(senior.tasks()):
        item_id = task["data"]["item_id"]
        assert before[item_id] == "disputed"
        final[item_id] = Said("accept") if number % 3 else Said("reject")
        senior.decide(task, final[item_id].verdict)
    ready = {i for i, state in before.items() if state == "disputed" and len(said[i]) >= needed[i]}
    assert set(final) == ready
    assert pull(workspace).written == len(final)

    after = {i: expected(said[i], final.get(i), needed[i]) for i in needed}
    assert states(workspace) == after
    counts = status(workspace).counts
    assert counts == {state: list(after.values()).count(state) for state in counts}
    assert verify(workspace).decisions == decisions + len(final)
    assert pull(workspace).written == 0
    assert push(workspace).added == 0


def states(workspace: Workspace) -> dict[str, str]:
    items, entries = open_build(workspace).items(), Ledger(workspace.ledger).entries()
    return {item_id: one.state for item_id, one in standings(items, entries, policy_of(workspace)).items()}
