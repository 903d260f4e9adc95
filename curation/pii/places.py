"""Streets, post codes, and the schools, clinics and employers that a name of their own stands before.

The name model finds places in general; these rules find those that have a form, also where nobody wrote capitals.
"""

import re

from curation.pii.glance import asked, glance
from curation.pii.spans import Span, matched
from curation.pii.words import is_word

KIND = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|terrace|crescent|circle|parkway|pkwy|"
    r"square|highway|hwy|close|row|grove|gardens|way|trail|turnpike|mews|alley|walk)"
)
NUMBERED = re.compile(rf"\d|\b{KIND}\b", re.IGNORECASE)
"""What an address holds, and the bare name of a place does not."""

_CITY_WORD = r"(?:(?:St|Ste|Mt|Ft|Pt)\. )?[A-ZÀ-Þ](?:[\wà-ÿ'’-]|\.(?=\w))+"
_CITY = rf"{_CITY_WORD}(?: {_CITY_WORD}){{0,2}}"
"""Up to three words. A full stop ends a city, for what begins with a capital behind it is the next sentence."""
_ZIPPED = r"\d{5}(?:-\d{4})?"
_TAIL = (
    r"(?:,? ?(?:(?i:apt|apartment|unit|suite|ste|flat|room|rm|floor)\b\.? ?#?\w{1,5}|#\w{1,5}))?"
    rf"(?:,? {_CITY},? (?:[A-Z]{{2}}\b,? ?)?{_ZIPPED}|(?:,|(?<!\.)) {_CITY},? [A-Z]{{2}}\b(?: {_ZIPPED})?|,\s{_CITY})?"
)
_STREET = re.compile(
    rf"(?<![\w$£€.-])\d{{1,5}}[a-zA-Z]?,? (?:[NSEW]\.? )?(?:(?!(?i:{KIND})\b|(?i:either|any|no|this|that|every|other|long|half|more|of|my|years?|days?|times?|the way|in|to|on|and|"
    rf"minutes?|mins?|hours?|hrs?|blocks?|weeks?|months?|miles?|people|mg|for|a|i|at|is|was|or)\b)(?:[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’.-]*|\d+(?:st|nd|rd|th)) ){{1,3}}(?i:{KIND})\b\.?{_TAIL}",
)
_ROUTE = re.compile(
    rf"(?<![\w$£€.-])\d{{1,5}}(?: ?(?:bis|ter))?,? (?i:rue|avenue|via|calle|rua|place|piazza|plaza|avenida|boulevard) (?:(?:de|du|des|della|di|la|le|del|da|dos|las|los|l['’]) ?){{0,2}}"
    rf"{_CITY}(?:,\s{_CITY})?"
)
_NAMED = "Street|Road|Avenue|Lane|Boulevard|Terrace|Crescent|Parkway"
_NAMED_STREET = re.compile(
    r"\b(?:(?:North|South|East|West) )?(?!(?:The|My|A|One|No|This|Our|In|On|Wall|Sesame|Main)\b)[A-Z][a-z'’]+(?: [A-Z][a-z'’]+)?"
    rf" (?:{_NAMED})\b"
)
_CORNER_WORD = r"(?:[\wà-ÿ'’-]|\.(?=\w))+"
_CORNER = re.compile(
    rf"\bthe corner of (?!(?:the|a|an|my|our|your|his|her|their|this|that|every|some) )"
    rf"(?:[\wà-ÿ.'’-]+ ){{1,4}}(?:and|&) (?:(?:{_CORNER_WORD} ){{0,3}}?{KIND}|{_CORNER_WORD})\b",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\b(?:apt|apartment|suite)\b\.? ?#?\d{1,5}[a-zA-Z]?(?!\w)", re.IGNORECASE)
_BOX = re.compile(
    r"\b(?:(?:\d{1,5} )?p\.? ?o\.? ?)?box \d{1,6}\b(?:,?\s(?:APO|FPO|DPO),? A[AEP] \d{5})?|\b(?:APO|FPO|DPO),? A[AEP] \d{5}\b",
    re.IGNORECASE,
)
_UK_POSTCODE = re.compile(r"(?<!\w)(?:[A-Z]{1,2}\d{1,2}|[A-Z]{1,2}\d[A-Z]) ?\d[ABD-HJLNP-UW-Z]{2}(?!\w)")
_CANADIAN_POSTCODE = re.compile(r"(?<!\w)[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d(?!\w)")
_ZIP = re.compile(
    r"\b(?:zip ?(?:code)?|post ?code|postal code|area code)(?:['’]s| is|:)? ?((?-i:[A-Z0-9]{2,5}(?:[ -][A-Z0-9]{2,4})?))(?!\w)",
    re.IGNORECASE,
)
_STATE_ZIP = re.compile(r"\b[A-Z]{2},? (\d{5}(?:-\d{4})?)(?![\w-])")
_HEAD = r"[A-Z][\wà-ÿ'’.&-]*(?: (?:of|the|and|&|for) (?=[A-Z])| [A-Z][\wà-ÿ'’.&-]*){0,3}? "
_SCHOOLS = (
    "High School|High|Middle School|Elementary School|Elementary|Primary School|Secondary School|Grammar School|Academy|"
    "College|University|Institute of Technology|Prep|Polytechnic|State University"
)
_CLINICS = (
    "General Hospital|Hospital|Medical Center|Medical Centre|Clinic|Infirmary|Hospice|Counseling Center|Counselling Center|"
    "Counseling Centre|Counselling Centre|Behavioral Health|Baptist Church|Church|Mosque|Synagogue|Temple|Rehab|Recovery Center|"
    "Treatment Center|Nursing Home|Cathedral|Parish"
)
_COMPANIES = "Ltd|LLC|Inc|Corp|Corporation|GmbH|PLC|LLP|& Sons|and Sons|Logistics|Industries|Airlines|Airways|Motors|Technologies|Holdings"
_SCHOOL = re.compile(rf"\b({_HEAD}(?:{_SCHOOLS}))\b|\b(University of (?:the )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)")
_CLINIC = re.compile(rf"\b({_HEAD}(?:{_CLINICS}))\b")
_COMPANY = re.compile(rf"\b({_HEAD}(?:{_COMPANIES}))\b\.?")
_EMPLOYED = re.compile(
    r"\b(?:work(?:ed|s|ing)?|job|shifts?|manager|boss|cashier|barista|driver|intern(?:ed|ship)?|hired|fired|laid off|employed|supervisor)"
    r"(?: nights| days| part[- ]time| full[- ]time)?(?: \w+)? (?:at|for|by|from) (?:a |the )?"
    r"((?-i:[A-Z][\w'’&-]+(?: (?:& |and )?[A-Z][\w'’&-]+){0,2}))(?=[ .,;!?\n]|$)",
    re.IGNORECASE,
)
_WORK_WORDS = asked(
    [
        "work",
        "worked",
        "works",
        "working",
        "job",
        "shift",
        "shifts",
        "manager",
        "boss",
        "cashier",
        "barista",
        "driver",
        "intern",
        "interned",
        "internship",
        "hired",
        "fired",
        "laid",
        "employed",
        "supervisor",
    ]
)
_AT_A_NAME = re.compile(r" (?i:at|for|by|from) (?i:a |the )?[A-Z]")
"""What every :data:`_EMPLOYED` holds beside one of the words of work; looking for both first is cheap."""

_GENERIC = frozenset(
    [
        "The",
        "My",
        "Our",
        "Your",
        "His",
        "Her",
        "Their",
        "A",
        "An",
        "In",
        "At",
        "To",
        "For",
        "From",
        "Of",
        "And",
        "Old",
        "New",
        "Local",
        "Community",
        "State",
        "City",
        "Public",
        "Private",
        "Middle",
        "High",
        "Medical",
        "Graduate",
        "Law",
        "Nursing",
        "Art",
        "Junior",
        "Senior",
        "Catholic",
        "Christian",
        "Bible",
        "Sunday",
        "Online",
        "Mental",
        "Health",
        "General",
        "Psychiatric",
        "Some",
        "Every",
        "Any",
        "This",
        "That",
        "When",
        "Since",
        "After",
        "Before",
        "I",
        "If",
        "Is",
        "Was",
        "Went",
        "Emergency",
        "Children's",
        "Veterans",
        "Day",
        "First",
        "Second",
        "Last",
        "Elementary",
        "Primary",
        "Boarding",
        "Summer",
        "Home",
        "Wellness",
        "Student",
        "University",
        "College",
        "Free",
        "Family",
        "Walk-in",
        "Rehab",
        "So",
        "Or",
        "But",
        "As",
        "On",
        "With",
        "Then",
        "Because",
        "While",
        "Maybe",
        "Even",
        "Although",
        "Being",
        "Am",
        "Are",
        "Go",
        "Going",
        "Get",
        "Got",
        "Do",
        "Does",
        "What",
        "Where",
        "Why",
        "How",
    ]
)
_NUMBERED_RULES: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("street", _STREET, ()),
    ("street", _ROUTE, ()),
    ("unit", _UNIT, ("apt", "apartment", "suite")),
    ("box", _BOX, ("box", "apo", "fpo", "dpo")),
    ("postcode", _UK_POSTCODE, ()),
    ("postcode", _CANADIAN_POSTCODE, ()),
)
"""Name, pattern, and in lower case what a text must hold one of."""


