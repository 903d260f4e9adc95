"""For every reason to refuse a release, exactly that fault is planted and exactly that refusal seen."""

import csv
import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotations import Ledger
from annotations.ledger import GENESIS
from annotations.withdrawals import add_tombstone, text_hash
from curation import Workspace, open_build
from exports import reasons, release
from exports.gate.benchmarks import benchmark_texts
from exports.gate.words import NEEDED
from exports.publishing.release import ReleaseRefused
from schemas.errors import CurateError
from tests.conftest import curate
from tests.exports.conftest import Make, Plan


def codes(workspace: Workspace) -> list[str]:
    return [reason.code for reason in reasons(workspace)]


def unreviewed(plan: Plan) -> None:
    plan.without(plan.approved(0))


def stale(plan: Plan) -> None:
    for review in plan.of(plan.approved(1)):
        review["content_hash"] = "0" * 64


def disputed(plan: Plan) -> None:
    plan.of(plan.approved(2))[0]["verdict"] = "reject"


def withdrawn_text(plan: Plan) -> None:
    answer = text_hash(plan.approved(3)["answer"])
    plan.after.append(lambda workspace: add_tombstone(workspace.withdrawals, why="consent", hashes=(answer,)))


def disagreement(plan: Plan) -> None:
    for number in range(4, 8):
        item = plan.approved(number)
        plan.of(item)[0]["verdict"] = "reject"
        plan.adjudicate(item)
    plan.config["release"]["least_agreement"] = 0.9


def pii_in_an_edit(plan: Plan) -> None:
    for review in plan.of(plan.approved(8)):
        review |= {
            "verdict": "edit",
            "answer": "Write to me at anna.berg@example.org, and we will look at it together.",
        }


def pii_that_a_reviewer_marked(plan: Plan) -> None:
    for review in plan.of(plan.approved(8)):
        review["pii"] = [{"field": "answer", "start": 0, "end": 4}]


def nobody_was_asked(plan: Plan) -> None:
    risky = next(item for item in plan.items if item["residual_risk"]["level"] == "high")
    for review in plan.of(risky):
        review |= {"rubric_version": "verdict-1", "verdict": "accept"}


def noncommercial(plan: Plan) -> None:
    plan.source["license"] = "CC-BY-NC-4.0"


def no_derivatives(plan: Plan) -> None:
    plan.source["license"] = "CC-BY-ND-4.0"


def share_alike(plan: Plan) -> None:
    plan.source["license"] = "CC-BY-SA-4.0"


def unknown_licence(plan: Plan) -> None:
    plan.source["license"] = "LicenseRef-ask-the-authors"


def llama_output(plan: Plan) -> None:
    plan.source |= {"origin": "generated", "generator": "Llama-3.1-70B-Instruct"}


def unknown_declared(plan: Plan) -> None:
    plan.config["release"]["license"] = "LicenseRef-ours"


def no_consent(plan: Plan) -> None:
    plan.source["consent"] = None


def no_citation(plan: Plan) -> None:
    plan.source["citation"] = None


def parted(plan: Plan) -> None:
    """An earlier release gave two items of one group out in different parts."""
    groups: dict[str, list[str]] = {}
    for place, item in enumerate(plan.items):
        if place % 6:
            groups.setdefault(item["group_id"], []).append(item["item_id"])
    one, other = next(ids for ids in reversed(groups.values()) if len(ids) > 1)[:2]
    plan.after.append(lambda workspace: earlier_release(workspace, {"train": one, "test": other}))


def earlier_release(workspace: Workspace, items: dict[str, str]) -> None:
    folder = workspace.releases / "0.1.0"
    (folder / "data").mkdir(parents=True)
    for part, item_id in items.items():
        pq.write_table(pa.table({"item_id": [item_id]}), folder / "data" / f"{part}-00000-of-00001.parquet")
    manifest: dict[str, object] = {
        "name": "example", "version": "0.1.0", "previous": None, "date": "2026-01-01", "license": "Apache-2.0",
        "build_id": "b", "build_sha256": "b", "ledger_head": GENESIS, "withdrawals_head": GENESIS,
        "code_version": "0", "code_sha256": "0", "parts": {},
    }  # fmt: skip
    (folder / "release.json").write_text(json.dumps(manifest))
    (folder / "SHA256SUMS").write_text("")


def benchmark(plan: Plan, text: str) -> None:
    plan.config["release"]["benchmarks"] = ["benchmark.jsonl"]
    line = json.dumps({"question": "Which of these?", "choices": ["one", text]}) + "\n"
    plan.after.append(lambda workspace: (workspace.root / "benchmark.jsonl").write_text(line))


def in_a_benchmark(plan: Plan) -> None:
    words = plan.approved(9)["answer"].split()
    assert len(words) >= 13
    benchmark(plan, f"Once upon a time somebody was told this: {' '.join(words[:13])}; and it went on quite otherwise.")


