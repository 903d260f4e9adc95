"""What is planted in made items: personal data, what must stay, contrasts. All of it is invented.

Telephone numbers are of the ranges kept for fiction, e-mail and web addresses of domains kept for examples.
"""

import re
from typing import NamedTuple

from benchmarks.made.sentences import Draw, words

FIRST = words("Sarah Daniel Amara Lucas Priya Henry Naomi Victor Elena Marcus Joyce Tobias Leila Owen Camille")
LAST = words("Whitfield Okafor Lindqvist Marchetti Banerjee Castellano Drummond Hargreaves Novak Petrosyan Salgado")
HANDLES = words("quietriver bluekettle nightowl papercrane slowtrain oldoak silverfern lostmap")
MONTHS = words("January February March April May June July August September October November December")
AREAS = words("202 212 303 312 404 415 503 512 617 702 713 801 916 919")
GREETINGS = ["Hi everyone. ", "Thank you for reading this. ", "Sorry, this is a long post. ", "Hello there. "]

SENTENCES = {
    "email": ["You can write to me at {}.", "My address is {} if that is easier.", "I sent it from {} last week."],
    "phone": ["Please call me on {}.", "My number is {}.", "They reached me at {} yesterday."],
    "ssn": ["My social security number is {}.", "They asked for my SSN, {}, at the desk.", "The form says SSN {}."],
    "url": ["I wrote about it on {}.", "My own page is {}.", "All of it stands on {}."],
    "ip": ["My address on the network was {}.", "The log showed {} that night.", "I was banned from {} by the host."],
    "date": ["I was born on {}.", "My mother died on {}.", "I was taken to the clinic on {}."],
    "name": ["My name is {}.", "My therapist, Dr. {}, said so.", "I told my friend {} about it."],
    "crisis": ["If you think of ending your life, {} now.", "Day or night you can {}.", "In danger, {} at once."],
    "term": ["My doctor and I spoke about {}.", "I read a good deal about {}.", "Somebody told me about {}."],
}
"""Kinds of planted values, and the sentences that they stand in."""

STAYS = {
    "crisis": [
        *("call 988", "text HOME to 741741", "call 1-800-273-8255", "ring the Samaritans on 116 123", "call 911"),
        *("call 1-800-799-7233", "call Lifeline on 13 11 14", "text SHOUT to 85258"),
    ],
    "term": [
        *("Prozac", "Wellbutrin", "Abilify", "CBT", "EMDR", "PHQ-9", "the Beck Depression Inventory"),
        *("Freud", "the Hamilton scale", "Stockholm syndrome", "Linehan's work", "Gottman's method"),
    ],
}
"""What looks like personal data and must stay: help lines, drugs, scales, theorists."""

MASKED = ("email", "phone", "ssn", "url", "ip", "date", "name")
"""The kinds of personal data, which must go."""

_GROUPS = [
    words("depression anxiety schizophrenia bulimia anorexia insomnia dementia autism"),
    words("prozac zoloft lexapro wellbutrin xanax abilify lithium"),
    words("mother father brother sister husband wife son daughter boyfriend girlfriend boss teacher"),
    *(words("always never"), words("before after"), words("start stop"), words("more less")),
]
_OTHERS = {word: [other for other in group if other != word] for group in _GROUPS for word in group}
_CHANGED = re.compile(rf"\b({'|'.join(_OTHERS)})\b")
TERMS = frozenset(word for group in _GROUPS[:3] for word in group)
"""Words whose change makes another text of any length; the other contrasts are planted in short items alone."""

CARRIERS = [
    *("What does it mean to live with depression?", "How is anxiety told from other troubles?"),
    *("My mother does not want to hear of it.", "Should I take it before I go to sleep?"),
]
"""Sentences with a word to change, for texts that have none."""


class Contrast(NamedTuple):
    """A sentence and itself with one meaningful word changed."""

    first: str
    second: str
    is_term: bool


def contrast(sentence: str, draw: Draw) -> Contrast | None:
    """``sentence`` and its contrast, or None where it has no word to change."""
    found = _CHANGED.search(sentence)
    if found is None:
        return None
    others = _OTHERS[found[1]]
    changed = sentence[: found.start()] + others[draw(len(others))] + sentence[found.end() :]
    return Contrast(sentence, changed, found[1] in TERMS)


def value(kind: str, draw: Draw) -> str:
    """A value of a kind of :data:`SENTENCES`."""
    if kind in STAYS:
        return STAYS[kind][draw(len(STAYS[kind]))]
    return _INVENTED[kind](draw)


def sentence_with(kind: str, value: str, draw: Draw) -> str:
    """A sentence that says ``value``."""
    return SENTENCES[kind][draw(len(SENTENCES[kind]))].format(value)


def _one(choices: list[str], draw: Draw) -> str:
    return choices[draw(len(choices))]


def _email(draw: Draw) -> str:
    user = f"{_one(FIRST, draw).lower()}{'._'[draw(2)]}{_one(LAST, draw).lower()}{draw(90) + 10}"
    return f"{user}@{_one(['example.org', 'example.com', 'mail.example.net'], draw)}"


def _phone(draw: Draw) -> str:
    if draw(4) == 0:
        return f"020 7946 0{draw(1000):03}"
    form = ["({}) 555-01{:02}", "{}-555-01{:02}", "+1 {} 555 01{:02}", "{}.555.01{:02}"][draw(4)]
    return form.format(_one(AREAS, draw), draw(100))


def _ssn(draw: Draw) -> str:
    return f"{draw(500) + 120}-{draw(89) + 11}-{draw(8000) + 1200}"


def _url(draw: Draw) -> str:
    start = ["https://www.example.org", "http://example.com", "https://blog.example.net", "www.example.org"][draw(4)]
    return f"{start}/{_one(HANDLES, draw)}{draw(10_000)}"


def _ip(draw: Draw) -> str:
    # Addresses that are routed, since a tool may rightly leave those of documentation and private networks alone.
    return f"{[24, 71, 82, 91, 109, 178][draw(6)]}.{draw(250) + 1}.{draw(250) + 1}.{draw(250) + 1}"


def _date(draw: Draw) -> str:
    year, month, day = 1950 + draw(70), draw(12), draw(28) + 1
    forms = [f"{day} {MONTHS[month]} {year}", f"{MONTHS[month]} {day}, {year}", f"{month + 1:02}/{day:02}/{year}"]
    return [*forms, f"{year}-{month + 1:02}-{day:02}"][draw(4)]


def _name(draw: Draw) -> str:
    return f"{_one(FIRST, draw)} {_one(LAST, draw)}"


_INVENTED = {
    **{"email": _email, "phone": _phone, "ssn": _ssn, "url": _url},
    **{"ip": _ip, "date": _date, "name": _name},
}
