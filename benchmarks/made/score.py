"""What became of a made workspace: copies found, texts destroyed, data masked, damage repaired, faults told."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.made.damage import COPIES, DAMAGE, Texts
from benchmarks.made.maker import CHATS, CLINIC, FORUM, letters
from benchmarks.made.planted import MASKED, STAYS

FAULTS = ("empty", "cut")
LEFT_OF_DAMAGE = ("<p", "<br", "</", "&#", "&nbsp", "â€")


class Share(NamedTuple):
    """So many of so many."""

    part: int
    of: int

    def __str__(self) -> str:
        return f"{self.part:,} of {self.of:,}"


class Score(NamedTuple):
    """How well a tool did its work; each share by the kind that was planted."""

    copies_found: dict[str, Share]
    """Copies that are gone, or whose original is."""
    unique_lost: Share
    """Texts of which nothing is left: neither they nor a copy. Faulty records are not among them."""
    contrasts_lost: Share
    """Pairs that differ in one meaningful word, of which one is gone."""
    masked: dict[str, Share]
    """Planted personal data of which nothing is left, in items that are."""
    stayed: dict[str, Share]
    """Help lines and terms that are still there, in items that are."""
    repaired: dict[str, Share]
    """Damaged texts of which the markup or the mojibake is gone and every letter is there."""
    clean_touched: Share
    """Plain items of which a letter or digit changed."""
    faults: dict[str, dict[str, int]]
    """Faulty records that were ``told`` (by file and row, or by key), ``dropped`` without a word, or ``passed``."""


def score(folder: Path, kept: Iterable[tuple[str, Texts]], told: Iterable[tuple[str, int] | str]) -> Score:
    """Compares a tool's result with the truth.

    Args:
        folder: The made workspace.
        kept: The key and the texts of each item of the result.
        told: What the tool says it could not use, by source and row or by key.
    """
    truth = {one["record"]: one for one in _lines(folder / "truth.jsonl")}
    keys = {(one["source"], one["row"]): key for key, one in truth.items()}
    told_keys = {one if isinstance(one, str) else keys.get(one) for one in told}
    plain = {key: letters(texts) for key, texts in _plain(folder, truth)}
    here: set[str] = set()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key, texts in kept:
        here.add(key)
        if key in plain:
            counts["plain"]["all"] += 1
            counts["plain"]["touched"] += letters(texts) != plain[key]
        else:
            kind = truth[key]["kind"]
            counts[kind]["all"] += 1
            counts[kind]["right"] += _is_right(truth[key], " ".join(texts))
    shares = {kind: Share(count["right"], count["all"]) for kind, count in counts.items()}
    pairs = [one for one in truth.values() if one["kind"] == "contrast"]
    lost_pairs = sum(not {one["record"], one["of"]} <= here for one in pairs)
    return Score(
        copies_found=_found(truth, here),
        unique_lost=_lost(truth, plain, here),
        contrasts_lost=Share(lost_pairs, len(pairs)),
        masked={kind: shares.get(kind, Share(0, 0)) for kind in MASKED},
        stayed={kind: shares.get(kind, Share(0, 0)) for kind in STAYS},
        repaired={kind: shares.get(kind, Share(0, 0)) for kind in DAMAGE},
        clean_touched=Share(counts["plain"]["touched"], counts["plain"]["all"]),
        faults={kind: _ends(truth, kind, here, told_keys) for kind in FAULTS},
    )


def summed(shares: Iterable[Share]) -> Share:
    """The share of all kinds together."""
    shares = list(shares)
    return Share(sum(share.part for share in shares), sum(share.of for share in shares))


def _is_right(truth: dict[str, Any], text: str) -> bool:
    kind = truth["kind"]
    if kind in MASKED:
        return not any(part in text for part in truth["value"].split() if len(part) > 3)
    if kind in STAYS:
        return truth["value"] in " ".join(text.split())
    if kind in DAMAGE:
        return letters([text]) == truth["letters"] and not any(mark in text for mark in LEFT_OF_DAMAGE)
    return True


def _found(truth: dict[str, Any], here: set[str]) -> dict[str, Share]:
    copies: dict[str, list[bool]] = {kind: [] for kind in COPIES}
    for key, one in truth.items():
        if one["kind"] in COPIES:
            copies[one["kind"]].append(not {key, one["of"]} <= here)
    return {kind: Share(sum(found), len(found)) for kind, found in copies.items()}


def _lost(truth: dict[str, Any], plain: dict[str, str], here: set[str]) -> Share:
    kept_by_copy = {one["of"] for key, one in truth.items() if one["kind"] in COPIES and key in here}
    others = (key for key, one in truth.items() if one["kind"] not in COPIES and one["kind"] not in FAULTS)
    unique = [*plain, *others]
    return Share(sum(key not in here and key not in kept_by_copy for key in unique), len(unique))


def _ends(truth: dict[str, Any], kind: str, here: set[str], told: set[str | None]) -> dict[str, int]:
    ends = Counter({"told": 0, "dropped": 0, "passed": 0})
    for key, one in truth.items():
        if one["kind"] == kind:
            ends["passed" if key in here else "told" if key in told else "dropped"] += 1
    return dict(ends)


def _plain(folder: Path, truth: dict[str, Any]) -> Iterator[tuple[str, Texts]]:
    """The key and the texts of each plain item, as it stands in its source."""
    for key, _, texts in records(folder):
        if key not in truth:
            yield key, texts


def records(folder: Path) -> Iterator[tuple[str, str, Texts]]:
    """The key, the source and the texts of each record that can be read."""
    for source in (FORUM, CHATS):
        for record in _lines(folder / "sources" / f"{source}.jsonl"):
            turns = [turn["says"] for turn in record.get("conversation", [])]
            yield record["id"], source, turns or [record["question"], record["answer"]]
    with (folder / "sources" / f"{CLINIC}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["reply"] is not None:
                yield row["key"], CLINIC, [row["asked"], row["reply"]]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; lines that were cut are left out."""
    with file.open(encoding="utf-8", newline="\n") as opened:
        for line in opened:
            try:
                yield json.loads(line)
            except ValueError:
                continue
