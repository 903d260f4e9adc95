"""Whether it is said of every source on what basis its people agreed, and who is to be cited."""

from collections.abc import Iterator

from exports.gate.candidate import Candidate
from exports.gate.reason import Reason


def no_consent_basis(candidate: Candidate) -> Iterator[Reason]:
    """Sources of which nobody wrote down on what basis their texts are used."""
    for source in candidate.sources.values():
        if not (source.consent or "").strip():
            yield Reason(
                code="provenance.consent",
                message=f"source '{source.id}' does not say on what basis the people in its texts agreed",
                mend="Write it into `consent` of the source, build again, and keep the decisions.",
            )


def no_citation(candidate: Candidate) -> Iterator[Reason]:
    """Sources of which nobody wrote down where they are from."""
    for source in candidate.sources.values():
        if not (source.citation or "").strip():
            yield Reason(
                code="provenance.citation",
                message=f"source '{source.id}' does not say where it is from",
                mend="Write it into `citation` of the source, build again, and keep the decisions.",
            )
