"""What may be left after scrubbing: spans to doubt, and what identifies by coming together.

Sweeney showed that three facts which nobody would call a name (post code, birth date, sex) single out most people
(L. Sweeney, Simple Demographics Often Identify People Uniquely, 2000). A dialogue that gives an age, a job and a town
is such a case however well its names are masked, so a person looks at it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from curation.languages import NOT_COVERED
from curation.pii.glance import Glance, asked, glance
from curation.pii.spans import Span
from curation.pii.words import is_common, is_word_and_name

SURE = 0.75
"""A name that one detector alone found with a lower score is doubted."""

MANY = 3
"""So many kinds of facts about a person single it out."""

_JOBS = (
    r"nurse|teacher|doctor|lawyer|engineer|police officer|officer|firefighter|paramedic|pilot|soldier|veteran|marine|pastor|priest|imam|"
    r"rabbi|professor|programmer|developer|accountant|chef|waitress|waiter|barista|cashier|plumber|electrician|mechanic|farmer|driver|"
    r"truck driver|social worker|midwife|dentist|vet|surgeon|therapist|journalist|musician|actor|actress|model|athlete|dancer|realtor|"
    r"hairdresser|pharmacist|scientist|architect|translator|librarian|principal|judge|sailor|fisherman|carpenter|stripper|dj"
)
_FACTS = {
    "age": re.compile(
        r"\b(?:i['’]?m|i am|he['’]?s|she['’]?s|(?:he|she) is|aged?|turned) (?:a |an )?\d{1,2}\b(?! ?(?:%|weeks|months|days|kg|lbs|pounds|minutes|hours|points))"
        r"|\b\d{1,2}[ -]?(?:years?[ -]old|y/?o\b|yrs? old)|\b\d\d ?[mf]\b|\b[mf] ?\d\d\b",
        re.IGNORECASE,
    ),
    "job": re.compile(
        rf"\b(?:i['’]?m|i am|as|work(?:ed|s|ing)? as|he['’]?s|she['’]?s|is|became|being) an? (?:\w+ ){{0,2}}(?:{_JOBS})\b",
        re.IGNORECASE,
    ),
    "origin or faith": re.compile(
        r"\b(?:i['’]?m|i am|we are|(?:he|she)['’]?s|(?:my|our) family is|being) (?:an? )?(?:\w+ ){0,2}(?:muslim|jewish|hindu|sikh|mormon|catholic|amish|"
        r"indian|nigerian|chinese|korean|japanese|mexican|pakistani|iranian|turkish|polish|russian|ukrainian|somali|vietnamese|filipin[oa]|"
        r"native american|asian|black|hispanic|latin[oa]|arab|african)\b",
        re.IGNORECASE,
    ),
    "family": re.compile(
        r"\b(?:mother|father|mom|mum|dad|parent) of (?:\w+ )?(?:\d|two|three|four|five|six|twins|triplets)\b|\bmy (?:triplets|twins)\b|\b(?:two|three|four|five|six|seven) (?:kids|children|daughters|sons)\b",
        re.IGNORECASE,
    ),
    "rare event": re.compile(
        r"\b(?:was|were) (?:in|on) the (?:news|paper|papers|tv)\b|\bmade the news\b|\bplane crash|\bshooting\b|\blawsuit\b|\bthe only \w+ (?:in|at) (?:my|our|the)\b",
        re.IGNORECASE,
    ),
}
_LAST_WORDS_OF_JOBS = asked(job.split()[-1] for job in _JOBS.split("|"))
_ORIGINS = asked(
    [
        "muslim",
        "jewish",
        "hindu",
        "sikh",
        "mormon",
        "catholic",
        "amish",
        "indian",
        "nigerian",
        "chinese",
        "korean",
        "japanese",
        "mexican",
        "pakistani",
        "iranian",
        "turkish",
        "polish",
        "russian",
        "ukrainian",
        "somali",
        "vietnamese",
        "filipino",
        "filipina",
        "american",
        "asian",
        "black",
        "hispanic",
        "latino",
        "latina",
        "arab",
        "african",
    ]
)
_OF_FAMILIES = asked(
    ["kids", "children", "daughters", "sons", "triplets", "twins", "two", "three", "four", "five", "six"]
)
_OF_RARE_EVENTS = asked(["news", "paper", "papers", "tv", "plane", "shooting", "lawsuit", "only"])
_CAN_HOLD: dict[str, Callable[[Glance], bool]] = {
    "age": lambda look: look.digit,
    "job": lambda look: look.has_word(_LAST_WORDS_OF_JOBS),
    "origin or faith": lambda look: look.has_word(_ORIGINS),
    "family": lambda look: look.digit or look.has_word(_OF_FAMILIES),
    "rare event": lambda look: look.has_word(_OF_RARE_EVENTS),
}
"""What a text must have for the pattern of a fact to be worth trying."""
_FACT_OF_LABEL = {"LOCATION": "place", "ORG": "school or employer", "DATE": "date"}


class Residual(NamedTuple):
    """How much an item may still say of a person: ``low``, ``medium`` or ``high``, and why."""

    level: str
    reasons: list[str]


def residual_risk(
    texts: Iterable[str],
    masked: Mapping[str, list[Span]],
    doubted: Mapping[str, list[Span]],
    originals: Mapping[str, str],
    *,
    covered: bool = True,
) -> Residual:
    """Judges an item.

    Args:
        texts: Its texts after scrubbing.
        masked: Of each field, what was masked.
        doubted: Of each field, what looked like a name and was left.
        originals: Its texts before scrubbing.
        covered: Whether names were looked for in its language. Where they were not, nobody knows what is left.
    """
    reasons: list[str] = [] if covered else [NOT_COVERED]
    spans = [(field, span) for field, of_field in masked.items() for span in of_field]
    if any(span.score < SURE and span.source.startswith(("ner:", "cue:")) for _, span in spans):
        reasons.append("weak span")
    if any(doubted.values()):
        reasons.append("name left in doubt")
    if any(span.label == "PERSON" and _is_ambiguous(originals[field][span.start : span.end]) for field, span in spans):
        reasons.append("ambiguous name")
    facts = {name for text in texts for name in _facts(text)}
    facts |= {_FACT_OF_LABEL[span.label] for _, span in spans if span.label in _FACT_OF_LABEL}
    if len(facts) >= MANY:
        reasons.append("quasi-identifiers: " + ", ".join(sorted(facts)))
    is_high = not covered or len(facts) >= MANY or "name left in doubt" in reasons
    level = "high" if is_high else "medium" if reasons else "low"
    return Residual(level, reasons)


def _facts(text: str) -> list[str]:
    """What ``text`` says of a person that is not personal data by itself."""
    look = glance(text)
    return [name for name, pattern in _FACTS.items() if _CAN_HOLD[name](look) and pattern.search(text)]


def _is_ambiguous(name: str) -> bool:
    return " " not in name and (is_common(name) or is_word_and_name(name))