def nearly_in_a_benchmark(plan: Plan) -> None:
    """The same text with a slip of the pen in the longest of every six words: a letter twice."""
    words = plan.approved(9)["answer"].split()
    for start in range(0, len(words), 6):
        place = max(range(start, min(start + 6, len(words))), key=lambda at: len(words[at]))
        words[place] = words[place][:2] + words[place][1:]
    benchmark(plan, " ".join(words))


def benchmark_is_not_there(plan: Plan) -> None:
    plan.config["release"]["benchmarks"] = ["nowhere.jsonl"]


def test_a_benchmark_that_no_table_can_hold_is_told(tmp_path: Path) -> None:
    file = tmp_path / "benchmark.csv"
    file.write_text(f"question,answer\nWhy?,{'because ' * 20_000}\n")
    limit = csv.field_size_limit(100_000)  # of the whole process, and other tests raise it
    try:
        with pytest.raises(CurateError, match="cannot be read"):
            benchmark_texts(file)
    finally:
        csv.field_size_limit(limit)


def no_title(plan: Plan) -> None:
    plan.config["release"]["title"] = " "


def other_configuration(plan: Plan) -> None:
    plan.config["dedup"] = {"threshold": 95}


def other_source(plan: Plan) -> None:
    def change(workspace: Workspace) -> None:
        file = workspace.root / "sources" / "forum_later.jsonl"
        file.write_text(file.read_text() + "\n")

    plan.after.append(change)


FAULTS: dict[str, tuple[Callable[[Plan], None], str]] = {
    "an item that nobody read": (unreviewed, "review.waiting"),
    "an item that changed since": (stale, "review.stale"),
    "an item in dispute": (disputed, "review.disputed"),
    "a withdrawn text under another id": (withdrawn_text, "review.withdrawn"),
    "reviewers who disagree": (disagreement, "agreement.low"),
    "an address in an edit": (pii_in_an_edit, "pii.left"),
    "personal data that a reviewer marked": (pii_that_a_reviewer_marked, "pii.left"),
    "high residual risk and no word on it": (nobody_was_asked, "pii.risk"),
    "a non-commercial source": (noncommercial, "licence.noncommercial"),
    "a source without derivatives": (no_derivatives, "licence.no_derivatives"),
    "a source to share alike": (share_alike, "licence.share_alike"),
    "a licence that nobody knows": (unknown_licence, "licence.unknown"),
    "texts that Llama wrote": (llama_output, "licence.terms"),
    "a declared licence that nobody knows": (unknown_declared, "licence.declared"),
    "a source without consent": (no_consent, "provenance.consent"),
    "a source from nowhere": (no_citation, "provenance.citation"),
    "alike items in two parts": (parted, "parts.alike"),
    "words of a benchmark": (in_a_benchmark, "benchmark.words"),
    "nearly a text of a benchmark": (nearly_in_a_benchmark, "benchmark.alike"),
    "a benchmark that is not there": (benchmark_is_not_there, "benchmark.unread"),
    "a key that says nothing": (no_title, "words.missing"),
    "another configuration": (other_configuration, "files.configuration"),
    "another source file": (other_source, "files.sources"),
}


def test_a_reviewed_workspace_passes(plan: Plan, make: Make) -> None:
    assert reasons(make(plan)) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_refused_for_itself_alone(fault: str, plan: Plan, make: Make) -> None:
    plant, code = FAULTS[fault]
    plant(plan)
    found = reasons(make(plan))
    assert [reason.code for reason in found] == [code]
    assert found[0].mend


ONE_EACH = {
    "licence": ["a non-commercial source", "a source to share alike", "a licence that nobody knows"],
    "benchmark": ["words of a benchmark", "nearly a text of a benchmark", "a benchmark that is not there"],
    "pii": ["an address in an edit", "personal data that a reviewer marked"],
}
APART = [
    *("an item that nobody read", "an item that changed since", "an item in dispute", "reviewers who disagree"),
    *("a withdrawn text under another id", "high residual risk and no word on it", "a source without consent"),
    *("a source from nowhere", "alike items in two parts", "a key that says nothing", "another configuration"),
    "another source file",
]


@pytest.mark.parametrize("seed", range(20))
def test_combinations_are_refused_for_all_their_reasons(seed: int, plan: Plan, make: Make) -> None:
    drawn = random.Random(seed)
    chosen = [*drawn.sample(APART, drawn.randint(1, 5)), drawn.choice(ONE_EACH[drawn.choice(sorted(ONE_EACH))])]
    for fault in chosen:
        FAULTS[fault][0](plan)
    assert sorted(codes(make(plan))) == sorted(FAULTS[fault][1] for fault in chosen)


@pytest.mark.parametrize("key", [*NEEDED, "datasheet.motivation", "datasheet.ethics_review", "datasheet.maintenance"])
def test_missing_words_are_named_by_their_key(key: str, plan: Plan, make: Make) -> None:
    section = plan.config["release"]
    *above, last = key.split(".")
    for one in above:
        section = section[one]
    del section[last]
    (found,) = reasons(make(plan))
    assert found.message == f"release.{key} is missing in curate.yaml"