def _last_words(kinds: str) -> frozenset[str]:
    """Of which everything that ends in one of ``kinds`` holds one, in lower case; every look notes them from now on."""
    return asked(kind.split(" ")[-1].lower() for kind in kinds.split("|"))


_STREET_WORDS = _last_words(_NAMED)
_INSTITUTIONS = (
    ("school", _SCHOOL, _last_words(_SCHOOLS)),
    ("clinic", _CLINIC, _last_words(_CLINICS)),
    ("company", _COMPANY, _last_words(_COMPANIES)),
)


def find(text: str) -> list[Span]:
    """Streets, post codes, schools, clinics and companies in ``text``; spans may overlap."""
    found: list[Span] = []
    look = glance(text)
    if look.digit:
        for name, pattern, needed in _NUMBERED_RULES:
            if not needed or look.has(*needed):
                found += matched(pattern, text, "LOCATION", f"rule:{name}", 0.8)
        for pattern in (_ZIP, _STATE_ZIP):
            codes = matched(pattern, text, "LOCATION", "rule:postcode", 0.75)
            found += [span for span in codes if re.search(r"\d", text[span.start : span.end])]
    if "corner of" in text:
        corners = matched(_CORNER, text, "LOCATION", "rule:corner", 0.6)
        found += [span for span in corners if NUMBERED.search(text[span.start : span.end])]
    if look.has_word(_STREET_WORDS):
        found += matched(_NAMED_STREET, text, "LOCATION", "rule:named-street", 0.7)
    for name, pattern, words in _INSTITUTIONS:
        for match in pattern.finditer(text) if look.has_word(words) else ():
            if span := _own_name(text, *match.span(match.lastindex or 0)):
                found.append(Span(*span, "ORG", f"rule:{name}", 0.65))
    if look.has_word(_WORK_WORDS) and _AT_A_NAME.search(text):
        employers = matched(_EMPLOYED, text, "ORG", "rule:employer", 0.55)
        found += [span for span in employers if not is_word(text[span.start : span.end].split()[0])]
    return found


def _own_name(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span from the first word that is a name of its own; ``None`` where all before the kind is generic."""
    words = list(re.finditer(r"\S+", text[start:end]))
    for place, word in enumerate(words[:-1]):
        bare = word.group().strip(".,'’")
        if bare[:1].isupper() and bare not in _GENERIC and not is_word(bare):
            return start + word.start(), end
        if place == 0 and bare == "University":
            return start, end
    return None
