"""How far reviewers agree: on the verdict, each scale and each flag; each with the consensus; and over time.

Agreement is counted on decisions that were made blind: of each reviewer the last one on a text. What an adjudicator
decided with the opinions of others before them is no part of it; it is the consensus that reviewers are compared with.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from statistics import fmean, median
from typing import NamedTuple

from annotations.coefficients import (
    RESAMPLES,
    Estimate,
    Level,
    cohen_kappa,
    counts_of,
    fleiss_kappa,
    krippendorff_alpha,
    observed_agreement,
)
from annotations.ledger import Ledger
from annotations.rubric import known_rubrics
from curation.workspace import Workspace
from schemas.items import Strict
from schemas.review import Review, Verdict
from schemas.rubric import POINTS, Rubric

VERDICTS: tuple[Verdict, ...] = ("accept", "edit", "reject")
WINDOW = 30
"""The least number of items in a part of the time: fewer tell nothing."""
WINDOWS = 10
"""The most parts that the time is cut into."""

Key = tuple[str, str]
"""An item and the hash of the text that was read."""
Rated = dict[Key, dict[str, Hashable]]
"""What each reviewer said of each text, of one measure."""


class PairAgreement(Strict):
    """Two reviewers on the items that both decided on."""

    first: str
    second: str
    items: int
    observed: float
    """The share of items of which they said the same."""
    kappa: Estimate
    """Cohen's; of a scale with squared weights."""


class MeasureAgreement(Strict):
    """Agreement in one thing that is asked: ``verdict``, a scale, or a flag (raised or not)."""

    name: str
    level: Level
    items: int
    """Items with two decisions or more."""
    ratings: int
    observed: float | None
    """The share of pairs of decisions that say the same."""
    alpha: Estimate
    """Krippendorff's."""
    fleiss: Estimate
    """Fleiss', over the items with the usual number of decisions."""
    pairs: list[PairAgreement]


class ReviewerAgreement(Strict):
    """One reviewer beside the consensus: the adjudicator's word, else what most of the others said."""

    reviewer: str
    decisions: int
    accepts: float
    """The share of texts that they accepted as they stand."""
    compared: int
    """Items with a consensus to compare with."""
    verdict: float | None
    """The share of them in which the verdict is the consensus'."""
    kappa: Estimate
    """Cohen's kappa of their verdict and the consensus."""
    scales: dict[str, float]
    """By scale, how many points they rate above the median of the others, on average."""
    flags: dict[str, float]
    """By flag, the share of items in which they agree with the consensus on it."""


class Window(Strict):
    """Agreement in one part of the time, of the same number of items as the others."""

    start: datetime
    end: datetime
    items: int
    alpha: Estimate
    """Krippendorff's, of the verdict."""
    accepts: dict[str, float]
    """By reviewer, the share of texts that they accepted as they stand."""


class AgreementReport(Strict):
    """How far reviewers agree."""

    decisions: int
    """Decisions that were counted: the last of each reviewer on each text, without adjudicators'."""
    items: int
    """Texts that two reviewers or more decided on."""
    measures: list[MeasureAgreement]
    reviewers: list[ReviewerAgreement]
    drift: list[Window]
    """The course of time, in parts of :data:`WINDOW` items or more; empty for fewer than two such parts."""


def agreement(workspace: Workspace, *, resamples: int = RESAMPLES) -> AgreementReport:
    """The agreement of the reviewers of a workspace, over all that its ledger holds.

    Args:
        workspace: The workspace.
        resamples: How many resamples the intervals are made of.

    Raises:
        CurateError: If the ledger is broken.
        MissingExtra: If the libraries of the coefficients are not installed.
    """
    reviews = [entry.review for entry in Ledger(workspace.ledger).entries()]
    # What was decided earlier can have come into the ledger later.
    reviews.sort(key=lambda review: review.decided_at)
    return agreement_of(reviews, known_rubrics(workspace), resamples=resamples)


def agreement_of(
    reviews: Iterable[Review], rubrics: dict[str, Rubric], *, resamples: int = RESAMPLES
) -> AgreementReport:
    """The agreement in decisions, in the order in which they were made.

    Args:
        reviews: The decisions.
        rubrics: The rubrics that they were made by: a flag that was not asked was not denied.
        resamples: How many resamples the intervals are made of.
    """
    blind: dict[Key, dict[str, Review]] = defaultdict(dict)
    final: dict[Key, Review] = {}
    for review in reviews:
        key = review.item_id, review.content_hash
        if review.role == "adjudicator":
            final[key] = review
        else:
            blind[key][review.reviewer] = review
    used = {review.rubric_version: rubrics[review.rubric_version] for of in blind.values() for review in of.values()}
    measures = _measures(blind, used)
    return AgreementReport(
        decisions=sum(map(len, blind.values())),
        items=sum(len(of) > 1 for of in blind.values()),
        measures=[_measure(measure, resamples) for measure in measures],
        reviewers=_reviewers(blind, final, measures, used, resamples),
        drift=_drift(blind, resamples),
    )


class _Measure(NamedTuple):
    """One thing that is asked, and what was said of it."""

    name: str
    level: Level
    values: Sequence[Hashable]
    rated: Rated


