"""Who a phrase is about, whether it is denied, and whether it is past: by the words around it in its sentence.

These are rules of thumb on words, not a parse. NegEx (Chapman et al., J Biomed Inform 2001;34:301-310) and ConText
(Harkema et al., J Biomed Inform 2009;42:839-851) are their models: a trigger, a window of words, and words that end it.
"""

import re
from typing import Literal

_BOUNDARY = re.compile(r"[.!?;\n]|(?<=\s)-(?=\s)")
_NEW_CLAUSE = r"and(?= (?:i|im|he|she|they|we|my|now|then|it|you|want|wanted|wish|feel|felt|am|think|keep|have|had)\b)"
_BREAK = re.compile(
    rf",|\b(?:but|{_NEW_CLAUSE}|because|cause|although|though|however|so|yet|unless|until|then|when|if)\b", re.I
)
_APOSTROPHE = r"\s?['’`´]?\s?"

_DENIAL = re.compile(
    rf"\b(?:not|never|no|without|neither|nor|cannot|deny|denies|denied|(?:do|does|did|is|are|was|were|have|has|had|would"
    rf"|could|should|wo|ca)n{_APOSTROPHE}t)\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(
    rf"\b(?:not (?:only|just|sure|to mention|gonna lie|going to lie)"
    rf"|no (?:longer|one|body|matter|doubt|idea|wonder|clue|friends?|job|money|reason|point|hope|way)"
    rf"|(?:do|does|did)(?: not|n{_APOSTROPHE}t) (?:know|understand|care|get|see|help"
    rf"|feel (?:good|well|okay|ok|happy|like))"
    rf"|(?:can|could)(?:not| not|n{_APOSTROPHE}t) (?:\w+ )?(?:stop|help|shake|control|escape|take|stand|handle|do|get)"
    rf"|ca(?:not|n{_APOSTROPHE}t) (?:\w+ )?(?:stop|help|shake|control|escape|take|stand|handle|do|get)"
    rf"|never (?:been|felt|wanted) (?:so|this|more|to)|why (?:not|don{_APOSTROPHE}t)"
    rf"|(?:is|was)n{_APOSTROPHE}t (?:a day|the first)|not a day|no(?= i\b)|no$)",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"^(?:\s+(?:really|actually|even))?\s+(?:think|believe|mean|say|saying|that|feel)\b", re.IGNORECASE
)
_I = re.compile(r"\bi(?:\b|(?=m\b|ve\b))", re.IGNORECASE)
_DENIAL_WORDS = 6
"""How many words before the phrase a denial reaches over."""

_KIN = (
    "husband|wife|partner|boyfriend|girlfriend|fiance|fiancee|ex|mother|mom|mum|mommy|father|dad|daddy|parents?|brother|"
    "sister|siblings?|son|daughter|child|children|kids?|stepson|stepdaughter|uncle|aunt|cousin|nephew|niece|grandmother|"
    "grandma|grandfather|grandpa|friends?|bestie|roommate|flatmate|boss|coworker|colleague|teacher|student|client|patient|"
    "neighbou?r|classmate|girl|boy|guy|man|woman|teen|teenager|person|people|someone|somebody|sister in law|family"
)
_FIRST = re.compile(r"\b(?:i|im|ive|id|ill|me|myself|my(?= (?:mind|head|thoughts|brain|life)\b))\b", re.IGNORECASE)
_OTHER = re.compile(
    rf"\b(?:he|she|they|hes|shes|theyre|him|her|them|(?:(?:my|our|a|an|the|this|that|his|her|their|some|best|old|year)\s+)"
    rf"(?:\w+\s+){{0,2}}?(?:{_KIN})|someone|somebody)\b(?!['’]s (?:death|suicide|house|room))",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:and|but|so)\b", re.IGNORECASE)

