"""Decisions from a file into the ledger: the review queue of a team without a server."""

import json
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from annotations.decisions_file import read_decisions
from annotations.edits import EDITABLE, edit_fault, personal_data, stand_ins
from annotations.ledger import Entry, Ledger
from annotations.policy import Policy, approved_row, policy_of
from annotations.sheet import shown
from curation import open_build
from curation.config import load_config
from curation.sources.columns import close_name
from curation.table import texts
from curation.workspace import Workspace
from schemas.config import PIIConfig
from schemas.errors import CurateError, UsageError
from schemas.review import Alias, Review
from schemas.rubric import POINTS

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of this machine's clock a reviewer's may be."""


class Decided(NamedTuple):
    """What a file of decisions came to."""

    written: int
    """Decisions that are new in the ledger."""
    known: int
    """Decisions that it held already."""
    undecided: int
    """Rows without a verdict."""


class _Row(NamedTuple):
    """A row of the file, and how to complain of it."""

    file: Path
    number: int
    values: dict[str, Any]

    def wrong(self, what: str, field: str, mend: str) -> CurateError:
        return CurateError(what, file=self.file, row=self.number, field=field, mend=mend)


def decide(workspace: Workspace, file: Path, *, reviewer: str | None = None) -> Decided:
    """Takes the decisions of a ``.csv`` or ``.jsonl`` file into the ledger: all, or none if one cannot be taken.

    A row needs ``item_id``, the ``content_hash`` of the text that was read and ``verdict`` (accept, edit or reject);
    an edit needs ``edited_question``, ``edited_answer`` or ``edited_turns`` (a JSON list of role and text). Without
    ``decided_at`` (ISO 8601 with its time zone) it is decided now; the same file given again then decides nothing new.

    Args:
        workspace: The workspace.
        file: The decisions, such as :func:`annotations.write_sheet` prepares.
        reviewer: Who decided, where the rows do not say.

    Raises:
        UsageError: If ``reviewer`` is nobody who may decide.
        CurateError: If a decision is not on an item of the last build as it stands, its edit would not be a valid item
            or holds personal data, or a later decision of the same reviewer stands; names the row and the field.
    """
    items = {row["item_id"]: row for row in open_build(workspace, check=True).items().to_pylist()}
    ledger = Ledger(workspace.ledger)
    pii = load_config(workspace).pii.model_copy(update={"mode": "placeholder"})
    policy = policy_of(workspace)
    if reviewer is not None:
        _check_option(reviewer, policy)
    now = datetime.now(UTC)
    earlier = _by_reviewer_and_text(ledger.entries())
    seen: dict[tuple[str, str], int] = {}
    reviews: list[Review] = []
    known = undecided = 0
    for number, values in read_decisions(file):
        row = _Row(file, number, values)
        if not str(values.get("verdict") or "").strip():
            undecided += 1
            continue
        review = _review(row, reviewer, now, policy)
        _check_item(row, review, items, pii)
        first = seen.setdefault((review.item_id, review.reviewer), number)
        if first != number:
            raise row.wrong(f"row {first} decides on this item, too", "item_id", "Leave one of the two.")
        if _is_known(row, review, earlier.get(_key(review), [])):
            known += 1
        else:
            reviews.append(review)
    return Decided(ledger.append(reviews), known, undecided)


def _key(review: Review) -> tuple[str, str, str]:
    return review.item_id, review.content_hash, review.reviewer


def _by_reviewer_and_text(entries: list[Entry]) -> dict[tuple[str, str, str], list[Review]]:
    found: dict[tuple[str, str, str], list[Review]] = {}
    for entry in entries:
        found.setdefault(_key(entry.review), []).append(entry.review)
    return found


def _is_known(row: _Row, review: Review, earlier: list[Review]) -> bool:
    """Whether the ledger holds this decision; refuses one that a later one of the same reviewer has replaced."""
    if review in earlier:
        return True
    if not earlier:
        return False
    dated = bool(row.values.get("decided_at"))
    if not dated:
        if _substance(review) == _substance(earlier[-1]):
            return True
        if _substance(review) in map(_substance, earlier):
            raise row.wrong(
                f"{review.reviewer} decided so before, and otherwise after that",
                "decided_at",
                "If this is the last word, say when it was decided, such as 2026-01-31T14:00:00+01:00.",
            )
    if review.decided_at < earlier[-1].decided_at:
        raise row.wrong(
            f"{review.reviewer} decided on this text again after that", "decided_at", "Leave the earlier decision out."
        )
    return False


def _substance(review: Review) -> Review:
    """The decision without its time."""
    return review.model_copy(update={"decided_at": None})


_SPOKEN = re.compile(r"(?:^|\n)[ \t]*(seeker|supporter):[ \t]*", re.IGNORECASE)


def _turns(text: str) -> list[dict[str, str]] | None:
    """Turns from lines of ``role: text``, as the sheet shows them, or from a JSON list; None if it is neither."""
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return found if isinstance(found, list) else None
    before, *parts = _SPOKEN.split(text)
    if before.strip() or not parts:
        return None
    return [{"role": role.lower(), "text": said.strip()} for role, said in zip(parts[::2], parts[1::2], strict=True)]


_PAIR = re.compile(r"([A-Za-z_]+)\s*[:= ]\s*(\d+)")


def _ratings(row: _Row, policy: Policy) -> dict[str, int]:
    """The scales that were rated, from `empathy 4; safety 5` or a mapping of names to points."""
    given = row.values.get("ratings") or {}
    pairs = list(given.items()) if isinstance(given, dict) else _PAIR.findall(str(given))
    if not isinstance(given, dict) and _PAIR.sub("", given).strip(" \n,;"):
        raise row.wrong("holds no ratings", "ratings", "Write them as `empathy 4; safety 5`.")
    known = [scale.name for scale in policy.rubric.scales]
    found: dict[str, int] = {}
    for name, points in pairs:
        _known(row, name, known, "ratings")
        if str(points) not in map(str, POINTS):
            raise row.wrong(f"{name} is not rated from 1 to 5", "ratings", "Write them as `empathy 4; safety 5`.")
        found[name] = int(points)
    return found


def _raised(row: _Row, policy: Policy) -> list[str]:
    """The flags that were raised, from `stigma; pii_left` or a list of names."""
    given = row.values.get("raised_flags") or []
    names = [str(one) for one in given] if isinstance(given, list) else re.findall(r"[^,;\s]+", str(given))
    known = [flag.name for flag in policy.rubric.flags]
    for name in names:
        _known(row, name, known, "raised_flags")
    return [name for name in known if name in names]


def _known(row: _Row, name: str, known: list[str], field: str) -> None:
    if name not in known:
        near = close_name(name, known)
        mend = f"Did you mean '{near}'?" if near else f"It has: {', '.join(known) or 'none'}."
        raise row.wrong("names something that the rubric does not have", field, mend)


_STRANGER = "is none of the reviewers in curate.yaml"


def _role(row: _Row, reviewer: str, policy: Policy) -> str:
    """The reviewer's role; where ``curate.yaml`` names reviewers, nobody else decides."""
    known = policy.config.reviewers
    if known and reviewer not in known:
        raise row.wrong(_STRANGER, "reviewer", _whom_it_names(reviewer, policy))
    return known.get(reviewer, "reviewer")


