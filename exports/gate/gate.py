"""All checks of the gate, in the order in which a curator would mend what they find."""

from collections.abc import Callable, Iterator

from curation import Workspace
from curation.config import load_config
from exports.approved import approved
from exports.gate import agreement, benchmarks, integrity, licences, parts, personal_data, provenance, review, words
from exports.gate.candidate import Candidate
from exports.gate.reason import Reason

Check = Callable[[Candidate], Iterator[Reason]]

CHECKS: tuple[Check, ...] = (
    integrity.configuration_changed,
    integrity.sources_changed,
    review.nothing_approved,
    review.unreviewed,
    review.stale,
    review.disputed,
    review.withdrawn_text,
    agreement.too_low,
    personal_data.left_in_texts,
    personal_data.risk_without_a_word,
    licences.declared_unknown,
    licences.conflicting,
    provenance.no_consent_basis,
    provenance.no_citation,
    parts.alike_across_parts,
    benchmarks.contaminated,
    words.missing,
)
"""One function a concern, each in the file of its kind."""


def reasons(workspace: Workspace) -> list[Reason]:
    """Every reason why the workspace's approved items must not be released; none if they may be.

    Where the ledger or a file was changed, nothing that rests on it can be judged: these reasons then stand alone.
    """
    return look(workspace)[1]


def look(workspace: Workspace) -> tuple[Candidate | None, list[Reason]]:
    """What would be released, and the reasons against it; there is no candidate where its files were changed."""
    broken = [reason for check in integrity.FIRST for reason in check(workspace)]
    if broken:
        return None, broken
    candidate = Candidate(workspace, load_config(workspace), approved(workspace))
    return candidate, [reason for check in CHECKS for reason in check(candidate)]
