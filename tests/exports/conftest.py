"""A reviewed example workspace, built once: tests copy it, and plant in the copy what they are about."""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotations import Ledger
from curation import Workspace, build_dataset, init, open_build
from schemas.review import Review

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
REJECT_EVERY = 6


@dataclass
class Plan:
    """What a workspace is to be: the decisions, and what ``curate.yaml`` says. A test changes what it is about."""

    items: list[dict[str, Any]]
    config: dict[str, Any]
    reviews: list[dict[str, Any]] = field(default_factory=list)
    source: dict[str, Any] = field(default_factory=dict)
    """Keys of the source `forum` that are otherwise in the build and in curate.yaml."""
    after: list[Callable[[Workspace], object]] = field(default_factory=list)
    """What is done to the workspace at the end."""

    def approved(self, number: int) -> dict[str, Any]:
        """An item of the forum that both reviewers accept; another one for each number."""
        chosen = [
            item
            for place, item in enumerate(self.items)
            if place % REJECT_EVERY and item["provenance"]["source_id"] == "forum"
        ]
        return chosen[number]

    def of(self, item: dict[str, Any]) -> list[dict[str, Any]]:
        """The decisions on an item."""
        return [review for review in self.reviews if review["item_id"] == item["item_id"]]

    def without(self, item: dict[str, Any]) -> None:
        """Takes the decisions on an item out."""
        self.reviews = [review for review in self.reviews if review["item_id"] != item["item_id"]]

    def adjudicate(self, item: dict[str, Any], verdict: str = "accept") -> None:
        """Adds an adjudicator's decision."""
        last = self.of(item)[-1]
        self.reviews.append({**last, "reviewer": "senior", "role": "adjudicator", "verdict": verdict})

    def make(self, base: Path, root: Path) -> Workspace:
        """The workspace."""
        shutil.copytree(base, root)
        workspace = Workspace(root)
        if self.source:
            manifest_file = open_build(workspace).folder / "manifest.json"
            manifest = json.loads(manifest_file.read_text())
            for entry in (manifest["config"]["sources"][0], self.config["sources"][0]):
                entry.update(self.source)
            manifest_file.write_text(json.dumps(manifest))
        (root / "curate.yaml").write_text(yaml.safe_dump(self.config, sort_keys=False))
        reviews = [
            Review(**{**review, "decided_at": START + timedelta(minutes=place)})
            for place, review in enumerate(self.reviews)
        ]
        Ledger(workspace.ledger).append(reviews)
        for change in self.after:
            change(workspace)
        return workspace


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example, built; nothing is decided yet."""
    workspace = init(tmp_path_factory.mktemp("exports") / "example", example=True)
    build_dataset(workspace)
    return workspace


@pytest.fixture(scope="session")
def _base_plan(built: Workspace) -> Plan:
    items = open_build(built).items().to_pylist()
    reviews = [
        {
            "item_id": item["item_id"],
            "content_hash": item["content_hash"],
            "reviewer": reviewer,
            "verdict": "accept" if place % REJECT_EVERY else "reject",
            "rubric_version": "counselling-1",
        }
        for reviewer in ("clin-1", "clin-2")
        for place, item in enumerate(items)
    ]
    return Plan(items, yaml.safe_load((built.root / "curate.yaml").read_text()), reviews)


@pytest.fixture
def plan(_base_plan: Plan) -> Plan:
    """Two reviewers who agree on every item: they accept most of them, and reject every sixth."""
    return deepcopy(_base_plan)


Make = Callable[..., Workspace]


@pytest.fixture
def make(built: Workspace, tmp_path: Path) -> Make:
    """Makes the workspace of a plan: ``make(plan)``."""

    def of(plan: Plan, name: str = "workspace") -> Workspace:
        return plan.make(built.root, tmp_path / name)

    return of
