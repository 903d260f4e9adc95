"""What the labels of GUM leave open: names that it does not mark, and common nouns that it marks as people.

GUM marks one layer of mentions. Of ``Chicago, Illinois`` it has the state alone, and of a person who is named ten times some
mentions lie inside a longer one and are lost. Learning that these are no names costs a scrubber what it is for. Therefore a
name that a document marks once is marked in all of it, and what may be a name beyond that is not learnt from.
"""

import re
from collections.abc import Sequence

from curation.pii.ner.features import FAMILY, GIVEN, PLACE, words
from curation.pii.words import is_common, is_word
from tools.ner_model.fill import Example

UNSURE = "?"
"""The label of words that nothing is learnt from."""

_LEAST = 4
_BEFORE_PLACE = re.compile(r"(?:[A-Z][\w'’.-]+ ){0,2}[A-Z][\w'’-]+, $")
_OFFICES = frozenset(
    (
        *("president", "senator", "governor", "speaker", "madam", "chief", "justice", "minister", "secretary"),
        *("general", "attorney", "administrator"),
    )
)


def completed(documents: Sequence[Sequence[Example]]) -> list[Example]:
    """The texts of ``documents``, each of which is a sequence of texts, with what their labels leave open filled in."""
    found = []
    for document in documents:
        people, places = _named(document, "PERSON"), _named(document, "LOCATION")
        known = {**dict.fromkeys(people, "PERSON"), **dict.fromkeys(places, "LOCATION")}
        pattern = _any_of(known)
        found += [_completed(example, known, pattern) for example in document]
    return found


def _named(document: Sequence[Example], label: str) -> set[str]:
    """The names that a document marks with ``label``, and the parts of names of people."""
    names = {e.text[start:end] for e in document for start, end, of_span in e.spans if of_span == label}
    names = {name for name in names if name[:1].isupper()}
    if label == "PERSON":
        names |= {part for name in names for part in name.split()}
    return {name for name in names if len(name) >= _LEAST and not _is_noun(name)}


def _any_of(names: dict[str, str]) -> re.Pattern[str] | None:
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b") if ordered else None


def _completed(example: Example, known: dict[str, str], pattern: re.Pattern[str] | None) -> Example:
    text = example.text
    spans = [
        (start, end, UNSURE if label != "ORG" and _is_noun(text[start:end]) else label)
        for start, end, label in example.spans
    ]
    marked = {place for start, end, _ in spans for place in range(start, end)}
    for match in pattern.finditer(text) if pattern else ():
        if marked.isdisjoint(range(*match.span())):
            spans.append((*match.span(), known[match.group()]))
            marked.update(range(*match.span()))
    for start, _, label in list(spans):
        before = _BEFORE_PLACE.search(text, 0, start) if label == "LOCATION" else None
        if before and marked.isdisjoint(range(before.start(), start - 2)):
            spans.append((before.start(), start - 2, UNSURE))
            marked.update(range(before.start(), start))
    for word in words(text):
        value = text[word.start : word.end]
        may_be_one = word.known & (GIVEN | FAMILY | PLACE) and value[0].isupper() and not _is_noun(value)
        if may_be_one and word.start not in marked:
            spans.append((word.start, word.end, UNSURE))
    return example._replace(spans=sorted(spans))


def _is_noun(name: str) -> bool:
    """Whether ``name`` is an everyday word or an office, and no name: ``Chief Justice``, ``Individual``."""
    return all(
        word in _OFFICES or is_word(word) or is_common(word) or is_common(word.removesuffix("s"))
        for word in re.findall(r"[a-z]+", name.casefold())
    )
