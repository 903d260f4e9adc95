"""What a phrase means where it stands: denied, about whom, past, quoted, asked in general, or exaggerated.

Rules of thumb on words, not a parse. NegEx (Chapman et al., J Biomed Inform 2001;34:301-310) and ConText (Harkema et
al., J Biomed Inform 2009;42:839-851) are their models: a cue, a window of words, and words that end it. The cues are in
``phrases/cues.yaml``.
"""

import re
from typing import Literal, NamedTuple

from curation.triage.cues import cue, opening
from curation.triage.phrases import word_lists

_NEW_CLAUSE = (
    "and (?=(?:i|he|she|they|we|my|now|then|it|you|says|said|told|keeps|want|wanted|wish|feel|felt|am|think|keep"
    "|have|had|last|next) )"
)
_BREAK = re.compile(
    r'(?<![^ ])(?:, |" |(?:but|because|although|though|however|so|yet|unless|until|then|when|if|who|which|where) '
    rf"|{_NEW_CLAUSE})"
)
_I = re.compile(r"(?<![^ ])i ")
_OPINION = re.compile(r"(?:even )?(?:think|believe|mean|say|saying|that|feel|said|claim|see myself|plan on)\b")
_DENIAL_WORDS = 6
"""How many words before the phrase a denial reaches over."""
_WINDOW = 400
"""How many characters before and after a phrase are looked at."""

_FIRST = re.compile(r"(?<![^ ])(?:(?:i|me|myself) |my (?=(?:mind|head|thoughts|brain|life|own|plan|body|heart) ))")
_KIN = "|".join(map(re.escape, word_lists()["persons"]))
_OTHER = re.compile(
    r"(?<![^ ])(?:he|she|they|him|her|them|someone|somebody|anyone|people|teens|teenagers|men|women|patients?|students?"
    r"|everyone|nobody|who|veterans|guy|kids|children"
    rf"|(?:{'|'.join(word_lists()['determiners'])}) (?:[^ ,]+ ){{0,2}}?(?:{_KIN}))"
    r" (?!(?:'s )?(?:death|suicide|house|room|left|died|dumped|passed|killed|leaving) )"
)
_YOU = re.compile(r"(?<![^ ])(?:you|yourself|your|yourselves) ")
_OWN = re.compile(r"(?<![^ ])(?:i|me|my|myself) ")
_DOES = re.compile(
    rf"(?<![^ ])(?:he|she|they|(?:my|our|the|a|his|her) (?:[^ ,]+ )?(?:{_KIN})|someone) (?:[^ ]+ ){{0,2}}$"
)
_BELONGS = re.compile(r"(?:[^ ]+ )?(?:on|in|from|by|of|under) (?:his|her|their) ")
_AND_I = re.compile(r"(?<![^ ])(?:and|but|so) (?:i|then) ")
_AND = re.compile(r"(?<![^ ])(?:and|but|so) ")
_SAID = re.compile(
    r"(?<![^ ])(?:says?|said|saying|told (?:me|us|him|her|them|everyone)|texted(?: me)?|wrote|writes|posted|posting"
    r"|shouted|yelled|whispered|screamed|"
    r"joked|tells me|keeps saying|messaged me|announced|admitted|confided)"
    r'(?: (?:to (?:me|us)|in (?:his|her|their) \w+|on \w+|that|like))*(?: ,)?(?: ")? (?:that )?(?:i )?(?:[^ ]+ ){0,2}$'
)
_REPORTS = re.compile(
    r"(?:goes|says|called|like|titled|named|where|lyrics?|line|with|thats|that) "
    r'(?:[,"] )?(?:she |he |it |goes |is |like |[,"] )*$'
)
_OPENS_IN_PAST = re.compile(
    r"(?:and |but )?(?:when|as|in|back|growing|at|years|a few|two|three|some|many|several|last|one"
    r"|fifteen|five|ten|twenty|as a|before|after|freshman|foot) "
)

