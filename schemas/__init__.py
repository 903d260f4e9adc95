"""The contracts: what an item, a decision, a configuration and a manifest are. Nothing here reads or writes."""

from typing import Any

from pydantic import BaseModel

from schemas.items import ITEM, Dialogue, Item, Provenance, QAPair, Turn

__all__ = ["ITEM", "Dialogue", "Item", "Provenance", "QAPair", "Turn", "json_schemas"]


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each contract, by the name that ``curate schema`` knows it by."""
    from schemas.config import WorkspaceConfig
    from schemas.faults import Quarantined
    from schemas.manifest import BuildManifest
    from schemas.review import Review
    from schemas.rubric import Rubric

    models: dict[str, type[BaseModel]] = {
        "qa-pair": QAPair,
        "dialogue": Dialogue,
        "provenance": Provenance,
        "review": Review,
        "rubric": Rubric,
        "curate-yaml": WorkspaceConfig,
        "quarantined": Quarantined,
        "build-manifest": BuildManifest,
    }
    return {"item": ITEM.json_schema(), **{name: model.model_json_schema() for name, model in models.items()}}