def test_nothing_approved(plan: Plan, make: Make) -> None:
    for review in plan.reviews:
        review["verdict"] = "reject"
    assert codes(make(plan)) == ["review.nothing"]


def test_nothing_was_read_twice(plan: Plan, make: Make) -> None:
    plan.reviews = [review for review in plan.reviews if review["reviewer"] == "clin-1"]
    assert codes(make(plan)) == ["agreement.unmeasured"]


def tampered_build(workspace: Workspace) -> None:
    file = open_build(workspace).folder / "items.parquet"
    file.write_bytes(file.read_bytes() + b" ")


def tampered_decision(workspace: Workspace) -> None:
    with sqlite3.connect(workspace.ledger) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE decisions SET review = replace(review, 'clin-1', 'clin-9') WHERE number = 3")


def tampered_withdrawal(workspace: Workspace) -> None:
    add_tombstone(workspace.withdrawals, why="consent", item_ids=("forum-1",))
    file = workspace.withdrawals
    file.write_text(file.read_text().replace("forum-1", "forum-2"))


def tampered_release(workspace: Workspace) -> None:
    release(workspace, "1.0.0")
    (workspace.releases / "1.0.0" / "README.md").write_text("Trust me.")


def release_without_checksums(workspace: Workspace) -> None:
    release(workspace, "1.0.0")
    (workspace.releases / "1.0.0" / "SHA256SUMS").unlink()


def cut_off_withdrawal(workspace: Workspace) -> None:
    add_tombstone(workspace.withdrawals, why="consent", item_ids=("forum-1",))
    release(workspace, "1.0.0")
    workspace.withdrawals.unlink()


def cut_off_decisions(workspace: Workspace) -> None:
    """The ledger of another time: whole in itself, and without the last decisions."""
    before = Ledger(workspace.ledger).entries()
    release(workspace, "1.0.0")
    for file in workspace.ledger.parent.glob(f"{workspace.ledger.stem}*"):
        file.unlink()
    Ledger(workspace.ledger).append(entry.review for entry in before[:-1])


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (tampered_build, "files.build"),
        (tampered_decision, "ledger.decisions"),
        (cut_off_decisions, "ledger.decisions"),
        (tampered_withdrawal, "ledger.withdrawals"),
        (cut_off_withdrawal, "ledger.withdrawals"),
        (tampered_release, "files.release"),
        (release_without_checksums, "files.release"),
    ],
)
def test_what_was_changed_is_found(tamper: Callable[[Workspace], None], code: str, plan: Plan, make: Make) -> None:
    workspace = make(plan)
    tamper(workspace)
    assert codes(workspace) == [code]


def test_what_the_curator_leaves_out_is_no_reason(plan: Plan, make: Make) -> None:
    unreviewed(plan)
    disputed(plan)
    plan.config["release"]["leave_out"] = ["waiting", "disputed"]
    workspace = make(plan)
    assert codes(workspace) == []
    released = release(workspace, "1.0.0")
    assert sum(released.manifest.parts.values()) == sum(one["verdict"] == "accept" for one in plan.reviews) // 2


def test_a_permission_outweighs_a_licence(plan: Plan, make: Make) -> None:
    noncommercial(plan)
    plan.config["release"]["permissions"] = {"forum": "Its owner allowed any use, by letter."}
    workspace = make(plan)
    assert codes(workspace) == []
    release(workspace, "1.0.0")
    assert "Its owner allowed any use, by letter." in (workspace.releases / "1.0.0" / "README.md").read_text()


def test_a_refusal_lists_every_reason_with_its_mend_and_writes_nothing(plan: Plan, make: Make) -> None:
    unreviewed(plan)
    no_title(plan)
    workspace = make(plan)
    with pytest.raises(ReleaseRefused, match="not released, for 2 reasons") as refused:
        release(workspace, "1.0.0")
    assert refused.value.exit_code == 3
    assert not workspace.releases.exists()
    done = curate("-C", workspace.root, "release", "--check")
    assert done.returncode == 3
    assert "1. 1 items wait for a reviewer's decision" in done.stderr
    assert "2. release.title is missing in curate.yaml" in done.stderr
    as_json = curate("-C", workspace.root, "release", "1.0.0", "--json")
    assert as_json.returncode == 3
    assert [one["code"] for one in json.loads(as_json.stdout)["reasons"]] == ["review.waiting", "words.missing"]


def test_no_reason_quotes_an_item(plan: Plan, make: Make, tmp_path: Path) -> None:
    for fault in ("an item that nobody read", "an address in an edit", "words of a benchmark"):
        FAULTS[fault][0](plan)
    text = json.dumps([reason.model_dump() for reason in reasons(make(plan))])
    assert "anna.berg" not in text
    assert not any(item["answer"] and item["answer"][:30] in text for item in plan.items)
