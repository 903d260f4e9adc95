"""What of the texts has been asked about, and what has not."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from curation.dedup import deduplicate_texts
from curation.generate.passages import Passage
from schemas.config import DedupConfig
from schemas.generation import Coverage, Topic


def coverage_of(passages: Sequence[Passage], records: Sequence[dict[str, Any]]) -> Coverage:
    """The coverage of passages by records, which say the passage or, where they are of none, the section."""
    asked: Counter[str] = Counter(record["passage_id"] for record in records)
    by_section: Counter[tuple[str, str]] = Counter((record["file"], record["section"]) for record in records)
    topics: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    for passage in passages:
        topics[passage.file, passage.topic].append(passage)
    for place in by_section:
        topics.setdefault(place, [])
    missing = [passage.passage_id for passage in passages if not asked[passage.passage_id]]
    bare = set(missing)
    return Coverage(
        topics=[
            Topic(
                file=file,
                section=section,
                passages=len(some),
                passages_without_question=sum(passage.passage_id in bare for passage in some),
                questions=by_section[file, section],
            )
            for (file, section), some in topics.items()
        ],
        passages_without_question=missing,
        types=_counted(records, "type"),
        readers=_counted(records, "reader"),
        near_duplicates=_near_duplicates(records),
    )


def _counted(records: Sequence[dict[str, Any]], field: str) -> dict[str, int]:
    return dict(sorted(Counter(record[field] for record in records if record.get(field)).items()))


def _near_duplicates(records: Sequence[dict[str, Any]]) -> int:
    said = [
        f"{record['question']}\n{record['answer']}"
        if "question" in record
        else "\n".join(turn["text"] for turn in record["turns"])
        for record in records
    ]
    if len(said) < 2:
        return 0
    found = deduplicate_texts([record["id"] for record in records], said, DedupConfig())
    return len(found.removed())
