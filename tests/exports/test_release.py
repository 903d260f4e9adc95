"""A release can be published as it stands, says what can be counted in it, and tells nothing that it should not."""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from datasets import load_dataset
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard
from krippendorff import alpha

from annotations import withdrawals
from annotations.coefficients import RESAMPLES, SEED, Level
from curation import Workspace
from curation.content import content_hash
from exports import diff, release
from exports.approved import kept_parts
from exports.publishing.pages import hub_licence
from schemas.errors import UsageError
from tests.exports.conftest import Make, Plan

PARTS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def released(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a first release: with an edit, adjudicated disagreements, and a benchmark that it was held to."""
    from copy import deepcopy

    plan: Plan = deepcopy(request.getfixturevalue("_base_plan"))
    built: Workspace = request.getfixturevalue("built")
    interesting(plan)
    workspace = plan.make(built.root, tmp_path_factory.mktemp("release") / "workspace")
    release(workspace, "1.0.0")
    return workspace.releases / "1.0.0"


def interesting(plan: Plan) -> None:
    for review in plan.of(plan.approved(5)):
        review |= {"verdict": "edit", "answer": "Whom you tell, and when, is for you alone to decide."}
    for number in (6, 7):
        plan.of(plan.approved(number))[0]["verdict"] = "reject"
        plan.adjudicate(plan.approved(number))
    for place, review in enumerate(plan.reviews):
        review["scales"] = {"empathy": 3 + place % 2, "clarity": 4}
    plan.config["release"]["benchmarks"] = ["exam.txt"]
    plan.after.append(lambda workspace: (workspace.root / "exam.txt").write_text("Who wrote this?\nNobody.\n"))


def test_datasets_loads_it(released: Path, tmp_path: Path) -> None:
    loaded = load_dataset(str(released), cache_dir=str(tmp_path))
    assert set(loaded) == set(PARTS)
    assert {part: len(loaded[part]) for part in PARTS} == json.loads((released / "release.json").read_text())["parts"]


def test_mlcroissant_finds_nothing_wrong_and_reads_every_record(released: Path) -> None:
    dataset = mlcroissant.Dataset(jsonld=str(released / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    assert not issues.warnings
    for part in PARTS:
        read = [record[f"{part}/item_id"].decode() for record in dataset.records(part)]
        assert read == pq.read_table(released / "data" / f"{part}-00000-of-00001.parquet")["item_id"].to_pylist()
    metadata = json.loads((released / "croissant.json").read_text())
    assert metadata["conformsTo"][0].endswith("/1.1")
    assert sum(key.startswith("rai:") for key in metadata) >= 10


def test_the_hubs_metadata_is_as_the_hub_wants_it(released: Path) -> None:
    """What huggingface_hub checks without the network: it reads, and every value is one of those it documents."""
    card = DatasetCard.load(released / "README.md")
    data = card.data.to_dict()
    assert data["license"] == "apache-2.0"
    assert data["language"] == ["en"]
    assert data["size_categories"] == ["n<1K"]
    assert set(data["task_categories"]) <= {"question-answering", "text-generation"}
    assert data["multilinguality"] == ["monolingual"]
    assert set(data["language_creators"]) <= {"found", "crowdsourced", "expert-generated", "machine-generated", "other"}
    configs = MetadataConfigs.from_dataset_card_data(card.data)
    assert list(configs) == ["default"]
    assert [one["split"] for one in configs["default"]["data_files"]] == list(PARTS)


def test_licences_that_the_hub_has_no_name_for_are_called_other() -> None:
    assert hub_licence("CC-BY-NC-4.0") == {"license": "cc-by-nc-4.0"}
    assert hub_licence("MIT AND LicenseRef-X")["license"] == "other"


def test_the_citation_file_has_what_its_format_asks(released: Path) -> None:
    citation = yaml.safe_load((released / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "version", "date-released"} <= citation.keys()
    assert citation["license"] == "Apache-2.0"


def test_the_checksums_are_of_every_file(released: Path) -> None:
    lines = [line.split("  ") for line in (released / "SHA256SUMS").read_text().splitlines()]
    files = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert {name for _, name in lines} == files - {"SHA256SUMS"}
    assert all(hashlib.sha256((released / name).read_bytes()).hexdigest() == sha for sha, name in lines)


def test_the_same_state_gives_the_same_bytes(released: Path, tmp_path: Path) -> None:
    shutil.copytree(released.parent.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("releases"))
    release(Workspace(tmp_path / "copy"), "1.0.0")
    again = tmp_path / "copy" / "releases" / "1.0.0"
    assert {p.name: p.read_bytes() for p in again.rglob("*") if p.is_file()} == {
        p.name: p.read_bytes() for p in released.rglob("*") if p.is_file()
    }


def test_nothing_in_it_names_a_reviewer_or_a_place_in_a_source(released: Path) -> None:
    everything = content(released)
    for name in ("clin-1", "clin-2", "senior", "sources/forum.csv", str(released.parent.parent)):
        assert name not in everything


def content(folder: Path) -> str:
    """All that stands in the files of a folder, Parquet files unpacked."""
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            texts.append(json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False))
        elif path.is_file():
            texts.append(path.read_text(encoding="utf-8"))
    return "\n".join(texts)


def test_every_item_has_the_hash_of_its_text(released: Path) -> None:
    for row in items(released):
        assert row["content_hash"] == content_hash(row)


def test_the_datasheet_has_every_section(released: Path) -> None:
    sheet = (released / "DATASHEET.md").read_text()
    assert re.findall(r"^## (.*)$", sheet, re.MULTILINE) == [
        *("Motivation", "Composition", "Collection process", "Preprocessing, cleaning, labelling", "Uses"),
        *("Distribution", "Maintenance"),
    ]


# Every number on the card, counted again.


def items(folder: Path) -> list[dict[str, Any]]:
    return [
        {**row, "part": part}
        for part in PARTS
        for row in pq.read_table(folder / "data" / f"{part}-00000-of-00001.parquet").to_pylist()
    ]


def recounted(folder: Path) -> dict[str, Callable[[list[str]], str] | str]:
    """The lines of the card that have a number, by their first cell or words, as they must be."""
    rows = items(folder)
    build = json.loads((folder / "evidence" / "build.json").read_text())
    said = json.loads((folder / "evidence" / "reviewers.json").read_text())
    review = pq.read_table(folder / "evidence" / "review.parquet").to_pylist()
    part_counts = Counter(row["part"] for row in rows)
    texts = [
        text
        for row in rows
        for text in ([turn["text"] for turn in row["turns"]] if row["turns"] else [row["question"], row["answer"]])
    ]
    roles = Counter(one["role"] for one in said["reviewers"])
    twice = [one["verdicts"] for one in review if len(one["verdicts"]) > 1]
    residual = Counter(row["residual_risk"] for row in rows)
    risk = Counter(row["risk_level"] for row in rows)
    masked = Counter(label for row in rows for label in row["pii_masked"])
    verdict = coefficient([[("accept", "edit", "reject").index(one) for one in said] for said in twice], "nominal")
    decisions = sum(one["decisions"] for one in said["reviewers"])
    lines = [
        f"| Items | {len(rows)}: " + ", ".join(f"{part_counts[part]} {part}" for part in PARTS) + " |",
        f"| Written by | human ({sum(row['origin'] == 'human' for row in rows)}) |",
        f"| Approved by | {roles['reviewer']} reviewers, {roles['adjudicator']} adjudicator; {decisions} decisions, "
        f"{len(twice)} items read by two or more |",
        f"| Agreement | Krippendorff's alpha of the verdict is {verdict}, on {len(twice)} items. |",
        f"| Personal data | {masked.total()} spans masked; items of high residual risk: {residual['high']}, "
        "each read by a reviewer |",
        *(f"| {state} | {number} |" for state, number in Counter(one["state"] for one in review).items()),
        f"| approved with an edit | {sum(row['verdict'] == 'edit' for row in rows)} |",
        f"| decided by an adjudicator | {sum(one['adjudicated'] is not None for one in review)} |",
        *(f"| {name} | {number} |" for name, number in said["rubrics"].items()),
        *(agreement_line(name, values, level) for name, values, level in asked(review)),
        *(
            f"| {one['source_id']} | {one['license']} | {one['generator'] or one['origin']} | {one['records']} | "
            f"{one['items']} | {sum(row['source_id'] == one['source_id'] for row in rows)} |"
            for one in build["sources"]
        ),
        f"{build['records']} records were read; {build['removed']} were removed as duplicates, "
        f"{build['quarantined']} set aside with a fault,",
        f"{build['items']} became items, {build['withdrawn']} of these were withdrawn, and {len(rows)} are in this "
        "release.",
        *(
            f"| {one['step']} | {one['read']} | {one['kept']} | {one['removed']} | {one['quarantined']} |"
            for one in build["steps"]
        ),
        f"- Near-duplicates, of which one was removed: {build['near_pairs']['removed']}",
        f"- Pairs alike, both kept and shown to reviewers: {build['near_pairs']['grey']}",
        *(f"- {name}: {number} texts" for name, number in build["benchmarks"].items()),
        *(f"| {label} | {number} |" for label, number in masked.items()),
        *(f"| {level} | {number} |" for level, number in residual.items()),
        *(f"| {level} | {number} |" for level, number in risk.items()),
        *(kind_line(kind, rows) for kind in {row["kind"] for row in rows}),
        "An item keeps its part in every version. Items that are alike or belong together are in one part: there are "
        f"{len({row['group_id'] for row in rows})} such",
        f"groups. All texts together have {sum(len(text.split()) for text in texts):,} words; the dialogues have "
        f"{sum(len(row['turns'] or ()) for row in rows)} turns.",
    ]
    assert build["records"] == build["items"] + build["removed"] + build["quarantined"]
    assert all(step["read"] == step["kept"] + step["removed"] + step["quarantined"] for step in build["steps"])
    return dict.fromkeys(lines, "")


def kind_line(kind: str, rows: list[dict[str, Any]]) -> str:
    counts = [sum(row["kind"] == kind and row["part"] == part for row in rows) for part in PARTS]
    return f"| {kind} | " + " | ".join(map(str, [*counts, sum(counts)])) + " |"


def asked(review: list[dict[str, Any]]) -> list[tuple[str, list[list[int]], Level]]:
    found: list[tuple[str, list[list[int]], Level]] = [
        ("verdict", [[("accept", "edit", "reject").index(v) for v in one["verdicts"]] for one in review], "nominal")
    ]
    for name in sorted({scale["name"] for one in review for scale in one["scales"]}):
        points = [scale["points"] for one in review for scale in one["scales"] if scale["name"] == name]
        found.append((name, points, "ordinal"))
    for name in sorted({flag["name"] for one in review for flag in one["flags"]}):
        raised = [
            [1] * flag["raised"] + [0] * (flag["asked"] - flag["raised"])
            for one in review
            for flag in one["flags"]
            if flag["name"] == name
        ]
        found.append((name, raised, "nominal"))
    return [(name, [said for said in values if len(said) > 1], level) for name, values, level in found]


def agreement_line(name: str, values: list[list[int]], level: Level) -> str:
    same = [one == other for said in values for one, other in combinations(said, 2)]
    share = f"{100 * sum(same) / len(same):.1f} %"
    return f"| {name} | {len(values)} | {share} | {coefficient(values, level)} |"


def coefficient(values: list[list[int]], level: Level) -> str:
    """Krippendorff's alpha and its interval straight from the library, over resampled items."""
    seen = sorted({value for said in values for value in said})
    if len(seen) < 2:
        return "not defined"
    table = np.array([[said.count(value) for value in seen] for said in values])

    def of(counts: Any) -> float | None:
        used = counts.sum(axis=0) > 0
        if used.sum() < 2:
            return None
        return float(
            alpha(value_counts=counts[:, used], value_domain=np.arange(used.sum()), level_of_measurement=level)
        )

    drawn = np.random.default_rng(SEED)
    resampled = [of(table[drawn.integers(0, len(table), len(table))]) for _ in range(RESAMPLES)]
    low, high = np.quantile([one for one in resampled if one is not None], [0.025, 0.975])
    return f"{of(table):.3f} ({low:.3f} to {high:.3f})"


def test_every_number_on_the_card_is_counted_again(released: Path) -> None:
    _, _, page = (released / "README.md").read_text().partition("---\n\n")
    limits = re.compile(r"<details>.*?</details>", re.DOTALL)
    trail = page.index("## Trail")
    page = limits.sub("", page[:trail])
    rubric = re.compile(r"^\*\*.*\(counselling-1\)\. .*$", re.MULTILINE)
    page = rubric.sub("", page)
    constant = {
        "| Version | 1.0.0 of 2026-01-05 |",
        "| Licence | Apache-2.0; every item carries its source's ([LICENSES.md](LICENSES.md)) |",
        "the SHA-256 of the text that was read.",
        "| asked | items | said the same | Krippendorff's alpha (95 % interval) |",
        "Compared with benchmarks (no 13 words in a row and no near-duplicate in common):",
    }
    expected = recounted(released)
    with_numbers = [line for line in page.splitlines() if re.search(r"\d", line) and line not in constant]
    assert [line for line in with_numbers if line not in expected] == []
    assert [line for line in expected if line not in with_numbers] == []


def test_the_pictures_show_the_same_numbers(released: Path) -> None:
    rows = items(released)
    for name, values in {"parts": [row["part"] for row in rows], "risk": [row["risk_level"] for row in rows]}.items():
        drawn = re.findall(
            r">([^<>]+)</text>\n<rect[^>]*>\n<text[^>]*>([\d,]+)<", (released / "figures" / f"{name}.svg").read_text()
        )
        assert {bar: int(number) for bar, number in drawn} == Counter(values)


# Versions.


def test_an_item_keeps_its_part_when_its_group_grows() -> None:
    released = {"b": "test"}
    before = [{"item_id": "b", "group_id": "b", "split": "test"}]
    after = [
        {"item_id": "a", "group_id": "a", "split": "train"},
        {"item_id": "b", "group_id": "a", "split": "train"},
        {"item_id": "c", "group_id": "a", "split": "train"},
    ]
    assert kept_parts(before, {}) == {"b": "test"}
    assert kept_parts(after, released) == {"a": "test", "b": "test", "c": "test"}


def test_another_seed_moves_no_released_item(plan: Plan, make: Make, built: Workspace) -> None:
    from curation import build_dataset

    workspace = make(plan)
    release(workspace, "1.0.0")
    config = yaml.safe_load(workspace.config_file.read_text())
    config["split"]["seed"] = 7
    workspace.config_file.write_text(yaml.safe_dump(config))
    build_dataset(workspace)
    release(workspace, "1.1.0")
    assert diff(workspace, "1.0.0", "1.1.0").counts == {}


def test_the_changelog_says_what_changed_and_why(plan: Plan, make: Make) -> None:
    from annotations import Ledger
    from schemas.review import Review

    workspace = make(plan)
    first = release(workspace, "1.0.0")
    rejected, edited, gone = plan.approved(0), plan.approved(1), plan.approved(2)
    later = {"decided_at": "2026-02-01T09:00:00Z"}
    Ledger(workspace.ledger).append(
        Review(**{**review, **later, **change})
        for item, change in ((rejected, {"verdict": "reject"}), (edited, {"verdict": "edit", "answer": "Ask them."}))
        for review in plan.of(item)
    )
    withdrawals.add_tombstone(workspace.withdrawals, why="error", item_ids=(gone["item_id"],))
    second = release(workspace, "1.1.0")
    assert second.manifest.previous == "1.0.0"
    assert sum(first.manifest.parts.values()) - sum(second.manifest.parts.values()) == 2
    found = diff(workspace, "1.0.0", "1.1.0")
    assert {(one.item_id, one.change, one.reason) for one in found.changes} == {
        (rejected["item_id"], "out", "is rejected in review"),
        (edited["item_id"], "edited", "its text changed and was approved anew"),
        (gone["item_id"], "out", "was withdrawn"),
    }
    log = (workspace.releases / "1.1.0" / "CHANGELOG.md").read_text()
    assert log.index("## 1.1.0") < log.index("## 1.0.0")
    assert "- out: 1 (was withdrawn)" in log


def test_versions_only_rise(plan: Plan, make: Make) -> None:
    workspace = make(plan)
    release(workspace, "1.0.0")
    for version in ("1.0.0", "0.9", "one"):
        with pytest.raises(UsageError):
            release(workspace, version)
