"""Numbers and names of accounts that a word announces: records, members, plates, licences, handles, spelled addresses.

They have no form of their own, so that Presidio's patterns cannot know them; the word before them does.
"""

import re

from curation.pii.glance import asked, glance
from curation.pii.spans import Span, matched

_VALUE = r"(?=[A-Z0-9 -]*\d)[A-Z0-9]+(?:[-/ ](?=[A-Z0-9-]*\d)[A-Z0-9]+|-[A-Z0-9]+){0,4}"
_RECORD = re.compile(
    r"\b(?:mrn|(?:medical |health |hospital |social |student |employee |badge |national )?(?:record|patient|case|claim|policy|"
    r"member(?:ship)?|insurance|chart|file|badge|student|employee|staff|reference|ref|account|acct|hospital|docket|booking|"
    r"prescription|rx|customer|order|serial|device|medicare|medicaid|group|subscriber|beneficiary|nhs|tracking|ticket|"
    r"permit|certificate|inmate|invoice)"
    r"(?:['’]s)?(?: ?(?:number|num|no\b\.?|nr\.?|id|#)| ?#))"
    rf"(?: is| was|:|=)?[ \t]{{0,2}}#?((?-i:{_VALUE}))(?![\w@])",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(
    r"(?:mrn|number|num|no|nr|id|#)\.?(?: is| was|:|=)?[ \t]{0,2}#?(?-i:(?=[A-Z0-9 -]*\d)[A-Z0-9])", re.IGNORECASE
)
"""What every :data:`_RECORD` holds; looking for it first is cheap."""

_RECORD_SHORT = re.compile(
    r"\b(?:(?-i:MRN|DL|DLN|ID)(?:#| no\.?)?|record|chart|file|case|claim|policy|ref)(?: is|'s|:| #|\.)? ?"
    r"#?((?=[\w-]*\d{3})[A-Z0-9][A-Z0-9-]{4,19})(?![\w@])"
)
_CLAIM = re.compile(
    r"\bmy (?:claim|case|file|policy|record|chart)\b[^.!\n]{0,20}?\b(?:it['’]?s|is|:)\s((?=[\w-]*\d{3})[A-Z0-9][A-Z0-9-]{4,19})\b"
)
_LICENCE = re.compile(
    r"\b(?:driv(?:er|ing)['’]?s? licen[cs]e|licen[cs]e|passport|visa|green card|dl|permit)"
    r"(?: ?(?:number|no\b\.?|id|#))?(?: is|:|=)?[ \t]{0,2}#?((?=[A-Z0-9-]*\d{2})[A-Z0-9-]{6,20})(?!\w)",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"\b(?:(?:licen[cs]e |number |registration |car |his |her |their |my )?(?:plates?|tag)|reg(?:istration)?)"
    r"(?: ?(?:number|no\.?|#))?(?: (?:is|was|says|reads)|:)?[ \t]+((?-i:(?=[A-Z0-9 -]*\d)[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2}))(?!\w)",
    re.IGNORECASE,
)
_VIN = re.compile(r"(?<!\w)(?=[A-HJ-NPR-Z0-9]*\d{2})(?=[A-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}(?!\w)")
_INSURANCE = re.compile(r"(?<!\w)[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)")
_SOCIAL = re.compile(
    r"\b(?:ssn|social security|social|sin|ni number|national insurance)\b(?: ?(?:number|no\b\.?|#|card))?(?: is|:|\.)? ?"
    r"(\d{3}[- .]?\d{2,3}[- .]?\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_MASKED_SOCIAL = re.compile(r"\blast four(?: digits)?[^.\n]{0,30}? (?:is|are|:) ?(\d{4})(?!\d)", re.IGNORECASE)

_SERVICES = (
    r"(?:instagram|insta|ig|snapchat|snap|twitter|discord|telegram|tiktok|tik tok|skype|kik|reddit|xbox|psn|steam|twitch|tumblr|"
    r"yt|youtube|facebook|fb|line|wechat|signal|onlyfans|gamertag|roblox)"
)
_HANDLE = re.compile(r"(?<![\w@.+/-])(@[A-Za-z_](?:\w|[.-](?=\w)){1,29})(?![@\w])|(?<![\w/])(/?u/[\w-]{3,20})\b")
_HANDLE_CUE = re.compile(
    rf"\b(?:my|his|her|their|the) {_SERVICES}(?: (?:handle|name|id|account|username|user))?(?:['’]?s| is|:) +"
    r"@?((?=\S*[\d_.#-])[\w.#-]*\w)"
    r"|\b(?:user ?name|gamertag|screen ?name|handle|alias|nick)(?: on \w+)?(?:['’]s| is|:) +@?([\w.#-]*\w)"
    rf"|\b(?:i post as|i go by|posting as|posted as|add me(?: on)?(?: {_SERVICES})?:?|find me on {_SERVICES}:?|dm me at|follow me(?: at| on {_SERVICES})?:?|"
    rf"(?:on|add me on) {_SERVICES}:?(?: as)?) +@?((?=\S*[\d_#])[\w.#-]*\w)",
    re.IGNORECASE,
)
_HANDLE_WORDS = asked(
    ["user", "username", "gamertag", "screen", "screenname", "handle", "alias", "nick"]
    + [name + plural for name in re.findall(r"\w+", _SERVICES) for plural in ("", "s")]
)
_HANDLE_VERBS = asked(["post", "go", "posting", "posted", "add", "find", "dm", "follow"])
_HANDLE_PHRASES = ("i post as", "i go by", "posting as", "posted as", "add me", "find me on", "dm me at", "follow me")
"""Words of which every :data:`_HANDLE_CUE` holds one, or a verb and its phrase."""

_AT, _DOT = r" ?(?:\(at\)|\[at\]|\{at\}|<at>| at |@{1,2}) ?", r" ?(?:\(dot\)|\[dot\]|\{dot\}|<dot>| dot |\.) ?"
_SPELLED_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w+-]+(?:(?:{_DOT})[\w+-]+){{0,2}}(?:{_AT})[\w-]+(?:(?:{_DOT})[\w-]+){{0,2}}(?:{_DOT})"
    r"(?:com|org|net|edu|gov|co|uk|au|ca|in|ie|de|fr|it|es|nl|me|io|info|us|eu|br|jp|mx|za|nz|ch|se|no|pl|ru|cn|kr)\b",
    re.IGNORECASE,
)
_BRACKETED_AT = re.compile(r"[(\[{<] ?at ?[)\]}>]")
_DIGIT_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)"
_DIGITS = rf"(?:{_DIGIT_WORD}|\d{{1,4}})"
_SPELLED_PHONE = re.compile(
    rf"\b(?:{_DIGIT_WORD}[ ,-]{{1,2}}){{2,}}{_DIGITS}(?:[ ,-]{{1,2}}{_DIGITS}){{3,}}\b", re.IGNORECASE
)
_DIGITS_SPELLED = re.compile(rf"{_DIGIT_WORD}[ ,-]{{1,2}}{_DIGIT_WORD}[ ,-]")
"""What every :data:`_SPELLED_PHONE` holds; looking for it first is cheap."""

