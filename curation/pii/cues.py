"""People whom a cue in the text announces: ``my name is sarah``, ``Dr. Hill, my GP``, ``Thanks Deb``, ``- Trevor``.

These rules are few and meant to be right when they speak, also where nobody wrote a capital; the name model finds the
names that nothing announces.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from curation.pii.glance import Glance, asked, glance
from curation.pii.ner.features import FAMILY, GIVEN, gazetteer, plain
from curation.pii.spans import Span, matched
from curation.pii.words import is_common, is_word, is_word_and_name

_CAPITALISED = r"[A-ZÀ-Þ][a-zà-öø-ÿ]+(?:['’-][A-Z]?[a-zà-öø-ÿ]+)?"
_NAMES = rf"{_CAPITALISED}(?: (?:[A-Z]\. )?{_CAPITALISED}){{0,2}}"
_LOWER = r"[a-zà-öø-ÿ]{2,15}"
_RELATIONS = (
    "husband|wife|partner|boyfriend|girlfriend|fiance|fiancé|fiancee|fiancée|ex|ex-husband|ex-wife|mother|mom|mum|father|dad|"
    "brother|sister|twin|son|daughter|stepson|stepdaughter|stepmother|stepfather|stepmom|stepdad|uncle|aunt|auntie|cousin|nephew|"
    "niece|grandmother|grandma|grandfather|grandpa|friend|best friend|bestie|roommate|roomate|flatmate|housemate|boss|coworker|"
    "co-worker|colleague|teacher|therapist|counselor|counsellor|psychiatrist|psychologist|doctor|gp|nurse|neighbor|neighbour|"
    "mother[- ]in[- ]law|father[- ]in[- ]law|sister[- ]in[- ]law|brother[- ]in[- ]law|bf|gf|girl|baby|kid|sponsor|coach|landlord"
)
_CARERS = "therapist|counselor|counsellor|psychiatrist|psychologist|doctor|gp|physician|nurse|midwife|dentist|surgeon"
_TITLES = r"(?:Dr|Mr|Mrs|Ms|Miss|Mx|Prof)\b\.?|Doctor|Professor"
_OFFICES = (
    "nurse|officer|coach|pastor|father|sister|brother|reverend|rev\\.?|rabbi|imam|sergeant|sgt\\.?|captain|judge|principal|detective|"
    "uncle|aunt|auntie|aunty|tante|grandma|grandpa|granny|nana|babcia|abuela|counselor|counsellor|professor|teacher|sir|madam"
)
_CREDENTIALS = (
    r"(?:LCSW|LICSW|LMSW|LISW|LCPC|LPCC?|LMFT|MFT|LMHC|LCMHC|LPC-S|NCC|PsyD|Psy\.D\.|PhD|Ph\.D\.|MSW|RN|MD|M\.D\.|"
    r"Licensed|Registered|Therapist|Psychologist|Counsell?or)"
)

_OWN_NAME = re.compile(
    rf"\b(?i:my (?:first |full |real |last )?name(?:['’]?s| is|:)|the name['’]?s|(?:they|people|you can|everyone|just) calls? me|i go by|i answer to|this is|"
    rf"(?:his|her|their|whose) name(?:['’]?s| is| was)|named (?:him|her|the baby)|call(?:ed|ing)? (?:him|her)|what['’]?s your (?:first |last |full )?name\?) ({_NAMES})"
)
_OWN_INITIALS = re.compile(
    r"\b(?i:my (?:first |full |real |last )?name(?:['’]?s| is|:)|(?:they|people|you can|everyone|just) calls? me|i go by|i answer to) "
    r"([A-Z]\.?[A-Z]\.?)(?!\w)"
)
_OWN_NAME_LOWER = re.compile(
    rf"\b(?i:my (?:real )?name(?:['’]?s| is)|(?:his|her) name(?:['’]?s| is)) ({_LOWER}(?: {_LOWER})?)(?=\s*(?:[.,;!?\n]|$|and\b|but\b|i['’]?m\b))"
)
_IM = rf"(?:i['’]?m|it['’]?s|this is) ({_LOWER})(?=\s*(?:[.,;!?\n]|$|again\b|here\b|btw\b|from\b|and (?:i|im)\b))"
_IM_FIRST = re.compile(_IM, re.IGNORECASE)
_IM_ON_A_LINE = re.compile(rf"\n{_IM}", re.IGNORECASE)
_IM_GREETING = re.compile(rf"\b(?:hi|hello|hey|yo|and|ok)[ ,]+{_IM}", re.IGNORECASE)
_RELATED = re.compile(
    rf"\b(?i:(?:my|our|his|her|their) (?:\w+ )?(?:{_RELATIONS})(?:['’]?s name(?:['’]s| is| was)| is (?:called|named)| named| called|,)?) ({_NAMES})"
)
_RELATED_LOWER = re.compile(
    rf"\b(?i:my|our) (?:\w+ )?(?i:{_RELATIONS})(?:['’]?s name is| named| called|,)? ({_LOWER})(?!\w)"
)
_TITLED = re.compile(rf"\b(?:{_TITLES}) ?({_NAMES})")
_TITLED_LOWER = re.compile(rf"\b(?:dr|mr|mrs|ms|miss)\b\.? ({_LOWER})(?!\w)")
_OFFICE = re.compile(rf"\b(?i:{_OFFICES}) ({_NAMES})")
_OFFICE_LOWER = re.compile(
    rf"\b(?:nurse|officer|coach|pastor|uncle|aunt|auntie|grandma|grandpa) ({_LOWER}(?:-{_LOWER})?)(?!\w)"
)
_TITLED_CARER = re.compile(
    rf"\b(?i:my|our) (?:\w+ )?(?i:{_CARERS}),? (?:is |called |named )?(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.? ?)?({_NAMES})"
    rf"|\b(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.? ?({_NAMES}),? (?:who is |is )?(?i:my|our) (?:\w+ )?(?i:{_CARERS})\b"
    rf"|\b(?i:my|our) (?:\w+ )?(?i:{_CARERS}) is (?:called|named) ({_NAMES})"
)
_SIGNED = re.compile(rf"\b({_CAPITALISED}(?: [A-Z]\.)? {_CAPITALISED}(?: {_CAPITALISED})?)(?:,| -)? ?{_CREDENTIALS}\b")
_GREETED = re.compile(
    rf"(?:^|\n|[.!?:] )(?i:Hi|Hello|Hey|Dear|Welcome back|Welcome|Good (?:morning|evening|afternoon)|Thanks|Thank you(?: so much)?|Cheers|Bye),? ({_CAPITALISED})(?=[,!.?\n]|$)"
)
_GREETED_LOWER = re.compile(
    rf"(?:^|\n|[.!?] )(?i:hi|hello|hey|dear|thanks|thank (?:you|u)|thx|ty|cheers|bye|ok|sorry|love) ({_LOWER})(?=\s*[,!.?\n]|$|\s+(?:im|i|that|this|my)\b)"
)
_SIGNATURE = re.compile(
    rf"(?i:(?:warmly|sincerely|regards|wishes|take care|love|best|yours|cheers|respectfully|blessings|xx+|xoxo|signed|hugs),?)[ \n]+({_NAMES}|{_LOWER})\s*$"
    rf"|(?:^|\n|[.!?] )[-–—~] ?({_NAMES}|{_LOWER})\s*$|(?:^|\n)x+o*x* ({_NAMES})\s*$"
)
_SPEAKER = re.compile(rf"(?:^|\n)(?:\(?\d{{1,2}}:\d\d\)? )?({_NAMES}): (?=\S)")

_SIGNATURE_REACH = 100


def _words(*alternatives: str) -> frozenset[str]:
    """The last words of ``alternatives`` in lower case, with and without the ``s`` of ``my husbands name``."""
    last = {re.split(r"[ -]", alternative.strip("\\.?"))[-1].lower() for alternative in alternatives}
    return frozenset(last | {word + "s" for word in last})


_NAMING = asked(["name", "names", "named", "call", "calls", "called", "calling", "go", "answer", "this"])
_ANNOUNCED = (
    "name",
    "calls me",
    "call me",
    "i go by",
    "i answer to",
    "this is",
    "call him",
    "call her",
    "called him",
    "called her",
    "calling him",
    "calling her",
)
_NAMED = asked(["name", "names"])
_RELATED_TO = asked(_words(*_RELATIONS.replace("[- ]", " ").split("|")))
_TITLE_WORDS = asked(["dr", "mr", "mrs", "ms", "miss", "mx", "prof", "doctor", "professor"])
_GLUED_TITLES = re.compile(r"Doctor\w|Professor\w")
_OFFICE_WORDS = asked(_words(*_OFFICES.split("|")))
_CARER_WORDS = asked(_CARERS.split("|"))
_CREDENTIAL_PARTS = re.compile(r"SW|MFT|MHC|PC|NCC|Psy|Ph|RN|MD|M\.D|Licensed|Registered|Therapist|Counse")
_GREETINGS = asked(["hi", "hello", "hey", "dear", "welcome", "good", "thanks", "thank", "cheers", "bye"])
_GREETINGS_LOWER = asked(
    ["hi", "hello", "hey", "dear", "thanks", "thank", "thx", "ty", "cheers", "bye", "ok", "sorry", "love"]
)
_HELLOS = asked(["hi", "hello", "hey", "yo", "ok"])
_FIRST_OF_IM = ("i", "I", "ı", "İ", "t", "T")
_AND_IM = re.compile(r"and[ ,]+i(?:['’]?m|t['’]?s) |and[ ,]+this is ")


def _is_announced(look: Glance) -> bool:
    return look.has(*_ANNOUNCED)


def _introduces(look: Glance) -> bool:
    return look.has_word(_HELLOS) or _AND_IM.search(look.folded) is not None


def _is_titled(look: Glance) -> bool:
    return look.has_word(_TITLE_WORDS) or _GLUED_TITLES.search(look.text) is not None


def _is_signed(look: Glance) -> bool:
    return look.text.rstrip()[-1:].isalpha()


_Further = Callable[[Glance], bool]
_CUES: tuple[tuple[str, re.Pattern[str], float, frozenset[str] | None, _Further | None], ...] = (
    ("own-name", _OWN_NAME, 0.95, _NAMING, _is_announced),
    ("own-initials", _OWN_INITIALS, 0.9, _NAMING, _is_announced),
    ("own-name-lower-case", _OWN_NAME_LOWER, 0.8, _NAMED, None),
    ("introduction", _IM_FIRST, 0.6, None, lambda look: look.text[:1] in _FIRST_OF_IM),
    ("introduction", _IM_ON_A_LINE, 0.6, None, lambda look: "\n" in look.text),
    ("introduction", _IM_GREETING, 0.6, None, _introduces),
    ("relation", _RELATED, 0.85, _RELATED_TO, None),
    ("relation-lower-case", _RELATED_LOWER, 0.6, _RELATED_TO, None),
    ("carer", _TITLED_CARER, 0.95, _CARER_WORDS, None),
    ("title", _TITLED, 0.8, None, _is_titled),
    ("title-lower-case", _TITLED_LOWER, 0.75, _TITLE_WORDS, None),
    ("office", _OFFICE, 0.75, _OFFICE_WORDS, None),
    ("office-lower-case", _OFFICE_LOWER, 0.6, _OFFICE_WORDS, None),
    ("credentials", _SIGNED, 0.9, None, lambda look: _CREDENTIAL_PARTS.search(look.text) is not None),
    ("greeting", _GREETED, 0.75, _GREETINGS, None),
    ("greeting-lower-case", _GREETED_LOWER, 0.6, _GREETINGS_LOWER, None),
    ("signature", _SIGNATURE, 0.75, None, _is_signed),
    ("speaker", _SPEAKER, 0.7, None, lambda look: ": " in look.text),
)
"""Name, pattern, score, and of every text that has the cue: the words of which it holds one, and what else is so."""

PUBLIC_ALLOWED = frozenset({"cue:title", "cue:credentials", "cue:title-lower-case"})
"""Cues under which the allow-list speaks: ``Dr. Gottman's book`` stays, but not ``Dr. Gottman, my GP``."""

