"""Words of answers and passages as far as grounding compares them: stems, numbers, negations, terms."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from curation.dedup.terms import terms_of
from schemas.config import DedupConfig

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)?")
_TO_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {word: str(value) for value, word in enumerate(_TO_TWENTY)}
_NUMBERS |= {word: str(30 + 10 * place) for place, word in enumerate(_TENS)}
_NUMBERS |= {"hundred": "100", "thousand": "1000", "million": "1000000", "twice": "2", "once": "1", "double": "2"}
_SUFFIXES: tuple[str, ...] = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ingly",
    "edly",
    "ings",
    "ness",
    "ions",
    "ing",
    "ion",
    "ies",
    "ied",
    "ers",
)
_SUFFIXES += ("ive", "ity", "ous", "al", "ly", "ed", "es", "er", "or", "s", "e", "y")
_CLAUSE_MARK = re.compile(r"[,;:.!?()—]| – ")
_CLAUSE_WORDS = frozenset(
    (
        "but",
        "although",
        "though",
        "because",
        "since",
        "than",
        "that",
        "which",
        "who",
        "what",
        "whether",
        "should",
        "must",
        "can",
    )
)
_ORDINALS = {
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "thirds": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
}
UNITS = (
    frozenset(("second", "minute", "hour", "day", "week", "month", "year", "decade")),
    frozenset(("mg", "milligram", "mcg", "microgram", "g", "gram", "ml", "milliliter", "unit", "tablet")),
)
"""Units of time and of doses: within each, one never stands for another."""
_PARTS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}
_FRACTION = re.compile(
    r"\b(a|one|two|three|four|nine)[ -](thirds?|quarters?|fourths?|fifths?|tenths?)\b", re.IGNORECASE
)
_INSTEAD = re.compile(r"\b(?:rather than|instead of|unlike)$", re.IGNORECASE)
_ELLIPSIS = re.compile(r"\b(?:do|does|did)\s*$", re.IGNORECASE)
_FEW, _COUNTED = ("two", "three", "four"), re.compile(r"\b(the|these|those|all|both)\s$", re.IGNORECASE)
_NEGATIVE_PREFIXES = ("un", "in", "im", "non", "dis")


class Lexicon(NamedTuple):
    """The lists of :mod:`curation.generate` (``words.yaml``) with the terms of :mod:`curation.dedup`."""

    weak: frozenset[str]
    """Words that say nothing by themselves."""
    negations: frozenset[str]
    synonyms: dict[str, str]
    """A word by the word that stands for all that mean the same."""
    terms: frozenset[str]
    """Disorders and drugs, of which one never stands for another."""
    abbreviations: dict[str, tuple[str, ...]]
    opposites: dict[str, frozenset[str]]
    plain: frozenset[str]
    """Words before the name of a disorder that are no part of it."""


class Word(NamedTuple):
    """A word of a text: as it is written, its stem, where it stands, and whether it is negated."""

    text: str
    stem: str
    start: int
    end: int
    is_number: bool
    """Whether it is a number; the stem of an ordinal ends in letters."""
    negated: bool = False


@cache
def lexicon() -> Lexicon:
    """The word lists."""
    lists = yaml.safe_load(files("curation.generate").joinpath("words.yaml").read_text(encoding="utf-8"))
    terms = terms_of(DedupConfig())
    synonyms = {word: group.split()[0] for group in lists["synonyms"] for word in group.split()}
    opposites: dict[str, set[str]] = {}
    pairs = [pair.split("/") for pair in lists["opposites"].split()]
    for one, other in pairs:
        one, other = stem(synonyms.get(one, one)), stem(synonyms.get(other, other))
        opposites.setdefault(one, set()).add(other)
        opposites.setdefault(other, set()).add(one)
    not_terms = frozenset(lists["no_terms"].split())
    return Lexicon(
        weak=frozenset(lists["weak"].split()),
        negations=frozenset(lists["negations"].split()),
        synonyms=synonyms,
        terms=frozenset((terms.words | frozenset(lists["terms"].split())) - not_terms),
        abbreviations={short: tuple(words.split()) for short, words in lists["abbreviations"].items()},
        plain=frozenset(lists["plain"].split()),
        opposites={word: frozenset(others) for word, others in opposites.items()},
    )


@lru_cache(1 << 14)
def stem(word: str) -> str:
    """What a word shares with its inflections and its near relatives, roughly."""
    word = word.lower()
    if len(word) <= 3:
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word.rstrip("i") if len(word) > 4 else word


def words_of(text: str) -> list[Word]:
    """All words of a text but those that say nothing, each with whether a negation reaches it.

    A negation reaches the six words after it, up to the end of its clause; at the end of a clause, all of it.
    """
    lists = lexicon()
    found: list[Word] = []
    reach, last, clause = 0, 0, 0
    skipped = 0
    for match in _TOKEN.finditer(text):
        if match.start() < skipped:
            continue
        written = match[0].lower().replace("’", "'")
        between = text[last : match.start()]
        last = match.end()
        if _CLAUSE_MARK.search(between):
            reach, clause = 0, len(found)
        elif written in _CLAUSE_WORDS:
            reach = 0
        if _INSTEAD.search(text[: match.end()]):
            reach = 4
            continue
        if written in lists.negations or written.endswith("n't"):
            if _CLAUSE_MARK.match(text[match.end() :].lstrip()):
                if _ELLIPSIS.search(text[: match.start()]):
                    continue  # "many do not" negates what was said before of others
                found[clause:] = [word._replace(negated=True) for word in found[clause:]]
            else:
                reach = 7
            continue
        reach -= 1
        if written in lists.weak:
            continue
        if written in _FEW and _COUNTED.search(text[: match.start()]):
            continue  # "the two" counts what was named before
        if fraction := _FRACTION.match(text, match.start()):
            found.append(Word(fraction[0].lower(), _share(fraction), match.start(), fraction.end(), True))
            last = skipped = fraction.end()
            continue
        number = _NUMBERS.get(written, written.replace(",", "") if written[0].isdigit() else None)
        number = _ORDINALS.get(written, number)
        if number is not None:
            found.append(Word(written, number, match.start(), match.end(), True))
            continue
        whole = lists.synonyms.get(written, written)
        whole = lists.synonyms.get(stem(whole), whole)
        found.append(Word(written, stem(whole), match.start(), match.end(), False, reach > 0))
    return found


def _share(fraction: re.Match[str]) -> str:
    """A fraction as a per cent where it is a whole one: ``three quarters`` is 75."""
    count = {"a": "1", "one": "1"}.get(fraction[1].lower(), _NUMBERS.get(fraction[1].lower(), "1"))
    parts = _PARTS[fraction[2].lower().rstrip("s")]
    return str(int(count) * 100 // parts) if 100 % parts == 0 else f"{count}/{parts}"


def bare(word_stem: str) -> str | None:
    """A stem without a prefix that negates it (``unable`` -> ``able``), or None where it has none."""
    for prefix in _NEGATIVE_PREFIXES:
        if word_stem.startswith(prefix) and len(word_stem) - len(prefix) >= 4:
            return word_stem[len(prefix) :]
    return None