Who = Literal["seeker", "other", "general", "you", "nobody"]


class Place(NamedTuple):
    """A phrase in its sentence: what stands before it, itself and what stands after it, in plain words."""

    before: str
    phrase: str
    after: str
    question: bool


def placed(text: str, start: int, end: int, question: bool) -> Place:
    """What stands around ``start`` to ``end`` in a sentence."""
    phrase = text[start:end]
    end -= len(phrase) - len(phrase.rstrip(' ,"')) - 1 if phrase.rstrip(' ,"') != phrase else 0
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    return Place(before, text[start:end], after, question)


def is_denied(place: Place) -> bool:
    """Whether a phrase is denied, or only asked after: ``I don't``, ``he has never``, ``asked whether I``."""
    breaks = [
        match for match in _BREAK.finditer(place.before) if match.group() not in ('" ', "who ", "which ", "where ")
    ]
    clause = place.before[breaks[-1].end() if breaks else 0 :]
    if _is_denied_before(clause):
        return True
    asked = [match.end() for match in cue("asked").finditer(place.before)]
    only_asked = asked and place.before.count(" ", asked[-1]) <= 5 and not _AND_I.search(place.before, asked[-1])
    return bool(
        only_asked and not re.search(r"(?:said|told \w+|answered) (?:yes|i (?:do|have|did|am|was))", place.after)
    ) or bool(opening("denial_after").match(place.after))


def _is_denied_before(clause: str) -> bool:
    clause = cue("no_denial").sub(lambda match: "_ " * match.group().count(" "), clause)
    denials = list(cue("denial").finditer(clause))
    if not denials:
        return False
    between = clause[denials[-1].end() :]
    if between.count(" ") > _DENIAL_WORDS:
        return False
    # "I have no car I want to die" begins anew; "I don't think I want to die" does not.
    return not _I.search(between) or bool(_OPINION.match(between))


def about(place: Place) -> Who:
    """Whom a phrase is about: the nearest of those spoken of before it, and within it."""
    before, phrase = place.before, place.phrase
    first = max((match.start() for match in _FIRST.finditer(before)), default=-1)
    others = [match for match in _OTHER.finditer(before) if match.group() != "who "]
    other = others[-1].start() if others else -1
    you = max((match.start() for match in _YOU.finditer(before)), default=-1)
    if _FIRST.search(phrase):
        said = _SAID.search(before)
        return "other" if said and other >= 0 and other > max(first, -1) and other < said.start() else "seeker"
    if re.search(r"(?<![^ ])(?:himself|herself|themselves) ", phrase):
        return "other" if not (others and _is_general(others[-1].group())) else "general"
    if not _OWN.search(phrase) and _BELONGS.match(place.after):
        return "other"
    if _YOU.search(phrase) or (you > first and you > other):
        return "you"
    if first < 0 and other < 0:
        return "nobody"
    if other > first:
        last = others[-1]
        # "I lost my dad and want to die": the verb goes back to the one who speaks.
        goes_back = first >= 0 and _AND.search(before, last.end()) and not re.match(r"[^ ]+s ", phrase)
        if goes_back:
            return "seeker"
        return "general" if _is_general(last.group()) else "other"
    return "seeker"


def _is_general(subject: str) -> bool:
    return bool(cue("general").fullmatch(subject))


def is_past(place: Place) -> bool:
    """Whether the words around a phrase in its sentence put it into the past, and none says that it goes on.

    The past has to be told in the phrase's own clause ("years ago I cut myself") or to open the sentence ("When I was a
    child, ..."): in "Dad died years ago and I want to die" only the death is past.
    """
    if cue("today").search("".join(place[:3])):
        return False
    return tells_of_the_past(place)