_ROLES = frozenset(
    [
        "therapist",
        "client",
        "counselor",
        "counsellor",
        "patient",
        "doctor",
        "nurse",
        "seeker",
        "supporter",
        "user",
        "assistant",
        "helper",
        "caller",
        "listener",
        "note",
        "notes",
        "step",
        "tip",
        "question",
        "answer",
        "example",
        "update",
        "edit",
        "background",
        "summary",
        "goal",
        "goals",
        "plan",
        "week",
        "day",
        "name",
        "age",
        "city",
        "bot",
        "system",
        "agent",
        "coach",
        "me",
        "you",
        "him",
        "her",
        "email",
        "phone",
        "office",
        "fax",
        "mobile",
        "website",
        "address",
        "subject",
        "re",
        "date",
        "time",
        "reason",
        "topic",
        "mood",
        "sleep",
        "diagnosis",
        "history",
        "employer",
        "school",
        "warning",
    ]
)


def find(text: str) -> list[Span]:
    """The people that the cues of ``text`` announce; spans may overlap."""
    look = glance(text)
    found: list[Span] = []
    for name, pattern, score, words, further in _CUES:
        if (words is None or look.has_word(words)) and (further is None or further(look)):
            found += _of_cue(text, name, pattern, score)
    return found


def find_again(text: str, names: frozenset[str]) -> list[Span]:
    """Further places of names that stand elsewhere in the item, in any case; those that are words only with a capital."""
    if not names:
        return []
    ordered = sorted(names, key=lambda name: (-len(name), name))
    free = [re.escape(name) for name in ordered if not _is_everyday(name)]
    strict = [re.escape(form) for name in ordered if _is_everyday(name) for form in {name, name.upper()}]
    found: list[Span] = []
    if free:
        pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(free)})(?:s(?!\w)|(?!\w))", re.IGNORECASE)
        found += matched(pattern, text, "PERSON", "cue:named-before", 0.7)
    if strict:
        pattern = re.compile(
            rf"(?<![\w-])(?:{'|'.join(strict)})(?!\w)(?! (?:i|it|you|we|they|he|she|so|to|that|this|is|for|your|my|the)\b)"
        )
        found += matched(pattern, text, "PERSON", "cue:named-before", 0.6)
    return found


