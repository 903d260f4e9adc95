"""An item is followed back to its source's bytes and forward to what holds it, and can be taken out of what follows."""

import csv
import hashlib
import json

import pytest
import rdflib

from annotations.withdrawals import withdrawn
from curation import Workspace, open_build
from exports import export, reasons, release, trace, withdraw
from schemas.errors import CurateError, UsageError
from tests.conftest import curate
from tests.exports.conftest import Make, Plan
from tests.exports.test_release import content


def test_back_to_the_bytes_of_the_source(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    trail = trace(workspace, plan.approved(0)["item_id"])
    assert trail.source_file is not None
    file = workspace.root / trail.source_file.path
    assert hashlib.sha256(file.read_bytes()).hexdigest() == trail.source_file.sha256
    record = list(csv.DictReader(file.open(encoding="utf-8", newline="")))[trail.provenance["row"] - 1]
    assert record["id"] == trail.provenance["record"]


def test_forward_to_exports_and_releases(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    export(workspace, "sharegpt")
    release(workspace, "1.0.0")
    item = plan.approved(0)
    assert [(one.kind, one.name) for one in trace(workspace, item["item_id"]).holders] == [
        ("export", "sharegpt"),
        ("release", "1.0.0"),
    ]
    rejected = plan.items[0]["item_id"]
    assert trace(workspace, rejected).holders == []


def test_the_trail_is_prov_that_programs_read_and_has_no_text(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    export(workspace)
    release(workspace, "1.0.0")
    item = plan.approved(0)
    file = workspace.root / "trail.jsonld"
    assert curate("-C", workspace.root, "trace", item["item_id"], "--prov", file).returncode == 0
    text = file.read_text()
    assert item["answer"][:20] not in text
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    prov = rdflib.Namespace("http://www.w3.org/ns/prov#")
    source = rdflib.URIRef(f"urn:sha256:{trace(workspace, item['item_id']).source_file.sha256}")  # type: ignore[union-attr]
    (one,) = [subject for subject in graph.subjects(prov.hadMember) if "release" in str(subject)]
    member = graph.value(one, prov.hadMember)
    record = graph.value(member, prov.wasDerivedFrom)
    assert graph.value(record, prov.wasDerivedFrom) == source
    steps, step = [], graph.value(member, prov.wasGeneratedBy)
    while step is not None:
        steps.append(str(step).rsplit("/", 1)[1])
        step = graph.value(step, prov.wasInformedBy)
    assert steps[::-1] == [*(one.step for one in open_build(workspace).manifest.steps), "split"]
    assert len(list(graph.subjects(rdflib.RDF.type, prov.Person))) == 2


def test_the_trail_of_a_removed_record_ends_where_it_was_removed(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    removed = open_build(workspace).removed()["item_id"][0].as_py()
    assert trace(workspace, removed).steps[-1] == "deduplicate"


def test_a_withdrawn_item_is_in_nothing_that_follows(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    item = plan.approved(0)
    export(workspace, "parquet")
    release(workspace, "1.0.0")
    result = withdraw(workspace, item["item_id"])
    assert {(one.kind, one.name) for one in result.holders} == {("export", "parquet"), ("release", "1.0.0")}
    assert reasons(workspace) == []
    export(workspace, "parquet")
    release(workspace, "1.1.0")
    for folder in (workspace.releases / "1.1.0", workspace.exports / "parquet"):
        everything = content(folder)
        assert item["question"] not in everything
        assert item["answer"] not in everything
    assert item["answer"] in content(workspace.releases / "1.0.0")
    difference = curate("-C", workspace.root, "diff", "1.0.0", "1.1.0", "--json").stdout
    assert '"reason": "was withdrawn"' in difference
    assert item["answer"] not in difference
    stone = workspace.withdrawals.read_text()
    assert item["item_id"] in stone
    assert not any(text[:25] in stone for text in (item["question"], item["answer"]))
    assert workspace.withdrawals.stat().st_mode & 0o077 == 0
    assert trace(workspace, item["item_id"]).withdrawn


def test_copies_go_with_it(plan: Plan, make: Make) -> None:
    """A record that was removed as a duplicate leads to the item that stands for it, and the other way round."""
    workspace = make(plan)
    removed = open_build(workspace).removed().to_pylist()[0]
    result = withdraw(workspace, removed["item_id"])
    assert {removed["item_id"], removed["kept_id"]} <= set(result.item_ids)
    assert "duplicate" in result.because[removed["kept_id"]]


def test_a_withdrawn_text_that_comes_back_is_refused(plan: Plan, make: Make) -> None:
    """The record was deleted, and another file brings its text again, under an id of its own."""
    workspace = make(plan)
    item = plan.approved(0)
    withdraw(workspace, item["item_id"])
    renamed = json.loads(workspace.withdrawals.read_text())
    assert renamed["text_hashes"]
    gone = withdrawn(workspace.withdrawals)
    twin = {**item, "item_id": "other-1", "answer": item["answer"].upper() + "!"}
    assert not gone.holds(twin)
    assert gone.has_text_of(twin)


def test_a_source_goes_as_a_whole(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    release(workspace, "1.0.0")
    result = withdraw(workspace, source="chats", why="licence")
    held = {item["item_id"] for item in plan.items if item["provenance"]["source_id"] == "chats"}
    assert set(result.item_ids) == held
    release(workspace, "1.1.0")
    changes = json.loads(curate("-C", workspace.root, "diff", "1.0.0", "1.1.0", "--json").stdout)["counts"]
    assert set(changes["out"]) == {"its source was withdrawn"}
    assert '"source_id": "chats"' not in content(workspace.releases / "1.1.0" / "data")


def test_withdrawing_twice_writes_one_tombstone(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    item_id = plan.approved(0)["item_id"]
    assert (withdraw(workspace, item_id).number, withdraw(workspace, item_id).number) == (1, 0)
    assert len(workspace.withdrawals.read_text().splitlines()) == 1


def test_what_is_not_there_cannot_be_withdrawn(plan: Plan, make: Make) -> None:
    workspace: Workspace = make(plan)
    with pytest.raises(CurateError, match="has no item 'forum-nobody'"):
        withdraw(workspace, "forum-nobody")
    with pytest.raises(CurateError, match="there is no source 'nowhere'. The sources are: forum,"):
        withdraw(workspace, source="nowhere")
    with pytest.raises(UsageError):
        withdraw(workspace)
    assert not workspace.withdrawals.exists()


def test_what_cannot_be_read_might_hold_the_item(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    folder = workspace.runs / "first"
    folder.mkdir(parents=True)
    # Damaged, of another shape, and without the list of its examples.
    for manifest in ("{", "{}", '{"fingerprint": "1", "export": {"fingerprint": "2", "ledger_head": "3"}}'):
        (folder / "manifest.json").write_text(manifest)
        with pytest.raises(CurateError, match="so what it holds is not known"):
            trace(workspace, plan.approved(0)["item_id"])


def test_an_export_without_its_index_might_hold_the_item(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    export(workspace, "sharegpt")
    (workspace.exports / "sharegpt" / "items.csv").unlink()
    with pytest.raises(CurateError, match="so what it holds is not known"):
        trace(workspace, plan.approved(0)["item_id"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["release"], "no version is named. Give one, such as 1.0.0, or --check to ask the gate alone."),
        (["withdraw", "forum-1", "--why", "whim"], "field 'why': 'whim' is no reason. Give consent, licence or error."),
        (["withdraw"], "name one item, or one source. Give ITEM_ID, or --source ID."),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], said: str, built: Workspace) -> None:
    done = curate("-C", built.root, *arguments)
    assert done.returncode == 2
    assert done.stderr.strip() == f"curate: {said}"
    assert "Traceback" not in done.stderr