def tells_of_the_past(place: Place) -> bool:
    """Whether the phrase's own clause, or what opens its sentence, speaks of the past."""
    before, phrase, after = place[:3]
    breaks = [match.end() for match in _BREAK.finditer(before) if match.group() != "when "]
    begin = breaks[-1] if breaks else 0
    stop = _BREAK.search(after)
    # "when" ends a clause, except where it tells the time: "I was suicidal when I was a teenager".
    while (
        stop and stop.group() in ("when ", ", ") and (stop.group() == "when " or cue("past").match(after, stop.end()))
    ):
        stop = _BREAK.search(after, stop.end())
    clause = before[begin:] + phrase + after[: stop.start() if stop else len(after)]
    head = before[: breaks[0]] if breaks else ""
    return bool(cue("past").search(clause) or (_OPENS_IN_PAST.match(head) and cue("past").search(head)))


def is_just_now(place: Place) -> bool:
    """Whether a sentence says that what it tells was just now or goes on."""
    return bool(cue("just_now").search("".join(place[:3])))


def is_topic(place: Place, who: Who) -> bool:
    """Whether a sentence asks or tells about the matter in general, and not about a person here."""
    before, phrase, after = place[:3]
    if who in ("general", "nobody", "you"):
        return bool(cue("topic").search(before + phrase + after))
    if who == "seeker" and not _FIRST.search(phrase):
        subject = max((match.end() for match in _I.finditer(before)), default=0)
        return bool(cue("topic").search(before, subject))
    return False


def is_hypothetical(place: Place) -> bool:
    """Whether a phrase stands within a hypothesis: ``if I ever``, ``if a student``."""
    found = list(cue("hypothetical").finditer(place.before))
    return bool(found) and place.before.count(" ", found[-1].end()) <= 6 and ", " not in place.before[found[-1].end() :]


def is_told(place: Place, who: Who, sentence: str) -> bool:
    """Whether a phrase is from a song, film, book or game, and nobody's own."""
    before, phrase, after = place[:3]
    quoted = before.count('" ') % 2 == 1 and '" ' in after
    if quoted and cue("media").search(sentence):
        return True
    found = list(cue("media").finditer(before))
    if not found:
        return (
            who in ("other", "general", "nobody")
            and bool(re.match(r"(?:[^ ]+ )?", after))
            and bool(cue("media").search(after[:60]) and not _I.search(before))
        )
    between = before[found[-1].end() :]
    if between.count(" ") > 15 or cue("media_ends").search(between + phrase[:0]):
        return bool(_REPORTS.search(re.split(r"(?<![^ ])i ", before)[0])) and between.count(" ") <= 6
    if who == "seeker":
        return bool(
            _REPORTS.search(between[: between.rfind("i ") if _I.search(between) else len(between)] or "with ")
        ) or (not _I.search(between + phrase))
    return True


def is_exaggerated(place: Place, sentence: str) -> bool:
    """Whether an everyday trifle makes somebody "die": an exam, a printer, traffic."""
    if not cue("trifle").search(sentence):
        return False
    if cue("laughter").search(sentence):
        return True
    makes = re.search(
        r"(?<![^ ])(?:this|the|my|our|that|these|those) (?:[^ ]+ ){0,3}(?:makes|make|making|made) me (?:[^ ]+ ){0,2}$",
        place.before,
    )
    return bool(makes or re.match(r"(?:if|when) (?:[^ ]+ ){0,4}(?:another|this|the|one more|my) ", place.after))


def is_bereaved(place: Place) -> bool:
    """Whether a phrase about somebody else tells of a death that was, not of a danger to come."""
    text = place.before[-60:] + place.phrase + place.after[:30]
    return bool(cue("bereaved").search(text)) and not cue("not_bereaved").search(place.before[-60:] + place.phrase)


def is_done_by_another(place: Place) -> bool:
    """Whether the nearest words before a phrase name another as the one who does it: ``he wants to``."""
    does = _DOES.search(place.before)
    return does is not None and not _I.search(does.group()) and not _OWN.search(place.phrase)


def is_own(place: Place) -> bool:
    """Whether a phrase itself names the one who writes."""
    return bool(_OWN.search(place.phrase))
