"""Personal data that a cue in the text announces: ``my name is sarah``, ``Dr. Hill, my GP``, ``john at mail dot com``.

These rules are few and meant to be right when they speak. They do not find names in general: a name that nothing
announces is not found at all (see ``curation.pii.limits``).
"""

import re
from collections.abc import Iterator

from curation.pii.public_names import is_public_figure, is_word, is_word_and_name
from curation.pii.spans import Span

_CAPITALISED = r"[A-Z][a-zà-öø-ÿ]+(?:['’-][A-Z]?[a-zà-öø-ÿ]+)?"
_NAMES = rf"{_CAPITALISED}(?: (?:[A-Z]\. )?{_CAPITALISED}){{0,2}}"
_RELATIONS = (
    "husband|wife|partner|boyfriend|girlfriend|fiance|fiancé|fiancee|fiancée|ex|mother|mom|mum|father|dad|brother|sister|"
    "son|daughter|stepson|stepdaughter|stepmother|stepfather|stepmom|stepdad|uncle|aunt|cousin|nephew|niece|grandmother|"
    "grandma|grandfather|grandpa|friend|best friend|roommate|flatmate|boss|coworker|co-worker|colleague|teacher|"
    "therapist|counselor|counsellor|psychiatrist|psychologist|doctor|gp|nurse|neighbor|neighbour"
)
_CARERS = "therapist|counselor|counsellor|psychiatrist|psychologist|doctor|gp|physician|nurse|midwife|dentist"
_CREDENTIALS = (
    r"(?:LCSW|LICSW|LMSW|LISW|LCPC|LPCC?|LMFT|MFT|LMHC|LCMHC|LPC-S|NCC|PsyD|Psy\.D\.|PhD|Ph\.D\.|MSW|RN|MD|M\.D\.)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"

_OWN_NAME = re.compile(rf"\b(?i:my (?:first |full |real )?name(?:['’]s| is)|(?:they|people) call me) ({_NAMES})")
_OWN_NAME_LOWER = re.compile(
    r"\b(?i:my name(?:['’]s| is)) ([a-z]{3,15}(?: [a-z]{3,15})?)(?=\s*(?:[.,;!?\n]|$| and i\b| i['’]?m\b))"
)
_RELATED = re.compile(
    rf"\b(?i:(?:my|our) (?:{_RELATIONS})(?:['’]s name is| is (?:called|named)| named| called|,)?) ({_NAMES})"
)
_TITLED = re.compile(rf"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.? ?({_NAMES})")
_TITLED_CARER = re.compile(
    rf"\b(?i:my|our) (?i:{_CARERS}),? (?:is )?(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.? ?({_NAMES})"
    rf"|\b(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.? ?({_NAMES}),? (?:who is |is )?(?i:my|our) (?i:{_CARERS})\b"
)
_SIGNED = re.compile(rf"\b({_CAPITALISED}(?: [A-Z]\.)? {_CAPITALISED}(?: {_CAPITALISED})?),? ?{_CREDENTIALS}\b")
_GREETED = re.compile(rf"(?:^|\n)(?:Hi|Hello|Hey|Dear) ({_CAPITALISED})(?=[,!.\n])")

_SPELLED_EMAIL = re.compile(
    r"\b([\w.+-]+ ?(?:\(at\)|\[at\]| at |@) ?[\w-]+(?: ?(?:\(dot\)|\[dot\]| dot ) ?[\w-]+){0,2}"
    r" ?(?:\(dot\)|\[dot\]| dot ) ?(?:com|org|net|edu|co|uk|au|ca|in))\b",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@.+/-])(@[A-Za-z_](?:\w|\.(?=\w)){2,29})\b(?![@])|(?<![\w/])(/?u/[\w-]{3,20})\b")
_HANDLE_CUE = re.compile(
    r"\bmy (?:instagram|insta|ig|snapchat|snap|twitter|discord|telegram|tiktok|skype|kik|reddit|user ?name|handle)"
    r"(?: (?:handle|name|id|account|username))?(?: is|:)\s+([\w.#-]*[\d_.#][\w.#-]*\w)",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"\b(?:mrn|(?:medical )?record|patient|case|claim|policy|member|insurance|chart|file|badge|student|employee)"
    r" ?(?:number|no\.?|id|#)?(?: is|:|#)?\s{0,2}#?((?=[\w-]*\d{3})[A-Z0-9][A-Z0-9-]{4,19})\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\b(?:date of birth|dob|d\.o\.b\.?|born on|birth ?date|my birthday)(?: is| was|:)?,?\s{0,2}"
    rf"(\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\.?,?(?: \d{{4}})?"
    rf"|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)",
    re.IGNORECASE,
)

_CUES = (
    ("own-name", "PERSON", _OWN_NAME, 0.95),
    ("own-name-lower-case", "PERSON", _OWN_NAME_LOWER, 0.8),
    ("relation", "PERSON", _RELATED, 0.85),
    ("carer", "PERSON", _TITLED_CARER, 0.95),
    ("title", "PERSON", _TITLED, 0.8),
    ("credentials", "PERSON", _SIGNED, 0.9),
    ("greeting", "PERSON", _GREETED, 0.75),
    ("spelled-email", "EMAIL", _SPELLED_EMAIL, 0.85),
    ("handle", "USERNAME", _HANDLE, 0.7),
    ("handle-cue", "USERNAME", _HANDLE_CUE, 0.85),
    ("record-number", "ID", _RECORD, 0.7),
    ("birth-date", "DATE", _BIRTH, 0.9),
)
_PUBLIC_ALLOWED = {"title", "credentials"}
"""Cues under which a public figure stays: ``Dr. Gottman's book``, but not ``Dr. Gottman, my GP``."""


def find(text: str) -> list[Span]:
    """What the cues of ``text`` announce; spans may overlap."""
    return [span for name, label, pattern, score in _CUES for span in _of_cue(text, name, label, pattern, score)]


def find_again(text: str, names: frozenset[str]) -> list[Span]:
    """Further places of names that were announced elsewhere in the item, written alike."""
    if not names:
        return []
    pattern = re.compile(
        r"(?<![\w-])(?:" + "|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n)))) + r")(?!\w)"
    )
    return [Span(match.start(), match.end(), "PERSON", "cue:named-before", 0.7) for match in pattern.finditer(text)]


def parts(name: str) -> set[str]:
    """The forms in which a person once named may be named again: the whole, and each part that is no common word."""
    single = {part for part in re.split(r"[ .]+", name) if len(part) >= 3 and part[0].isupper()}
    single = {part for part in single if not is_word(part) and not is_word_and_name(part)}
    return single | ({name} if name[:1].isupper() and " " in name else set())


def _of_cue(text: str, name: str, label: str, pattern: re.Pattern[str], score: float) -> Iterator[Span]:
    for match in pattern.finditer(text):
        group = next(number for number in range(1, pattern.groups + 1) if match.group(number) is not None)
        start, end = match.span(group)
        if label == "PERSON":
            end = _end_of_name(text, start, end)
            if end == start or (name in _PUBLIC_ALLOWED and is_public_figure(text[start:end])):
                continue
        if name == "handle" and is_word(text[start + 1 : end]):
            continue
        yield Span(start, end, label, f"cue:{name}", score)


def _end_of_name(text: str, start: int, end: int) -> int:
    """Where the name ends: before the first of its words that is none. ``start`` if there is no name."""
    last = start
    for word in re.finditer(r"\S+", text[start:end]):
        if is_word(word.group().strip(".")):
            break
        last = start + word.end()
    return last
