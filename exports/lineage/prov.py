"""A trail as W3C PROV-O in JSON-LD (https://www.w3.org/TR/prov-o/): entities, activities, agents; no text."""

from typing import Any

from exports.lineage.tracing import Trail

CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct": "http://purl.org/dc/terms/",
    "curate": "urn:emocurate:",
    "used": {"@id": "prov:used", "@type": "@id"},
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "wasGeneratedBy": {"@id": "prov:wasGeneratedBy", "@type": "@id"},
    "wasInformedBy": {"@id": "prov:wasInformedBy", "@type": "@id"},
    "wasAssociatedWith": {"@id": "prov:wasAssociatedWith", "@type": "@id"},
    "hadMember": {"@id": "prov:hadMember", "@type": "@id"},
    "wasInvalidatedBy": {"@id": "prov:wasInvalidatedBy", "@type": "@id"},
    "atLocation": "prov:atLocation",
    "endedAtTime": {"@id": "prov:endedAtTime", "@type": "xsd:dateTime"},
    "title": "dct:title",
    "license": "dct:license",
}
PROGRAM = "curate:program"


def prov_json(trail: Trail) -> dict[str, Any]:
    """The document of a trail, from the source's file through every step and decision to releases, runs and bundles."""
    graph = [{"@id": PROGRAM, "@type": ["prov:Agent", "prov:SoftwareAgent"], "title": "EmoCurate"}]
    graph += _source(trail)
    graph += _steps(trail)
    graph += _decisions(trail)
    graph += _holders(trail)
    return {"@context": CONTEXT, "@graph": graph}


def _entity(identity: str, title: str, **more: Any) -> dict[str, Any]:
    return {"@id": identity, "@type": "prov:Entity", "title": title, **{k: v for k, v in more.items() if v}}


def _activity(identity: str, title: str, **more: Any) -> dict[str, Any]:
    return {"@id": identity, "@type": "prov:Activity", "title": title, **{k: v for k, v in more.items() if v}}


def _item(trail: Trail) -> str:
    return f"curate:item/{trail.item_id}/{trail.content_hash or 'removed'}"


def _file(trail: Trail) -> str:
    assert trail.source_file is not None
    return f"urn:sha256:{trail.source_file.sha256}"


def _source(trail: Trail) -> list[dict[str, Any]]:
    provenance = trail.provenance
    record = f"curate:record/{trail.item_id}"
    found = []
    if trail.source_file is not None:
        found.append(_entity(_file(trail), "source file", atLocation=trail.source_file.path))
    found.append(
        _entity(
            record,
            f"record {provenance['row']} of source {provenance['source_id']}",
            atLocation=f"{provenance['file']}#row={provenance['row']}",
            license=provenance["license"],
            wasDerivedFrom=_file(trail) if trail.source_file is not None else None,
        )
    )
    return found


def _steps(trail: Trail) -> list[dict[str, Any]]:
    """Each step as an activity that follows the one before; what it changed is told by field, not by text."""
    found, before = [], None
    for step in trail.steps:
        changed = sorted({change.field for change in trail.changes if change.step == step})
        title = f"{step}, changed {', '.join(changed)}" if changed else step
        identity = f"curate:build/{trail.build_id}/{step}"
        found.append(
            _activity(
                identity,
                title,
                wasAssociatedWith=PROGRAM,
                wasInformedBy=before,
                used=f"curate:record/{trail.item_id}" if before is None else None,
            )
        )
        before = identity
    found.append(
        _entity(
            _item(trail),
            trail.item_id,
            wasGeneratedBy=before,
            wasDerivedFrom=f"curate:record/{trail.item_id}",
            wasInvalidatedBy="curate:withdrawal" if trail.withdrawn else None,
        )
    )
    if trail.withdrawn:
        found.append(_activity("curate:withdrawal", "withdrawal", used=_item(trail)))
    return found


def _decisions(trail: Trail) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for decision in trail.decisions:
        review = decision.review
        agent = f"curate:reviewer/{review.reviewer}"
        if not any(one["@id"] == agent for one in found):
            found.append({"@id": agent, "@type": ["prov:Agent", "prov:Person"], "title": review.reviewer})
        found.append(
            _activity(
                f"curate:decision/{decision.number}",
                review.verdict,
                used=f"curate:item/{trail.item_id}/{review.content_hash}",
                wasAssociatedWith=agent,
                endedAtTime=review.decided_at.isoformat(),
            )
        )
        if review.content_hash != trail.content_hash:
            found.append(_entity(f"curate:item/{trail.item_id}/{review.content_hash}", "an earlier text of the item"))
    return found


def _holders(trail: Trail) -> list[dict[str, Any]]:
    found = []
    names = {one.fingerprint: f"curate:{one.kind}/{one.name}" for one in trail.holders if one.kind != "release"}
    for one in trail.holders:
        identity = f"curate:{one.kind}/{one.name}"
        if one.kind in ("export", "release"):
            more: dict[str, Any] = {"hadMember": _item(trail), "wasGeneratedBy": f"{identity}/making"}
            decisions = [f"curate:decision/{decision.number}" for decision in trail.decisions]
            making = _activity(f"{identity}/making", one.kind, used=_item(trail), wasInformedBy=decisions)
        else:
            source = names.get(one.made_from or "", f"urn:sha256:{one.made_from}")
            derived = [source, _item(trail)] if one.kind == "run" else source
            more = {"wasDerivedFrom": derived, "wasGeneratedBy": f"{identity}/making"}
            making = _activity(f"{identity}/making", "fine-tuning" if one.kind == "run" else "deployment", used=source)
        found += [making, _entity(identity, f"{one.kind} {one.name}", **more)]
    return found