def _whom_it_names(reviewer: str, policy: Policy) -> str:
    known = list(policy.config.reviewers)
    near = close_name(reviewer, known)
    return f"Did you mean '{near}'?" if near else f"It names {', '.join(known)}; add whoever else decides."


def _check_option(reviewer: str, policy: Policy) -> None:
    """Sees that who is named for all rows may decide: the fault is the option's then, and in no row."""
    try:
        TypeAdapter(Alias).validate_python(reviewer)
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(what, field="--reviewer", mend="Give an alias, such as clin-1.") from None
    if policy.config.reviewers and reviewer not in policy.config.reviewers:
        raise UsageError(_STRANGER, field="--reviewer", mend=_whom_it_names(reviewer, policy))


def _review(row: _Row, reviewer: str | None, now: datetime, policy: Policy) -> Review:
    values = {
        name: row.values[name] for name in ("item_id", "content_hash", "verdict", "comment") if row.values.get(name)
    }
    values |= {
        name: row.values[f"edited_{name}"]
        for name in ("question", "answer", "turns")
        if row.values.get(f"edited_{name}")
    }
    values["reviewer"] = row.values.get("reviewer") or reviewer
    values["decided_at"] = row.values.get("decided_at") or now
    if values["reviewer"] is None:
        raise row.wrong("nobody is named as the reviewer", "reviewer", "Give --reviewer NAME.")
    values["role"] = _role(row, str(values["reviewer"]), policy)
    values["rubric_version"] = policy.rubric.version
    values["scales"] = _ratings(row, policy)
    values["flags"] = _raised(row, policy)
    values["verdict"] = str(values.get("verdict", "")).strip().lower()
    if isinstance(values.get("turns"), str):
        values["turns"] = _turns(values["turns"])
        if values["turns"] is None:
            mend = "Write the turns as the sheet shows them: a line `seeker: ...`, a line `supporter: ...`, and so on."
            raise row.wrong("holds no turns", "edited_turns", mend)
    if not isinstance(values["decided_at"], datetime | str) or str(values["decided_at"]).isdigit():
        raise row.wrong("is no time", "decided_at", "Write it as 2026-01-31T14:00:00+01:00.")
    try:
        review = Review.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "verdict"
        field = f"edited_{place}" if place.split(".")[0] in ("question", "answer", "turns") else place
        what = first["msg"].removeprefix("Value error, ")
        raise row.wrong(what, field, "Nothing was written; mend the row and give the file again.") from None
    if review.decided_at > now + CLOCK_SKEW:
        raise row.wrong("lies in the future", "decided_at", "Correct it, or leave it out for now.")
    return review