_PAST = re.compile(
    rf"\b(?:used to|in the past|years? ago|decades? ago|months? ago|long ago|back (?:then|when|in)|previously"
    rf"|when i was|as an? (?:\w+ )?(?:child|kid|teen|teenager|boy|girl|adolescent)"
    rf"|growing up|at (?:age|the age of) \d+|history of|in (?:19|20)\d\d"
    rf"|(?:have|has)(?: not|n{_APOSTROPHE}t) (?:\w+ ){{1,4}}(?:in|for|since)|at one point|before i (?:was|met)"
    rf"|once (?:tried|cut|thought|wanted)|no longer|(?:stopped|quit) (?:cutting|hurting|self|harming|burning))\b",
    re.IGNORECASE,
)
_TODAY = re.compile(
    r"\b(?:last (?:night|week|month)|yesterday|today|tonight|this (?:morning|week|month|evening)|right now|now|still"
    r"|again|lately|recently|these days|currently|keeps?|every (?:day|night|time)|just (?:got|was|been)|relapsed?"
    r"|ever since)\b",
    re.IGNORECASE,
)

_JUST_NOW = re.compile(
    r"\b(?:last (?:night|week|month)|yesterday|today|tonight|this (?:morning|week|month|evening)|still|keeps?|recently|"
    r"(?:days?|hours?|weeks?) ago)\b",
    re.IGNORECASE,
)
_OPENS_IN_PAST = re.compile(
    r"^\W*(?:and |but )?(?:when|as|in|back|growing|at|years|a few|two|three|some|many|several)\b", re.I
)

Who = Literal["seeker", "other", "nobody"]


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around ``start`` to ``end`` begins and ends."""
    begin = max(
        (match.end() for match in _BOUNDARY.finditer(text, max(0, start - 400), start)), default=max(0, start - 400)
    )
    stop = _BOUNDARY.search(text, end)
    return begin, stop.start() if stop else len(text)


def is_denied(before: str) -> bool:
    """Whether a phrase is denied by what stands ``before`` it in its sentence: ``I don't``, ``he has never``."""
    clause = before[max((match.end() for match in _BREAK.finditer(before)), default=0) :]
    clause = _NO_DENIAL.sub(lambda match: "_" * len(match.group()), clause)
    denials = list(_DENIAL.finditer(clause))
    if not denials:
        return False
    between = clause[denials[-1].end() :]
    if len(between.split()) > _DENIAL_WORDS:
        return False
    # "I have no car I want to die" begins anew; "I don't think I want to die" does not.
    return not _I.search(between) or bool(_OPINION.match(between))


def about(before: str, phrase: str) -> Who:
    """Whom a phrase is about: the nearest of those spoken of before it, and within it."""
    if _FIRST.search(phrase):
        return "seeker"
    first = max((match.start() for match in _FIRST.finditer(before)), default=-1)
    others = list(_OTHER.finditer(before))
    other = others[-1].start() if others else -1
    if first < 0 and other < 0:
        return "nobody"
    if other > first:
        # "I lost my dad and want to die": the verb goes back to the one who speaks.
        goes_back = first >= 0 and _AND.search(before, others[-1].end()) and not re.match(r"\w+s\b", phrase)
        return "seeker" if goes_back else "other"
    return "seeker"


def is_past(before: str, phrase: str, after: str) -> bool:
    """Whether the words around a phrase in its sentence put it into the past, and none says that it goes on.

    The past has to be told in the phrase's own clause ("years ago I cut myself") or to open the sentence ("When I was a
    child, ..."): in "Dad died years ago and I want to die" only the death is past.
    """
    if _TODAY.search(before + phrase + after):
        return False
    return tells_of_the_past(before, phrase, after)


def tells_of_the_past(before: str, phrase: str, after: str) -> bool:
    """Whether the phrase's own clause, or what opens its sentence, speaks of the past."""
    breaks = [match.end() for match in _BREAK.finditer(before) if not match.group().lower().startswith("when")]
    begin = breaks[-1] if breaks else 0
    stop = _BREAK.search(after)
    # "when" ends a clause, except where it tells the time: "I was suicidal when I was a teenager".
    while stop and stop.group().lower() == "when":
        stop = _BREAK.search(after, stop.end())
    clause = before[begin:] + phrase + after[: stop.start() if stop else len(after)]
    opening = before[: breaks[0]] if breaks else ""
    return bool(_PAST.search(clause) or (_OPENS_IN_PAST.match(opening) and _PAST.search(opening)))


def is_just_now(sentence_around: str) -> bool:
    """Whether a sentence says that what it tells was just now or goes on."""
    return bool(_JUST_NOW.search(sentence_around))
