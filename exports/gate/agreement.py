"""Whether reviewers agreed enough for their word to count."""

from collections.abc import Iterator

from exports.gate.candidate import Candidate
from exports.gate.reason import Reason
from exports.publishing.review import agreement_in_verdict


def too_low(candidate: Candidate) -> Iterator[Reason]:
    """Krippendorff's alpha of the verdicts is below the threshold, or nothing was read twice.

    Where all gave one and the same verdict alpha is not defined; they agreed in everything then, which is enough.
    """
    if not candidate.rows:
        return
    verdict = agreement_in_verdict(candidate.review.table, resamples=0)
    if not verdict.items:
        yield Reason(
            code="agreement.unmeasured",
            message="no item was decided on by two reviewers, so how far they agree is not known",
            mend="Have a second reviewer decide on a share of the items: review.double in curate.yaml.",
        )
        return
    alpha = 1.0 if verdict.alpha.value is None and verdict.observed == 1 else verdict.alpha.value
    least = candidate.words.least_agreement
    if alpha is None or alpha < least:
        yield Reason(
            code="agreement.low",
            message=f"reviewers agree too little: alpha is {alpha or 0:.3f} on {verdict.items:,} items, "
            f"and {least:g} is asked",
            mend="Talk the disagreements over, sharpen the rubric and have the items reviewed again; or say in "
            "release.least_agreement what is enough.",
        )
