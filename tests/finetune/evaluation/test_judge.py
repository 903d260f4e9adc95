"""A language model as judge: blind, strict, and nothing sent that must not be."""

import datetime
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from annotations.withdrawals import add_tombstone, longer_hashes
from curation.workspace import Workspace
from finetune.data import Conversation, Message
from finetune.evaluation.judge import Judge, Judged, JudgePlan, check, judge_replies, judged_scores
from finetune.evaluation.rubric import DIMENSIONS, read_ratings
from schemas.errors import CurateError, Refused, UsageError
from schemas.release import ReleaseManifest
from tests.conftest import QA_SOURCE, ROOT
from tests.loopback import serving

from .judge_server import JudgeServer, rating

APPROVED = "What a reviewer approved."


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "curate.yaml").write_text(yaml.safe_dump({"name": "test", "sources": [QA_SOURCE]}))
    return Workspace(tmp_path)


def conversations(count: int) -> list[Conversation]:
    return [
        Conversation(
            item_id=f"answers-{number}",
            content_hash=f"{number:064x}",
            messages=[
                Message(role="system", content="You listen."),
                Message(role="user", content=f"Night number {number} without sleep."),
                Message(role="assistant", content=APPROVED),
            ],
        )
        for number in range(count)
    ]


def judge(
    workspace: Workspace,
    server: JudgeServer,
    replies: list[list[str]],
    plans: list[JudgePlan] | None = None,
    send: bool = True,
    **changes: Any,
) -> Judged | None:
    named = Judge(base_url=server.base_url, model="judge", timeout_seconds=0.5, **changes)
    told = (plans if plans is not None else []).append
    asked = conversations(len(replies[0]))
    return judge_replies(workspace, named, asked, replies, announce=told, send=send, first_pause=0.01)


def by_quality(text: str) -> dict[str, Any]:
    """A judge that can tell the models of these tests apart by what they say."""
    return (
        rating(overall=5, medical_advice="yes") if "kind" in text else rating(overall=1, factual_consistency="unsure")
    )


def test_each_model_gets_the_ratings_of_its_own_replies_wherever_they_were_shown(workspace: Workspace) -> None:
    with serving(JudgeServer(by_quality)) as server:
        found = judge(workspace, server, [["a kind word"] * 24, ["a word"] * 24])
    assert found is not None
    assert [[one.overall for one in both] for both in found.ratings if both] == [[5, 1]] * 24
    assert found.model == "judge-70b"
    first = Counter(json.loads(body["messages"][-1]["content"])["replies"][0]["text"] for body in server.bodies)
    assert min(first.values()) >= 5  # both stand first, now and then
    scores = judged_scores(found.ratings, model=1, first=0)
    assert list(scores) == [dimension.name for dimension in DIMENSIONS]
    overall, advice, facts = (scores[name] for name in ("overall", "medical_advice", "factual_consistency"))
    assert overall.mean is not None
    assert overall.mean.difference is not None
    assert (overall.mean.value, overall.mean.difference.value) == (1, -4)
    assert advice.mean is not None
    assert advice.mean.difference is not None
    assert (advice.mean.value, advice.mean.difference.value) == (0, -1)
    assert (facts.mean, facts.unsure) == (None, 24)


def test_the_judge_sees_no_model_s_name_and_nothing_that_was_approved(workspace: Workspace) -> None:
    with serving(JudgeServer()) as server:
        judge(workspace, server, [["one"], ["two"]])
    (body,) = server.bodies
    assert body["temperature"] == 0
    shown = json.loads(body["messages"][-1]["content"])
    assert shown["conversation"] == [{"who": "person", "text": "Night number 0 without sleep."}]
    assert sorted(one["text"] for one in shown["replies"]) == ["one", "two"]
    sent = json.dumps(body)
    assert APPROVED not in sent
    assert "You listen" not in sent
    assert "answers-0" not in sent
    for dimension in DIMENSIONS:
        assert dimension.question in body["messages"][0]["content"]