def _measures(blind: dict[Key, dict[str, Review]], rubrics: dict[str, Rubric]) -> list[_Measure]:
    """What was asked by any of the rubrics, in their order; who was not asked, or did not rate, has no rating."""
    scales = list(dict.fromkeys(scale.name for rubric in rubrics.values() for scale in rubric.scales))
    flags = list(dict.fromkeys(flag.name for rubric in rubrics.values() for flag in rubric.flags))
    verdict: Rated = {key: {who: review.verdict for who, review in of.items()} for key, of in blind.items()}
    found = [_Measure("verdict", "nominal", VERDICTS, verdict)]
    for name in scales:
        points: Rated = {
            key: {who: review.scales[name] for who, review in of.items() if name in review.scales}
            for key, of in blind.items()
        }
        found.append(_Measure(name, "ordinal", POINTS, points))
    for name in flags:
        raised: Rated = {
            key: {who: name in review.flags for who, review in of.items() if _asks(rubrics, review, name)}
            for key, of in blind.items()
        }
        found.append(_Measure(name, "nominal", (False, True), raised))
    return found


def _asks(rubrics: dict[str, Rubric], review: Review, flag: str) -> bool:
    return any(one.name == flag for one in rubrics[review.rubric_version].flags)


def _measure(measure: _Measure, resamples: int) -> MeasureAgreement:
    several = [of for of in measure.rated.values() if len(of) > 1]
    rated = [list(of.values()) for of in several]
    counts = counts_of(rated, measure.values)
    return MeasureAgreement(
        name=measure.name,
        level=measure.level,
        items=len(several),
        ratings=sum(map(len, several)),
        observed=observed_agreement(rated),
        alpha=krippendorff_alpha(counts, measure.level, resamples=resamples),
        fleiss=fleiss_kappa(counts, resamples=resamples),
        pairs=_pairs(measure, several, resamples),
    )


def _pairs(measure: _Measure, several: list[dict[str, Hashable]], resamples: int) -> list[PairAgreement]:
    together: dict[tuple[str, str], list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for of in several:
        for first, second in combinations(sorted(of), 2):
            together[first, second].append((of[first], of[second]))
    return [
        PairAgreement(
            first=first,
            second=second,
            items=len(said),
            observed=fmean(one == other for one, other in said),
            kappa=cohen_kappa(said, measure.values, measure.level, resamples=resamples),
        )
        for (first, second), said in sorted(together.items())
    ]


def _reviewers(
    blind: dict[Key, dict[str, Review]],
    final: dict[Key, Review],
    measures: list[_Measure],
    rubrics: dict[str, Rubric],
    resamples: int,
) -> list[ReviewerAgreement]:
    everybody = sorted({who for of in blind.values() for who in of})
    return [_reviewer(who, blind, final, measures, rubrics, resamples) for who in everybody]


def _reviewer(
    who: str,
    blind: dict[Key, dict[str, Review]],
    final: dict[Key, Review],
    measures: list[_Measure],
    rubrics: dict[str, Rubric],
    resamples: int,
) -> ReviewerAgreement:
    own = [of[who] for of in blind.values() if who in of]
    verdicts: list[tuple[Hashable, Hashable]] = []
    scales: dict[str, float] = {}
    flags: dict[str, float] = {}
    for measure in measures:
        beside: list[tuple[Hashable, Hashable]] = []
        above: list[float] = []
        for key, of in measure.rated.items():
            if who not in of:
                continue
            others = [value for name, value in of.items() if name != who]
            if measure.level == "ordinal":
                points = [value for value in others if isinstance(value, int)]
                own_points = of[who]
                if points and isinstance(own_points, int):
                    above.append(own_points - median(points))
                continue
            adjudicated = final.get(key)
            if adjudicated is not None and (measure.name == "verdict" or _asks(rubrics, adjudicated, measure.name)):
                word: Hashable = adjudicated.verdict if measure.name == "verdict" else measure.name in adjudicated.flags
            else:
                word = _most(others)
            if word is not None:
                beside.append((of[who], word))
        if measure.name == "verdict":
            verdicts = beside
        elif measure.level == "ordinal" and above:
            scales[measure.name] = fmean(above)
        elif beside:
            flags[measure.name] = fmean(one == other for one, other in beside)
    return ReviewerAgreement(
        reviewer=who,
        decisions=len(own),
        accepts=fmean(review.verdict == "accept" for review in own),
        compared=len(verdicts),
        verdict=fmean(one == other for one, other in verdicts) if verdicts else None,
        kappa=cohen_kappa(verdicts, VERDICTS, "nominal", resamples=resamples),
        scales=scales,
        flags=flags,
    )


def _most(values: list[Hashable]) -> Hashable | None:
    """What most say; None where as many say something else, or nobody says anything."""
    ranked = sorted(set(values), key=values.count, reverse=True)
    if not ranked or (len(ranked) > 1 and values.count(ranked[0]) == values.count(ranked[1])):
        return None
    return ranked[0]


def _drift(blind: dict[Key, dict[str, Review]], resamples: int) -> list[Window]:
    """Items that several decided on, in the order in which the last of them did, cut into equal parts."""
    several = [of for of in blind.values() if len(of) > 1]
    several.sort(key=lambda of: max(review.decided_at for review in of.values()))
    parts = min(WINDOWS, len(several) // WINDOW)
    if parts < 2:
        return []
    bounds = [len(several) * part // parts for part in range(parts + 1)]
    return [_window(several[start:end], resamples) for start, end in pairwise(bounds)]


def _window(several: list[dict[str, Review]], resamples: int) -> Window:
    times = [max(review.decided_at for review in of.values()) for of in several]
    of_reviewer: dict[str, list[bool]] = defaultdict(list)
    for of in several:
        for who, review in of.items():
            of_reviewer[who].append(review.verdict == "accept")
    counts = counts_of([[review.verdict for review in of.values()] for of in several], VERDICTS)
    return Window(
        start=times[0],
        end=times[-1],
        items=len(several),
        alpha=krippendorff_alpha(counts, "nominal", resamples=resamples),
        accepts={who: fmean(said) for who, said in sorted(of_reviewer.items())},
    )