def _check_item(row: _Row, review: Review, items: dict[str, Any], pii: PIIConfig) -> None:
    """The decision is on an item of the build, on its text as it stands, and its edit is an item that may be kept."""
    item = items.get(review.item_id)
    if item is None:
        raise row.wrong("the last build has no such item", "item_id", "Take the ids from `curate review sheet`.")
    if review.content_hash != item["content_hash"]:
        raise row.wrong(
            "the item's text has changed since this decision was made",
            "content_hash",
            "Review it as it stands now: `curate review sheet` writes it again.",
        )
    for name, text in shown({field: item[field] for field in ("question", "answer", "turns")}).items():
        written = row.values.get(name)
        if isinstance(written, str) and written.split() != (text or "").split():
            mend = f"Put it back, write the new words into edited_{name}, and say `edit`."
            raise row.wrong("was changed in its place, which decides nothing", name, mend)
    _check_no_pii(row, {"comment": review.comment or ""}, pii, "en")
    if review.verdict == "edit":
        _check_edit(row, item, review, pii)


def _check_edit(row: _Row, item: dict[str, Any], review: Review, pii: PIIConfig) -> None:
    fitting = EDITABLE[item["kind"]]
    for name in ("question", "answer", "turns"):
        if getattr(review, name) is not None and name not in fitting:
            mend = f"Write the edit into {' or '.join(f'edited_{one}' for one in fitting)}."
            raise row.wrong(f"an item of kind '{item['kind']}' has no {name}", f"edited_{name}", mend)
    fault = edit_fault(item, review)
    if fault is not None:
        raise row.wrong(fault.message, fault.field, fault.mend)
    fields = {f"edited_{name}": text for name, text in texts(approved_row(item, review))}
    _check_no_pii(row, fields, pii, item["language"], stand_ins(item))


def _check_no_pii(
    row: _Row, fields: dict[str, str], pii: PIIConfig, language: str, standing: Collection[str] = ()
) -> None:
    for field, text in fields.items():
        for span in personal_data(text, pii, language, standing):
            raise row.wrong(
                f"holds personal data ({span.label}) at characters {span.start} to {span.end}",
                field,
                "Take it out or put a placeholder such as [PHONE_1] there.",
            )