def test_what_is_sent_is_told_before_and_can_be_read(workspace: Workspace) -> None:
    with serving(JudgeServer()) as server:
        plans: list[JudgePlan] = []
        assert judge(workspace, server, [["one"] * 3, ["two"] * 3], plans, send=False) is None
        assert server.bodies == []
        (plan,) = plans
        assert (plan.host, plan.conversations, plan.replies, plan.to_ask) == (server.base_url[7:-3], 3, 2, 3)
        judge(workspace, server, [["one"] * 3, ["two"] * 3])
        written = [json.loads(line) for line in (workspace.root / plan.file).read_text().splitlines()]
        key = lambda body: body["messages"][-1]["content"]  # noqa: E731
        assert sorted(written, key=key) == sorted(server.bodies, key=key)
        sent = sum(len(message["content"]) for body in written for message in body["messages"])
        assert sent / 6 < plan.tokens < sent


def test_names_and_numbers_that_a_model_says_are_masked(workspace: Workspace) -> None:
    reply = "My name is Sarah Miller, write to sarah.miller@mail.example or call 415-555-0134."
    with serving(JudgeServer()) as server:
        plans: list[JudgePlan] = []
        judge(workspace, server, [[reply]], plans)
    sent = json.dumps(server.bodies)
    for personal in ("Sarah", "sarah.miller", "555-0134"):
        assert personal not in sent
    assert plans[0].masked >= 3


FAULTS = {
    "number 1 ": ("500", "server error"),
    "number 2 ": ("timeout", "timed out"),
    "number 3 ": ("one too few", "wrong schema"),
    "number 4 ": ("one twice", "wrong schema"),
    "number 5 ": ("number in words", "wrong schema"),
    "number 6 ": ("out of scale", "wrong schema"),
    "number 7 ": ("cut", "malformed"),
    "number 8 ": ("chatty", "refused"),
}


def test_an_answer_that_cannot_be_read_is_counted_and_not_guessed(workspace: Workspace) -> None:
    with serving(JudgeServer(faults={mark: fault for mark, (fault, _) in FAULTS.items()})) as server:
        found = judge(workspace, server, [["one"] * 12, ["two"] * 12])
    assert found is not None
    assert [place for place, both in enumerate(found.ratings) if both is None] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert found.unread == {"malformed": 1, "refused": 1, "server error": 1, "timed out": 1, "wrong schema": 4}
    assert judged_scores(found.ratings, 0, None)["empathy"].mean is not None


def test_a_fence_around_the_answer_is_no_other_answer() -> None:
    answer = json.dumps({"ratings": [{"reply": 1, **rating()}]})
    assert read_ratings(f"```json\n{answer}\n```", 1) == read_ratings(answer, 1)
    assert read_ratings(answer, 2) == "wrong schema"


def test_what_was_rated_is_not_asked_again_and_the_budget_holds(workspace: Workspace) -> None:
    replies = [["one"] * 20, ["two"] * 20]
    with serving(JudgeServer()) as server:
        first = judge(workspace, server, replies, max_requests=12)
        assert first is not None
        assert first.unread == {"the budget is spent": 8}
        assert len(server.bodies) == 12
        plans: list[JudgePlan] = []
        second = judge(workspace, server, replies, plans)
        assert plans[0].to_ask == 8
        assert second is not None
        assert second.unread == {}
        assert max(server.asked.values()) == 1


def always(value: int) -> Callable[[str], dict[str, Any]]:
    """A judge that finds every reply the same."""
    return lambda text: rating(overall=value)


def test_another_server_is_another_judge_whatever_it_calls_its_model(workspace: Workspace) -> None:
    overall = []
    for value in (2, 4):
        with serving(JudgeServer(always(value))) as server:
            found = judge(workspace, server, [["one"]])
        assert found is not None
        overall += [both[0].overall for both in found.ratings if both]
    assert overall == [2, 4]


KILLED = """
import sys
from pathlib import Path
from curation.workspace import Workspace
from finetune.evaluation.judge import Judge, judge_replies
from tests.finetune.evaluation.test_judge import conversations
judge = Judge(base_url=sys.argv[1], model="judge", timeout_seconds=0.5)
replies = [["one"] * 60, ["two"] * 60]
judge_replies(Workspace(Path(sys.argv[2])), judge, conversations(60), replies, announce=lambda plan: None)
"""


def test_a_killed_judgement_goes_on_where_it_was(workspace: Workspace) -> None:
    with serving(JudgeServer(slow=0.05)) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, server.base_url, workspace.root], env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        while server.completed < 20 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert server.completed < 60
        found = judge(workspace, server, [["one"] * 60, ["two"] * 60])
        assert found is not None
        assert found.unread == {}
        assert sum(count > 1 for count in server.asked.values()) <= 4  # what was under way


