"""Asking a server that fails in every way: exact accounting, nothing paid twice, a budget that holds."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from curation.generate.endpoint import Endpoint
from curation.generate.journal import Journal, Spent
from curation.generate.prompting import Request, Sent, load_prompt, requests_of
from curation.generate.replies import parsed
from curation.generate.work import Result, ask_all
from schemas.config import GenerateConfig
from schemas.errors import CurateError
from tests.conftest import ROOT
from tests.curation.generate.server import Model
from tests.loopback import serving

QA = partial(parsed, kind="qa")


def config_for(model: Model, **changes: object) -> GenerateConfig:
    settings = {"by": "endpoint", "base_url": model.base_url, "model": "fake", "concurrency": 8, "questions": 1}
    return GenerateConfig.model_validate({**settings, **changes})


def passages(count: int) -> list[Sent]:
    return [
        Sent(f"book.md#{number}", "Sleep", f"Sleeper number {number} slept well. Nobody knew why this was so.")
        for number in range(count)
    ]


def ask(model: Model, folder: Path, sent: list[Sent], **changes: object) -> list[Result[Request]]:
    retry = bool(changes.pop("retry", False))
    config = config_for(model, **changes)
    journal, endpoint = Journal(folder / "generate.sqlite", "book"), Endpoint(config)
    requests: list[Request] = requests_of(sent, load_prompt("qa", None), config, "qa")
    try:
        return ask_all(requests, endpoint, journal, config, QA, retry=retry, first_pause=0.01)
    finally:
        endpoint.close()
        journal.close()


def states(results: list[Result[Request]]) -> Counter[str]:
    return Counter(result.state for result in results)


def spent(folder: Path) -> Spent:
    journal = Journal(folder / "generate.sqlite", "book")
    try:
        return journal.spent()
    finally:
        journal.close()


def outcomes(folder: Path) -> dict[str, int]:
    journal = Journal(folder / "generate.sqlite", "book")
    try:
        return journal.outcomes()
    finally:
        journal.close()


def test_a_thousand_passages_are_each_answered_or_quarantined_with_a_reason(tmp_path: Path) -> None:
    always = {"number 7 ": "refusing", "number 70 ": "broken JSON", "number 700 ": "400", "number 77 ": "500"}
    with serving(Model(share=0.4, always=always, slow=0.4)) as model:
        results = ask(model, tmp_path, passages(1_000), timeout_seconds=0.3, attempts=8)
        assert states(results).total() == 1_000
        assert states(results)["remaining"] == 0
        quarantined = {
            result.request.sent.passage_id: result.reason for result in results if result.state != "answered"
        }
        assert quarantined.items() >= {
            ("book.md#7", "refused"),
            ("book.md#70", "malformed"),
            ("book.md#700", "request refused"),
            ("book.md#77", "server error"),
        }
        assert all(quarantined.values())
        assert len(quarantined) < 20
        # What every request of the server's was, the journal has as well.
        requests, tokens = spent(tmp_path)
        assert requests == model.asked.total()
        assert tokens >= model.tokens
        # What was completed and is not among the answers is what came too late.
        late = model.completed.total() - states(results)["answered"]
        assert late <= outcomes(tmp_path)["timed out"]
        assert model.asked["Sleeper number 700 slept well. Nobody knew why this was so."] == 1


def test_an_answer_is_asked_for_once_however_often_the_command_runs(tmp_path: Path) -> None:
    with serving(Model()) as model:
        first = ask(model, tmp_path, passages(20))
        again = ask(model, tmp_path, passages(30))
        assert states(first) == {"answered": 20}
        assert [result.cached for result in again] == [True] * 20 + [False] * 10
        assert max(model.asked.values()) == 1
        another_prompt = ask(model, tmp_path, passages(2), temperature=0.1)
        assert not any(result.cached for result in another_prompt)


def test_what_the_model_got_wrong_is_asked_again_only_when_wanted_and_what_the_server_failed_always(
    tmp_path: Path,
) -> None:
    with serving(Model(always={"number 1 ": "refusing", "number 2 ": "500"})) as model:
        assert states(ask(model, tmp_path, passages(4), attempts=2)) == {"answered": 2, "quarantined": 2}
        model.always.clear()
        results = ask(model, tmp_path, passages(4))
        assert [result.reason for result in results] == [None, "refused", None, None]
        assert states(ask(model, tmp_path, passages(4), retry=True)) == {"answered": 4}


def test_a_retry_after_a_bad_reply_draws_another_seed(tmp_path: Path) -> None:
    with serving(Model(always={"number 0 ": "wrong schema"})) as model:
        ask(model, tmp_path, passages(1), attempts=3, seed=40)
        ask(model, tmp_path, passages(1), attempts=2, seed=40, retry=True)
        assert [body["seed"] for body in model.bodies] == [40, 41, 42, 43, 44]
        assert len({headers["Idempotency-Key"] for headers in model.headers_seen}) == 5


@pytest.mark.parametrize("limit", [{"max_requests": 25}, {"max_tokens": 30_000}])
def test_the_budget_holds_and_the_next_run_goes_on(tmp_path: Path, limit: dict[str, int]) -> None:
    with serving(Model(share=0.3, slow=0.01)) as model:
        results = ask(model, tmp_path, passages(60), **limit)
        assert states(results)["remaining"] > 0
        assert model.asked.total() <= limit.get("max_requests", 10**9)
        assert model.tokens <= limit.get("max_tokens", 10**9)
        before = model.asked.total()
        ask(model, tmp_path, passages(60), **limit)
        assert model.asked.total() - before <= 8  # what little the first run had set aside and did not need
        results = ask(model, tmp_path, passages(60), attempts=12)
        assert states(results)["remaining"] == 0
        assert max(model.completed.values()) == 1


def test_a_server_that_is_down_ends_the_run_and_not_a_thousand_passages(tmp_path: Path) -> None:
    with serving(Model(share=1.0)) as model:
        dead = model.base_url
    config = {"base_url": dead, "attempts": 2}
    with pytest.raises(CurateError, match="failed for 8 passages in a row") as raised:
        ask(model, tmp_path, passages(1_000), **config)
    assert "goes on from there" in str(raised.value)
    with serving(Model()) as model:
        assert states(ask(model, tmp_path, passages(100))) == {"answered": 100}


def test_a_wrong_key_ends_the_run_at_once(tmp_path: Path) -> None:
    with serving(Model(always={"": "401"})) as model, pytest.raises(CurateError, match="refuses the key"):
        ask(model, tmp_path, passages(100))
    assert model.asked.total() <= 8


def test_the_key_of_the_environment_is_sent_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-another-service")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with serving(Model()) as model:
        ask(model, tmp_path, passages(1))
        monkeypatch.setenv("CURATE_API_KEY", "of-this-server")
        ask(model, tmp_path, passages(2))
        assert [headers.get("Authorization") for headers in model.headers_seen] == [None, "Bearer of-this-server"]


def test_a_key_is_not_sent_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATE_API_KEY", "secret")
    elsewhere = GenerateConfig(by="endpoint", base_url="http://models.example.org/v1", model="fake")
    with pytest.raises(CurateError, match="would be sent in the clear") as raised:
        Endpoint(elsewhere)
    assert "secret" not in str(raised.value)


KILLED = """
import sys
from pathlib import Path
from schemas.config import GenerateConfig
from curation.generate.endpoint import Endpoint
from curation.generate.journal import Journal
from curation.generate.prompting import load_prompt, requests_of
from curation.generate.work import ask_all
from tests.curation.generate.test_asking import QA, passages
config = GenerateConfig(by="endpoint", base_url=sys.argv[1], model="fake", concurrency=8, questions=1, attempts=8)
journal = Journal(Path(sys.argv[2]) / "generate.sqlite", "book")
ask_all(requests_of(passages(200), load_prompt("qa", None), config, "qa"), Endpoint(config), journal, config, QA,
        first_pause=0.01)
"""


def test_a_killed_run_goes_on_and_pays_for_nothing_twice_but_what_was_under_way(tmp_path: Path) -> None:
    with serving(Model(share=0.3, slow=0.05)) as model:
        for wanted in (40, 110):
            command = [sys.executable, "-c", KILLED, model.base_url, str(tmp_path)]
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
            while len(model.completed) < wanted and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait()
        results = ask(model, tmp_path, passages(200), attempts=8)
        assert states(results)["remaining"] == 0
        assert sum(result.cached for result in results) >= 110 - 2 * 8
        twice = [count for count in model.completed.values() if count > 1]
        assert len(twice) <= 2 * 8
        # A request that was under way counts, so that the budget holds across a kill.
        requests, tokens = spent(tmp_path)
        assert requests >= model.asked.total()
        assert tokens >= model.tokens
