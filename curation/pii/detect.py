"""All detectors on a batch of texts: Presidio's patterns, our rules, cues, and the name model."""

from collections.abc import Sequence

from curation.pii import cues, dates, engine, forms, identifiers
from curation.pii import places as place_rules
from curation.pii.completed import completed
from curation.pii.ner import NameFinder
from curation.pii.ner.features import PLACE, lookup, plain
from curation.pii.spans import Span
from curation.pii.words import announces, is_common, is_of_danger, is_slip, is_word

SURE = 0.97
"""A name model's probability at which it is believed that an everyday word in lower case is a name."""

UNKNOWN = 0.75
"""The same for a word in lower case that no list of names knows."""

SLIP = 0.9
"""The same for a place or an organisation that is spelled nearly like an everyday word: a slip of the pen may be one.
A person so spelled is believed only where a cue announces one: the model is sure of ``is anone there`` as well."""

_RULES = (cues.find, dates.find, identifiers.find, place_rules.find)
_RULES_OF_FORM = (dates.find_in_figures, identifiers.find_by_form)
"""Those of them that need no English word."""


def find(
    texts: Sequence[str], english: Sequence[bool], regions: tuple[str, ...], names: NameFinder | None
) -> list[list[Span]]:
    """What the detectors find in each of ``texts``; spans may overlap.

    A text that comes more than once, as a question with many answers does, is looked at once.

    Args:
        texts: The texts.
        english: For each, whether the English rules and the name model may look at it; forms hold in any language.
        regions: Regions (ISO 3166 codes) whose telephone numbers are known.
        names: The name model, if one is used.
    """
    places = {pair: place for place, pair in enumerate(dict.fromkeys(zip(texts, english, strict=True)))}
    once = _find([text for text, _ in places], [is_english for _, is_english in places], regions, names)
    return [once[places[pair]] for pair in zip(texts, english, strict=True)]


def _find(
    texts: Sequence[str], english: Sequence[bool], regions: tuple[str, ...], names: NameFinder | None
) -> list[list[Span]]:
    """The same for texts of which no two are alike."""
    found = [of_text + forms.find(text) for text, of_text in zip(texts, engine.find(texts, regions), strict=True)]
    for of_text, text, is_english in zip(found, texts, english, strict=True):
        for rule in _RULES if is_english else _RULES_OF_FORM:
            of_text += rule(text)
    places_of_english = [place for place, is_english in enumerate(english) if is_english]
    if names is not None and places_of_english:
        of_model = names.find([texts[place] for place in places_of_english])
        for place, spans in zip(places_of_english, of_model, strict=True):
            believed = [span for span in spans if _is_believed(texts[place], span)]
            found[place] += completed(texts[place], believed)
    return found


def _is_believed(text: str, span: Span) -> bool:
    """Whether a span of the model can be what it says: not a single letter, a number, or an everyday word alone."""
    value = text[span.start : span.end]
    if len(value) < 2 or not any(map(str.isalpha, value)):
        return False
    if is_of_danger(value) or all(announces(word) for word in value.split()):
        return False
    forms = value.split()
    is_known = not value.islower() or any(lookup([plain(form) for form in forms]))
    if not is_known and (span.score < UNKNOWN or _may_be_slip(span, forms)):
        return False
    everyday = value.islower() and all(is_word(form) or is_common(form) for form in forms)
    is_phrase = everyday or (value.islower() and is_word(forms[0]))
    if span.label == "LOCATION" and is_phrase and not any(bits & PLACE for bits in lookup([*map(plain, forms)])):
        return False
    if " " in value:
        return not everyday or span.score >= SURE
    if is_word(value):
        return value == "US" and span.label == "LOCATION" and not text.isupper()
    return not (value.islower() and is_common(value) and span.score < SURE)


def _may_be_slip(span: Span, forms: list[str]) -> bool:
    """Whether a span of words in lower case is more likely misspelled than a name."""
    return (span.label == "PERSON" or span.score < SLIP) and all(map(is_slip, forms))
