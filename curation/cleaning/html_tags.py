"""Which angle brackets of a text are HTML. People also write ``<3``, ``x < y``, ``<Name>`` and ``I felt <nothing>``.

A tag counts by its name and form. Names that are also plain words (``<time>``, ``<address>``) count only with an
attribute or with their counterpart, since pseudonymised text holds the like as placeholders.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from curation.cleaning.words import words

FIRM = words(
    "p br div span li ul ol img hr h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr td th dl dt dd pre blockquote font "
    "script style svg iframe html body head meta"
)
"""Names nobody uses for anything else. They count by themselves, apart from those in ``_NEED_CLOSING``."""

LIGHT = words("b i u em strong")
"""Names that count beside any other tag, or alone where they touch the word that they mark."""

WORDY = words(
    "a abbr address article aside big button caption center cite code del details dfn figcaption figure footer form "
    "header input ins kbd label main mark nav noscript object picture q s samp section select small source strike sub "
    "summary sup template time title tt var video audio xml"
)
"""Names that are also words or single letters: they count with an attribute or with their counterpart."""

_NEED_CLOSING = words("script style svg head")
_OFFICE = ("o:", "w:", "m:", "v:", "st1:")
_KNOWN = FIRM | LIGHT | WORDY

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*(?::[A-Za-z]\w*)?)"
    r"(?P<attributes>"
    # well formed, so that a ">" inside a quoted value does not end the tag
    r"""(?>(?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*)(?=\s*/?>)"""
    # or with stray quotes, as Word and web editors leave them
    r"|\s[^<>]*?"
    r")\s*/?>"
)
_DECLARATION = re.compile(r"<!(?:doctype\b|\[)[^<>]*>|<\?xml[^<>]*>", re.IGNORECASE)


class Tag(NamedTuple):
    """A piece of HTML in a text, from ``start`` to ``end``: a tag, or a comment or declaration (``name`` is "!")."""

    start: int
    end: int
    name: str
    closing: bool
    attributes: str


@lru_cache(maxsize=8)
def find_tags(text: str) -> tuple[Tag, ...]:
    """The tags, comments and declarations of ``text``, in order; none where it is no HTML."""
    if "<" not in text or ">" not in text:
        return ()
    found = _candidates(text)
    opened = {tag.name for tag in found if not tag.closing}
    closed = {tag.name for tag in found if tag.closing}
    paired = opened & closed
    sure = [tag for tag in found if _is_sure(tag, paired)]
    if sure:
        return tuple(tag for tag in found if tag.name in LIGHT or _is_sure(tag, paired))
    return tuple(tag for tag in found if tag.name in LIGHT and _touches_its_word(tag, text))


def is_html(text: str) -> bool:
    """Whether ``text`` holds HTML."""
    return bool(find_tags(text))


def _candidates(text: str) -> list[Tag]:
    found: list[Tag] = []
    place = text.find("<")
    comments_end = text.rfind("-->")
    while place >= 0:
        tag = _comment(text, place, comments_end) or _tag(text, place)
        if tag:
            found.append(tag)
        place = text.find("<", tag.end if tag else place + 1)
    return found


def _comment(text: str, place: int, comments_end: int) -> Tag | None:
    if text.startswith("<!--", place) and place + 4 <= comments_end:
        return Tag(place, text.index("-->", place + 4) + 3, "!", False, "")
    declaration = _DECLARATION.match(text, place)
    return Tag(place, declaration.end(), "!", False, "") if declaration else None


def _tag(text: str, place: int) -> Tag | None:
    match = _TAG.match(text, place)
    if not match:
        return None
    name, attributes = match["name"].lower(), match["attributes"]
    if name not in _KNOWN and not name.startswith(_OFFICE):
        return None
    # "<b and c>" is a comparison, "</p of it>" nothing at all
    if attributes.strip() and ("=" not in attributes or match["close"]):
        return None
    return Tag(match.start(), match.end(), name, bool(match["close"]), attributes)


def _is_sure(tag: Tag, paired: set[str]) -> bool:
    if tag.name in paired:
        return True
    if tag.name in _NEED_CLOSING:
        return False
    return tag.name in FIRM or tag.name == "!" or ":" in tag.name or "=" in tag.attributes


def _touches_its_word(tag: Tag, text: str) -> bool:
    before, after = text[: tag.start][-1:], text[tag.end :][:1]
    if tag.closing:
        return bool(before.strip()) and not after.isalnum()
    return bool(after.strip()) and not before.isalnum()