_DIGIT_WORDS = asked(re.findall(r"[a-z]+", _DIGIT_WORD))
_AT_WORD, _DOT_WORD = asked(["at"]), asked(["dot"])

_Rule = tuple[str, str, re.Pattern[str], float, tuple[str, ...]]
"""Name, label, pattern, score, and in lower case what a text must hold one of."""

_OWN_FORM: tuple[_Rule, ...] = (
    ("vin", "ID", _VIN, 0.7, ()),
    ("national-insurance", "SSN", _INSURANCE, 0.8, ()),
)
"""What is known by its form alone."""

_RULES: tuple[_Rule, ...] = (
    ("record-number", "ID", _RECORD_SHORT, 0.6, ()),
    ("record-number", "ID", _CLAIM, 0.6, ("my ",)),
    ("licence-number", "ID", _LICENCE, 0.75, ("licen", "passport", "visa", "green card", "dl", "permit")),
    ("plate", "ID", _PLATE, 0.7, ("plate", "tag", "reg")),
    *_OWN_FORM,
    ("social-security", "SSN", _SOCIAL, 0.85, ("ssn", "social", "sin", "ni number", "national insurance")),
    ("social-security", "SSN", _MASKED_SOCIAL, 0.6, ("last four",)),
)


def find(text: str) -> list[Span]:
    """What is announced in ``text`` as someone's number or account; spans may overlap."""
    found: list[Span] = []
    look = glance(text)
    if look.digit:
        for name, label, pattern, score, needed in _RULES:
            if not needed or look.has(*needed):
                found += matched(pattern, text, label, f"rule:{name}", score)
        if _NUMBER_OF.search(text):
            found += matched(_RECORD, text, "ID", "rule:record-number", 0.75)
    if look.has_word(_HANDLE_WORDS) or (look.has_word(_HANDLE_VERBS) and look.has(*_HANDLE_PHRASES)):
        cued = matched(_HANDLE_CUE, text, "USERNAME", "rule:handle-cue", 0.8)
        found += [span for span in cued if _no_word(text[span.start : span.end])]
    if "@" in text or look.has_word(_DOT_WORD) or (look.has_word(_AT_WORD) and _BRACKETED_AT.search(look.folded)):
        found += _spelled(text)
    if look.has_word(_DIGIT_WORDS) and _DIGITS_SPELLED.search(look.folded):
        found += matched(_SPELLED_PHONE, text, "PHONE", "rule:spelled-phone", 0.6)
    return found + _handles(text)


def find_by_form(text: str) -> list[Span]:
    """What is known by its form alone, in any language; spans may overlap."""
    found: list[Span] = []
    look = glance(text)
    if look.digit:
        for name, label, pattern, score, _ in _OWN_FORM:
            found += matched(pattern, text, label, f"rule:{name}", score)
    if "@" in text or _BRACKETED_AT.search(look.folded):
        found += _spelled(text)
    return found + _handles(text)


def _handles(text: str) -> list[Span]:
    return list(matched(_HANDLE, text, "USERNAME", "rule:handle", 0.7)) if "@" in text or "u/" in text else []


def _spelled(text: str) -> list[Span]:
    """Addresses with ``at`` or ``dot`` in words. ``look at me.In`` is none: something must be spelled, or hold an @."""
    found = []
    for match in _SPELLED_EMAIL.finditer(text):
        value = match.group()
        worded = re.search(r"[(\[{<] ?(?:at|dot) ?[)\]}>]| dot |@", value, re.IGNORECASE)
        if (worded and not re.fullmatch(r"\S+@\S+\.\S+", value)) or "@@" in value:
            found.append(Span(*match.span(), "EMAIL", "rule:spelled-email", 0.85))
    return found


def _no_word(value: str) -> bool:
    return bool(re.search(r"[\d_.#-]", value)) or len(value) > 5
