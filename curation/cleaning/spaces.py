"""Rule ``spaces``: no-break, zero-width and doubled spaces to plain ones; line breaks and paragraphs stay.

Two thirds of the answers of one well-known counselling corpus hold no-break spaces, which break deduplication and
which a tokenizer spells as other tokens than a space.
"""

import re
import unicodedata

from curation.cleaning.plain import is_plain

_UNICODE_SPACE = re.compile(r"[\t\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_BREAK = re.compile(r"\r\n?|[\u2028\u2029]")
_INVISIBLE = re.compile(r"[\xad\u180e\u200b\u2060\ufeff]")
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_JOINER = re.compile(r"[\u200c\u200d]+")
_SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")
_TRAILING = re.compile(r" +$", re.MULTILINE)
_LEADING = re.compile(r"^ ++(?!(?:[-*•‣◦]|\d{1,3}[.)]) )", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def spaces(text: str) -> str:
    """``text`` with plain single spaces, no space at a line's end, and at most one blank line.

    A line's first spaces stay only before a list's marker, where they show its depth.
    """
    if not is_plain(text):
        text = _UNICODE_SPACE.sub(" ", _LINE_BREAK.sub("\n", text))
        if not text.isascii():
            text = _without_invisible(text)
    # Most texts hold none of what the expressions look for, and a search for a few characters says so at once.
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if " \n" in text or text.endswith(" "):
        text = _TRAILING.sub("", text)
    if "\n " in text or text.startswith(" "):
        text = _LEADING.sub("", text)
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip(" \n")


def _without_invisible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if _DIRECTION.search(text) and not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION.sub("", text)
    return _JOINER.sub(lambda joiner: _needed_joiner(joiner, text), text)


def _needed_joiner(joiner: re.Match[str], text: str) -> str:
    """One joiner where it shapes a script or an emoji; none elsewhere."""
    before, after = text[: joiner.start()][-1:], text[joiner.end() :][:1]
    shapes_script = before >= "\u0590" and unicodedata.category(before)[0] in "LM" and before not in "\ufe0e\ufe0f"
    joins_emoji = _is_emoji(before) and _is_emoji(after)
    return joiner[0][-1] if shapes_script or joins_emoji else ""


def _is_emoji(character: str) -> bool:
    """Whether ``character`` can stand beside a joiner in an emoji: a symbol, a skin tone, or a variation selector."""
    return bool(character) and (character == "\ufe0f" or unicodedata.category(character) in {"So", "Sk"})