def parts(name: str) -> set[str]:
    """The forms in which a person once named may be named again: the whole, and each part that is no function word."""
    single = {
        part
        for part in re.split(r"[ .,\n]+", name)
        if len(part) >= 3 or (len(part) == 2 and part.isalpha() and part[0].isupper())
    }
    single = {part for part in single if not is_word(part) and not part.isdigit()}
    single = {part for part in single if not (part.islower() and is_common(part))}
    return single | ({name} if " " in name and single else set())


def _is_everyday(name: str) -> bool:
    return " " not in name and (is_common(name) or is_word_and_name(name) or len(name) <= 3)


def _matches(text: str, pattern: re.Pattern[str]) -> Iterable[re.Match[str]]:
    """The matches of a cue: a first word stands at the start, a signature at the end; looking everywhere is dear."""
    if pattern is _IM_FIRST:
        first = pattern.match(text)
        return [first] if first else []
    return pattern.finditer(text, max(0, len(text) - _SIGNATURE_REACH) if pattern is _SIGNATURE else 0)


def _of_cue(text: str, name: str, pattern: re.Pattern[str], score: float) -> Iterator[Span]:
    for match in _matches(text, pattern):
        group = next((number for number in range(1, pattern.groups + 1) if match.group(number) is not None), 0)
        start, end = match.span(group)
        end = _end_of_name(text, start, end)
        if end == start:
            continue
        value = text[start:end]
        if value.islower() and not _may_be_lower(name, value):
            continue
        first = plain(value.split()[0])
        if name in ("speaker", "greeting", "signature") and first in _ROLES:
            continue
        if name == "speaker" and not gazetteer()[0].get(first, 0) & (GIVEN | FAMILY):
            continue
        yield Span(start, end, "PERSON", f"cue:{name}", score)


def _may_be_lower(cue: str, value: str) -> bool:
    """Whether a word in lower case after ``cue`` is a name: one that is known, or no everyday word."""
    first = value.split()[0]
    if is_word(first) or is_common(first):
        return False
    known = gazetteer()[0].get(plain(first), 0) & GIVEN
    return bool(known) or cue in ("own-name-lower-case", "title-lower-case")


def _end_of_name(text: str, start: int, end: int) -> int:
    """Where the name ends: before the first of its words that is none. ``start`` if there is no name."""
    last = start
    for word in re.finditer(r"\S+", text[start:end]):
        if is_word(word.group().strip(".")) or (word.group().islower() and is_common(word.group())):
            break
        last = start + word.end()
    return last
