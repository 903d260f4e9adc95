"""Whether the sources' licences allow the one that the release declares."""

from collections.abc import Iterator

from exports.gate.candidate import Candidate
from exports.gate.reason import Reason
from exports.licences import alternatives, conflicts, known_terms, licence_of_generator


def declared_unknown(candidate: Candidate) -> Iterator[Reason]:
    """The release's own licence is one whose terms the table does not have."""
    declared = candidate.words.license
    unknown = sorted({one for given in alternatives(declared or "MIT") for one in given if one not in known_terms()})
    if unknown:
        yield Reason(
            code="licence.declared",
            message=f"release.license declares {', '.join(unknown)}, whose terms are not known",
            mend="Declare a licence of the table in docs/releases.md.",
        )


def conflicting(candidate: Candidate) -> Iterator[Reason]:
    """A source's licence, or the terms of the program that wrote it, forbid what the declared licence allows."""
    declared = candidate.words.license
    if declared is None:
        return
    for source in candidate.sources.values():
        if source.id in candidate.words.permissions:
            continue
        goes_on = licence_of_generator(source.generator)
        licence = f"({source.license}) AND {goes_on}" if goes_on else source.license
        for conflict in conflicts(licence, declared):
            yield Reason(
                code=f"licence.{conflict.kind}",
                message=f"source '{source.id}': {conflict.why}",
                mend=f"Declare another release.license, withdraw the source, or write under release.permissions."
                f"{source.id} who allowed it and when.",
            )