def test_neither_key_nor_text_gets_into_errors_logs_or_the_journal(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CURATE_API_KEY", "canary-key")
    caplog.set_level(logging.DEBUG)
    said = ["canary reply"] * 20
    with serving(JudgeServer(faults={"number": "500"})) as server:
        with pytest.raises(CurateError, match="failed for 8") as raised:
            judge(workspace, server, [said])
        assert server.headers_seen[0]["Authorization"] == "Bearer canary-key"
    with serving(JudgeServer(faults={"number": "401"})) as server, pytest.raises(CurateError) as denied:
        judge(workspace, server, [said])
    assert "--judge-model, and the key in CURATE_API_KEY" in str(denied.value)
    with serving(JudgeServer()) as server:
        judge(workspace, server, [said])
    written = "".join(map(str, (raised.value, denied.value, caplog.text, *capfd.readouterr())))
    stored = b"".join(file.read_bytes() for file in workspace.cache.glob("judge.sqlite*"))
    for secret in ("canary", "without sleep"):
        assert secret not in written
        assert secret.encode() not in stored


ELSEWHERE = Judge(base_url="https://models.example.org/v1", model="judge")


def release(workspace: Workspace, asked: list[Conversation]) -> None:
    """A release of these conversations, as far as the judge looks at one."""
    folder = workspace.releases / "1.0.0"
    (folder / "data").mkdir(parents=True)
    table = {
        "item_id": [one.item_id for one in asked],
        "content_hash": [one.content_hash for one in asked],
        "source_id": ["answers"] * len(asked),
    }
    pq.write_table(pa.table(table), folder / "data" / "test-00000-of-00001.parquet")
    manifest = ReleaseManifest(
        name="test", version="1.0.0", previous=None, date=datetime.date(2026, 1, 5), license="CC0-1.0", build_id="b",
        build_sha256="", ledger_head="", withdrawals_head="", code_version="", code_sha256="",
        parts={"test": len(asked)},
    )  # fmt: skip
    (folder / "release.json").write_text(manifest.model_dump_json())


def test_to_another_machine_goes_only_what_was_released(workspace: Workspace) -> None:
    asked = conversations(3)
    with pytest.raises(Refused, match="3 of 3 conversations are in no release"):
        check(workspace, ELSEWHERE, asked)
    release(workspace, asked)
    check(workspace, ELSEWHERE, asked)
    changed = [*asked[:2], asked[2].model_copy(update={"content_hash": "f" * 64})]
    with pytest.raises(Refused, match="1 of 3"):
        check(workspace, ELSEWHERE, changed)
    add_tombstone(workspace.withdrawals, why="consent", item_ids=("answers-1",))
    with pytest.raises(Refused, match="1 of 3"):
        check(workspace, ELSEWHERE, asked)


def test_nothing_of_a_withdrawn_source_and_no_withdrawn_text_goes_to_another_machine(workspace: Workspace) -> None:
    asked = conversations(3)
    asked[2].messages[1] = Message(role="user", content="A long night in which nobody I wrote to answered me.")
    release(workspace, asked)
    check(workspace, ELSEWHERE, asked)
    hashes = longer_hashes(["A long night in which nobody I wrote to answered me."])
    add_tombstone(workspace.withdrawals, why="consent", item_ids=("elsewhere-1",), hashes=tuple(hashes))
    with pytest.raises(Refused, match="1 of 3"):
        check(workspace, ELSEWHERE, asked)
    add_tombstone(workspace.withdrawals, why="licence", source_id="answers")
    with pytest.raises(Refused, match="3 of 3"):
        check(workspace, ELSEWHERE, asked)


def test_a_server_that_cannot_be_one_is_a_usage_error(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="field '--judge'"):
        check(workspace, Judge(base_url="my-server", model="judge"), conversations(1))
    with pytest.raises(UsageError, match="field '--judge-model'"):
        check(workspace, Judge(base_url="http://127.0.0.1:1/v1", model="two words"), conversations(1))


def test_a_key_is_not_sent_in_the_clear(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATE_API_KEY", "secret-key")
    with pytest.raises(CurateError, match="in the clear") as raised:
        check(workspace, Judge(base_url="http://models.example.org/v1", model="judge"), conversations(1))
    assert "secret-key" not in str(raised.value)
